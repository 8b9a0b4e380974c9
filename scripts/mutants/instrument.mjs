// Every change that StrykerJS makes of files, all in the text at once, each asleep until its number is the active one.
import { readdirSync } from 'node:fs';
import { ownModule } from './own-modules.mjs';

const silent = { debug() {}, info() {}, warn() {}, isDebugEnabled: () => false };

/** The sources of a folder, or the file itself: those whose changes mean something. */
function sourcesOf(folder) {
  if (folder.endsWith('.ts')) return [folder];
  return readdirSync(folder, { recursive: true })
    .map((name) => `${folder}/${name}`)
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !name.includes('/embedded/'))
    .sort();
}

/**
 * Writes the changed texts into the copy.
 * @returns the changes: `id`, `fileName`, `mutatorName`, `replacement`, `location` (lines from 0), `was` (what is replaced).
 */
export async function instrument(copy, folder) {
  const { Instrumenter } = await import(ownModule('@stryker-mutator/instrumenter/dist/src/index.js'));
  const files = sourcesOf(folder).map((name) => ({ name, mutate: true, content: copy.read(name) }));
  // Of `super.slice(…)` StrykerJS makes `super`, which is no value.
  const withSuper = { shouldIgnore: ({ node }) => (node.callee?.object?.type === 'Super' ? 'no value' : undefined) };
  const options = { plugins: null, excludedMutations: [], ignorers: [withSuper], noHeader: false };
  const result = await new Instrumenter(silent).instrument(files, options);
  for (const { name, content } of result.files) copy.write(name, content);
  const lines = new Map(files.map(({ name, content }) => [name, content.split('\n')]));
  return result.mutants
    .filter(({ status }) => status !== 'Ignored')
    .map((mutant) => ({ ...mutant, was: textAt(lines.get(mutant.fileName), mutant.location) }));
}

function textAt(lines, { start, end }) {
  const text = lines.slice(start.line, end.line + 1);
  text[text.length - 1] = text[text.length - 1].slice(0, end.column);
  text[0] = text[0].slice(start.column);
  return text.join('\n');
}
