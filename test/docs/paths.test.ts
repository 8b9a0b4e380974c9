import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const list = (folder: string, what: RegExp): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const name = join(folder, entry.name) + (entry.isDirectory() ? '/' : '');
    return what.test(name) ? [name] : [];
  });
const FOLDERS = ['.', 'docs', 'bench', ...list('examples', /\/$/), 'test/golden'];
const PAGES = FOLDERS.filter((folder) => existsSync(join(ROOT, folder))).flatMap((folder) => list(folder, /\.md$/));

/** What is written in backticks and looks like a path of this repository. */
const PATH = /^(?:[\w.-]+\/)*[\w.-]+(?:\/|\.(?:ts|mjs|js|json|md|py|sh))$/;
/** Made by the build, files of other projects, and names of any file there may be. */
const NOT_HERE =
  /^(?:dist\/|docs\/api\/|node_modules\/|(?:config|model|weights_manifest|\.gen)\.json$|record\/|seattle-weather)/;

/** Paths named in a text, each with the folders it may be relative to: the page's, and the room that its table or row is about. */
function pathsIn(page: string, text: string): { path: string; places: string[] }[] {
  const folder = dirname(page);
  let table: string[] = [];
  return text.split('\n').flatMap((line) => {
    const named = [...line.matchAll(/`([^`\n]+)`/g)].map(([, name = '']) => name).filter((name) => PATH.test(name));
    const rooms = named.filter((name) => name.endsWith('/'));
    if (/^\| in /.test(line)) table = rooms;
    else if (!line.startsWith('|')) table = [];
    const within = ['', ...table, ...rooms, ...table.flatMap((room) => rooms.map((inner) => join(room, inner)))];
    const places = within.flatMap((room) => [room, join(folder, room)]);
    return named.filter((path) => !NOT_HERE.test(path)).map((path) => ({ path, places }));
  });
}

/** Names of all files; a page other than ARCHITECTURE.md may name one without saying where it is. */
const NAMES = new Set(
  ['assembly', 'bench', 'docs', 'examples', 'scripts', 'src', 'test'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((path) => basename(path)),
  ),
);

describe('every path named exists', () => {
  it.each(PAGES)('%s', (page) => {
    const text = readFileSync(join(ROOT, page), 'utf8').replace(/```.*?```/gs, '');
    const missing = pathsIn(page, text).filter(
      ({ path, places }) =>
        places.every((place) => !existsSync(join(ROOT, place, path))) &&
        (page === 'ARCHITECTURE.md' || !NAMES.has(path)),
    );
    expect(missing.map(({ path }) => path)).toEqual([]);
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
    expect(links.filter((link) => !existsSync(join(ROOT, dirname(page), link)))).toEqual([]);
  });

  it('ARCHITECTURE.md leaves out no room of src', () => {
    const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
    const rooms = [...list('src', /\/$/), ...list('src/importers', /\/$/)];
    expect(rooms.filter((room) => !text.includes(`\`${room}`))).toEqual([]);
  });
});
