// Bundles src/ into dist/: a file for each entry that package.json exports, at the place of its source, and chunks for what
// they share. Other packages go in as chunks of their own, so that every file runs in a page as it is.
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { bundleNodeEntry } from './node-entry/bundle.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** A file of its own. */
const OF_NODE = 'index-node';

/** Sources of entries by the place of the file that is made of them. */
function entries() {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  // Where a runtime gets another file than the others do, both.
  const places = (target) => (typeof target === 'string' ? [target] : Object.values(target).flatMap(places));
  const paths = new Set(Object.values(exports).flatMap(places));
  const files = [...paths]
    .flatMap((path) => /^\.\/dist\/(.*)\.js$/.exec(path)?.[1] ?? [])
    .filter((name) => name !== OF_NODE);
  return {
    ...Object.fromEntries(files.map((name) => [name, `src/${name}.ts`])),
    // Entries too, so that import() of one gets it as it is, without a module that makes a namespace.
    ...Object.fromEntries(
      ['simd', 'relaxed', 'int8-simd', 'int8-relaxed'].map((name) => [
        `chunks/kernels-${name}`,
        `src/wasm/embedded/${name}.ts`,
      ]),
    ),
  };
}

/** The script and the style sheet of trace pages; the code of built files. */
const TEXTS = /src\/(?:view|deploy)\/embedded\//;
const LIBRARY = /node_modules\/((?:@[\w-]+\/)?[\w-]+)\//;

/**
 * What several entries share goes together, so that a page without a bundler asks for few files. Not zip, with which its library comes;
 * nor anything that only some entries have, since bundlers keep what calls a function at the top of a file.
 */
