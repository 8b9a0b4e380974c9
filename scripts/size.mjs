// Fails when something that users download has outgrown its budget.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build as bundle } from 'rolldown';

const KB = 1024;

/**
 * Budgets in KB, of what stands before the slash: an importer by itself, its libraries counted with it where they are most of it
 * (protobuf, HDF5) and apart where they are not (zip; the mapping of Keras layers, for TensorFlow.js). Behind the slash: all
 * that a user downloads who bundles this importer alone, every library included.
 */
const ZIP = /^fflate$/;
// Each holds what an import may take in bytes and work (src/importers/shared/budget.ts), about 1 KB.
const IMPORTERS = {
  onnx: [53],
  keras: [60],
  tfjs: [8, ZIP, /\/keras\//],
  tensorflow: [10.5, ZIP],
  // More than its fellows: it proves topologies from names and shapes, reads pickles without running them, and puts weights
  // together that norms and pruning keep in parts.
  pytorch: [17, ZIP],
  rtneural: [8],
  nam: [8],
  safetensors: [8],
  // What is loaded before the format is known; `choose` only where there are files by name.
  load: [5, /\/read\.js$/, /\/container\.js$/, /\/choose\.js$/],
};

/** Raw bytes of a kernel build. */
const kernel = (name) => readFileSync(`dist/kernels/${name}.wasm`).length;

const gzipped = (code) => gzipSync(code, { level: 9 }).length;

/** Minified (oxc) and gzipped bytes of what rolldown, Vite's bundler, makes of an entry; the embedded kernels are counted on their own. */
async function javascript(entry, ...apart) {
  const { output } = await bundle({
    input: entry,
    external: [/embedded/, ...apart],
    write: false,
    output: { minify: true },
  });
  return output.reduce((sum, { code }) => sum + gzipped(code), 0);
}

/**
 * What a page downloads to run a model of the common layers: the bundle's entry, what it imports at once, and the chunk of
 * one kernel build.
 */
async function usersBundle(build) {
  const { output } = await bundle({ input: 'dist/index.js', write: false, output: { minify: true } });
  const chunks = new Map(output.map((chunk) => [chunk.fileName, chunk]));
  const needed = new Set();
  const need = (chunk) => {
    if (needed.has(chunk)) return;
    needed.add(chunk);
    for (const name of chunk.imports) need(chunks.get(name));
  };
  need(output.find(({ isEntry }) => isEntry));
  need(output.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(`embedded/${build}.js`))));
  return [...needed].reduce((sum, { code }) => sum + gzipped(code), 0);
}

const rows = [
  ['kernels, simd (raw)', kernel('simd'), 18 * KB],
  ['kernels, relaxed (raw)', kernel('relaxed'), 18 * KB],
  // 2 KB of it read what callers give so that nothing of theirs can run, or change, in the middle.
  ['core (min+gzip)', await javascript('dist/index.js', /layers\/(all|int8\/support)\.js$/), 20.5 * KB],
  // What counts: the budgets above leave room within it, so that no byte need be golfed.
  // Of the last KB, 0.3 are the places where int8 weights come in, and 0.6 what it costs to cut the code that integer kernels share
  // with the core out of it, as bundlers do.
  ['core with simd kernels (min+gzip)', await usersBundle('simd'), 31 * KB],
  ['core with relaxed kernels (min+gzip)', await usersBundle('relaxed'), 31 * KB],
  // Loaded for a model with int8 weights alone.
  ['kernels, int8 simd (raw)', kernel('int8-simd'), 12 * KB],
  ['kernels, int8 relaxed (raw)', kernel('int8-relaxed'), 12 * KB],
  ['int8, loaded when needed', await javascript('dist/layers/int8/support.js', /wasm\/module\.js$/), 6 * KB],
  ['further layers, loaded when needed', await javascript('dist/layers/all.js', /layers\/common\.js$/), 17 * KB],
  ['explain (min+gzip)', await javascript('dist/inspect/explain.js', /^\.\.\/index\.js$/), 4 * KB],
  ...(await Promise.all(
    Object.entries(IMPORTERS).map(async ([name, [budget, ...apart]]) => {
      const entry = `dist/importers/${name}/index.js`;
      return [`importer ${name} (min+gzip)`, await javascript(entry, ...apart), budget * KB, await javascript(entry)];
    }),
  )),
];

let over = false;
for (const [name, bytes, budget, all] of rows) {
  const verdict = bytes <= budget ? '' : '  OVER BUDGET';
  over ||= bytes > budget;
  const total = all === undefined ? '' : ` / ${String(all).padStart(6)} in all`;
  console.log(
    `${name.padEnd(36)} ${String(bytes).padStart(7)} of ${String(budget).padStart(6)} bytes${total}${verdict}`,
  );
}
for (const name of ['simd', 'relaxed']) {
  const wasm = readFileSync(`dist/kernels/${name}.wasm`);
  console.log(`${`kernels, ${name} (gzip)`.padEnd(36)} ${String(gzipped(wasm)).padStart(7)} bytes, for information`);
}
process.exitCode = over ? 1 : 0;
