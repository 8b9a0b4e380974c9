// Bundles what Node imports as `gatewise`: one file with all that a model of the common layers needs, laid out so that a process is quick at its first
// step, and one each for what other models need, which Node loads then. Other entries have the same in chunks that they share, which takes Node longer. The
// errors are theirs, so that there is one class of each.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, posix } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import remapping from '@jridgewell/remapping';
import { build } from 'rolldown';
import { eager } from './eager.mjs';

const FIRST_STEP = fileURLToPath(new URL('first-step.mjs', import.meta.url));
const ENTRY = 'index-node';
/** Files in dist by their sources. */
const FILES = {
  [`src/${ENTRY}.ts`]: ENTRY,
  'src/layers/layers.ts': 'chunks/layers-node',
  'src/layers/all.ts': 'chunks/all-layers-node',
  'src/layers/int8/index.ts': 'chunks/int8-node',
};

/** Imported when they are needed, and too small for another file that would have the further layers once more. */
const WITHIN = /src[\\/]layers[\\/]newer\.ts$/;

/**
 * @param options of rolldown, and its output's, as for the other entries.
 * @param chunks of these, which have been written.
 * @param sources of these by their files in dist.
 */
export async function bundleNodeEntry({ output, ...options }, chunks, sources) {
  const errors = chunks.find(({ moduleIds }) => moduleIds.some(isErrors));
  const places = { ...Object.fromEntries(Object.entries(sources).map(([file, source]) => [source, file])), ...FILES };
  const placeOf = (id) => {
    const [, place] = Object.entries(places).find(([source]) => id.replaceAll('\\', '/').endsWith(`/${source}`)) ?? [];
    if (place === undefined)
      throw new Error(`${id} is imported when it is needed, and has no file in dist: FILES has none for it`);
    return `${place}.js`;
  };
  for (const [source, file] of Object.entries(FILES)) {
    const external = (place) => ({ id: relative(posix.dirname(file), place), external: true });
    await build({
      ...options,
      input: { [file]: source },
      plugins: [
        {
          name: 'what has a file of its own',
          load: (id) => (isErrors(id) ? reExports(errors) : null),
          async resolveId(id, importer, how) {
            if (id === errors.fileName) return external(id);
            const found = await this.resolve(id, importer, { ...how, skipSelf: true });
            // What is loaded when it is needed.
            return how.kind === 'dynamic-import' && !WITHIN.test(found.id) ? external(placeOf(found.id)) : found;
          },
        },
      ],
      output: { dir: 'dist', codeSplitting: false, ...output },
    });
  }
  layOut(join(options.cwd, 'dist', `${ENTRY}.js`));
}

/** As an import names it. */
const relative = (folder, place) => posix.join('.', posix.relative(folder, place)).replace(/^(?!\.)/, './');

const isErrors = (id) => /src[\\/]errors\.ts$/.test(id);

/** The module of the errors, as that of the chunk which has them, whose exports have shorter names. */
function reExports({ fileName, code }) {
  const [, list] = /^export \{(.*)\};$/m.exec(code);
  const errors = list.split(',').filter((name) => /Error\b/.test(name));
  return `export { ${errors.map((name) => name.replace(/(\w+) as (\w+)/, '$2 as $1')).join()} } from '${fileName}';`;
}

/** Has all be compiled with the file that a first step calls. */
function layOut(file) {
  const called = calledIn(file);
  const text = eager(readFileSync(file, 'utf8'), (start, end) => called.has(`${start} ${end}`));
  const before = JSON.parse(readFileSync(`${file}.map`, 'utf8'));
  const name = basename(file);
  const moved = text.generateMap({ source: name, file: name, hires: 'boundary' });
  const map = remapping(moved.toString(), (source) => (source === name ? before : null), { excludeContent: true });
  writeFileSync(file, text.toString());
  writeFileSync(`${file}.map`, map.toString());
}

/** Where the functions of a module begin and end that a first step calls, as V8 counts. */
function calledIn(file) {
  const folder = mkdtempSync(join(tmpdir(), 'called-'));
  const url = pathToFileURL(file).href;
  execFileSync(process.execPath, [FIRST_STEP, url], { env: { ...process.env, NODE_V8_COVERAGE: folder } });
  const results = readdirSync(folder).flatMap((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).result);
  rmSync(folder, { recursive: true });
  const { functions } = results.find((script) => script.url === url);
  const ranges = functions.flatMap(({ ranges: [{ count, startOffset, endOffset }] }) =>
    count > 0 ? [`${startOffset} ${endOffset}`] : [],
  );
  return new Set(ranges);
}