const GROUPS = [
  { name: (id) => LIBRARY.exec(id)?.[1].split('/').at(-1), debugName: 'libraries', test: LIBRARY },
  // As texts, whose sources the build makes.
  { name: 'page', test: /src\/view\/embedded\// },
  { name: 'pieces', test: /src\/deploy\/embedded\// },
  { name: 'base', test: /src\/(?:errors|refuse|typed|call\/options|graph\/clock|graph\/window-steps)\.ts$/ },
  { name: 'core', test: /src\/(?:api|create|wasm\/text)\.ts$/ },
  { name: 'files', test: /src\/importers\/(?:shared|formats)\/(?!zip|npy)/ },
  { name: 'keras-layers', test: /src\/importers\/keras\/(?!read|index|files\/(?!weights))/ },
].map((group, index, { length }) => ({ ...group, priority: length - index }));

/** An importer's own chunk is named after its room. */
const roomOf = (moduleIds) => /importers\/(\w+)\/(?:read|container)\.ts$/.exec(moduleIds.at(-1))?.[1];

const OPTIONS = {
  cwd: ROOT,
  platform: 'neutral',
  // Of gatewise/node alone.
  external: [/^node:/],
  tsconfig: 'tsconfig.build.json',
  resolve: { mainFields: ['module', 'main'], conditionNames: ['import'] },
};

// What docstrings say is in the types. ASCII, since engines hold a text with one other letter at two bytes each, and a page's script may be read in any encoding.
const AS = {
  charset: 'ascii',
  comments: { legal: true, annotation: true, jsdoc: false },
  sourcemap: true,
  sourcemapExcludeSources: true,
};

/**
 * Node takes a third longer to compile the text as it was written. What an error shows stays: names of functions, of classes and of what is at
 * the top of a file, and lines, of which Node prints the one that has thrown.
 */
const READABLE = {
  compress: { keepNames: { function: true, class: true } },
  mangle: { toplevel: false, keepNames: true },
  codegen: { removeWhitespace: false },
};

/** WebSockets of Node's servers: CommonJS that requires what Node has, which only a bundle for Node may. */
const { output: sockets } = await build({
  ...OPTIONS,
  input: { ws: 'ws' },
  platform: 'node',
  // As fast without, and not there.
  external: [...OPTIONS.external, 'bufferutil', 'utf-8-validate'],
  output: { dir: 'dist/chunks', entryFileNames: '[name].js', minify: READABLE, ...AS, sourcemap: false },
});

const { output } = await build({
  ...OPTIONS,
  input: entries(),
  plugins: [{ name: 'sockets', resolveId: (id) => (id === 'ws' ? { id: '../chunks/ws.js', external: true } : null) }],
  // So that an entry which others import is no chunk with a file in front of it; test/package/ holds that none exports more for it.
  preserveEntrySignatures: 'allow-extension',
  output: {
    dir: 'dist',
    entryFileNames: '[name].js',
    chunkFileNames: ({ name, moduleIds }) => `chunks/${roomOf(moduleIds) ?? name}.js`,
    codeSplitting: { groups: GROUPS },
    minify: READABLE,
    ...AS,
  },
});

await bundleNodeEntry(
  { ...OPTIONS, output: { minify: READABLE, ...AS } },
  output.filter(({ type }) => type === 'chunk'),
  entries(),
);

/**
 * The command line: Node alone, in a folder of its own. The entries of the package that it stands on are those of dist, whose errors are of
 * the same classes; what it has beside them, and libraries, are chunks here, so that what pages load does not grow by it.
 */
const IN_DIST = new Set(Object.keys(entries()));
function placeFromCli(id) {
  const [, name] = /\/src\/(.*)\.ts$/.exec(id.replaceAll('\\', '/')) ?? [];
  if (name === 'errors' || name === 'index') return `../${OF_NODE}.js`;
  return IN_DIST.has(name) ? `../${name}.js` : undefined;
}

const { output: cli } = await build({
  ...OPTIONS,
  // The user's own, for those who keep sequences in Redis.
  external: [...OPTIONS.external, 'redis'],
  input: { main: 'src/cli/main.ts' },
  platform: 'node',
  // Says nothing of itself, and makes an object of all that it has.
  treeshake: { moduleSideEffects: (id) => !/hyparquet-compressors/.test(id) },
  plugins: [
    {
      name: 'entries',
      async resolveId(source, importer, options) {
        const found = importer && (await this.resolve(source, importer, { ...options, skipSelf: true }));
        const place = found && placeFromCli(found.id);
        return place ? { id: place, external: true } : found;
      },
    },
  ],
  output: {
    dir: 'dist/cli',
    chunkFileNames: '[name].js',
    codeSplitting: {
      groups: [{ name: (id) => LIBRARY.exec(id)?.[1].split('/').at(-1), debugName: 'libraries', test: LIBRARY }],
    },
    minify: READABLE,
    ...AS,
  },
});
chmodSync(join(ROOT, 'dist/cli/main.js'), 0o755);

// For pages that have a script tag and nothing else: all of the first entry in one file, as the global `gatewise`.
await build({
  ...OPTIONS,
  input: 'src/index.ts',
  output: { file: 'dist/gatewise.min.js', format: 'iife', name: 'gatewise', minify: true, codeSplitting: false, ...AS },
});

const chunks = [
  ...output,
  ...sockets.map((chunk) => ({ ...chunk, fileName: `chunks/${chunk.fileName}` })),
  ...cli.map((chunk) => ({ ...chunk, fileName: `cli/${chunk.fileName}` })),
].filter(({ type }) => type === 'chunk');
for (const { fileName, moduleIds, code } of chunks) {
  // Their sources are not in the package, so there is nothing to map to.
  if (!moduleIds.some((id) => LIBRARY.test(id) || TEXTS.test(id))) continue;
  rmSync(join(ROOT, 'dist', `${fileName}.map`), { force: true });
  writeFileSync(join(ROOT, 'dist', fileName), code.replace(/\n\/\/# sourceMappingURL=.*/, ''));
}

/** Libraries that come within others as these are published. */
const WITHIN = { jsfive: ['pako'] };
const modules = chunks.flatMap(({ moduleIds }) => moduleIds.filter((id) => LIBRARY.test(id)));
const libraries = [...new Set(modules.map((id) => LIBRARY.exec(id)[1]))];
const all = libraries.flatMap((name) => [name, ...(WITHIN[name] ?? [])]).sort();
writeFileSync(
  join(ROOT, 'dist/LICENSES.txt'),
  `Parts of these packages are in dist/chunks, under their own licences.\n${all.map(licence).join('')}`,
);

/** A package's name, version, licence and its text. */
function licence(name) {
  const folder = join(ROOT, 'node_modules', name);
  const { version, license, homepage = '' } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((path) => /^licen[cs]e/i.test(path));
  const text = file === undefined ? noticesIn(name, license) : readFileSync(join(folder, file), 'utf8');
  return `\n${'='.repeat(80)}\n${name} ${version}, ${license}, ${homepage}\n\n${text.trim()}\n`;
}

/** For a package that has no file of its licence: the notices in its sources, and the text of the Apache licence that they name. */
function noticesIn(name, license) {
  const sources = modules.filter((id) => LIBRARY.exec(id)[1] === name).map((id) => readFileSync(id, 'utf8'));
  const comments = sources.flatMap((source) => source.match(/\/\*[\s\S]*?\*\/|(?:^\/\/.*\n)+/gm) ?? []);
  const plain = comments.map((comment) => comment.replace(/^ *(?:\/\*+|\*\/|\*|\/\/) ?/gm, '').trim());
  const notices = [...new Set(plain.filter((comment) => comment.includes('Copyright')))];
  if (!license.includes('Apache-2.0') || notices.length === 0)
    throw new Error(`${name}: no text of its licence, ${license}`);
  return [...notices, readFileSync(join(ROOT, 'node_modules/assemblyscript/LICENSE'), 'utf8')].join('\n\n');
}
