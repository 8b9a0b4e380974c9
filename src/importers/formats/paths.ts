/** A file's name as one writes it without detours: `./a\b/../c` is `a/c`. */
export function plainPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split(/[/\\]/)) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** The plain path of a file within a folder, as a model names it; undefined if it leads out of the folder or to none. */
export function pathWithin(name: string): string | undefined {
  const path = plainPath(name);
  const leaves = path === '' || path === '..' || path.startsWith('../') || /^([/\\]|[a-z]:)|\0/i.test(name);
  return leaves ? undefined : path;
}
