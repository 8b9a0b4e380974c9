// Fails when something that users download has outgrown its budget.
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { build } from 'rolldown';

const KB = 1024;

/**
 * Budgets in KB, of what stands before the slash: an importer by itself, its libraries counted with it where they are most of it
 * (protobuf, HDF5) and apart where they are not (zip; the mapping of Keras layers, for TensorFlow.js). Behind the slash: all
 * that a user downloads who bundles this importer alone, every library included.
 */
const ZIP = /^fflate$/;
const IMPORTERS = {
  onnx: [40],
  keras: [55],
  tfjs: [8, ZIP, /keras\/(graph|files\/weights)\.js$/],
  tensorflow: [8, ZIP],
  // More than its fellows: it proves topologies from names and shapes, and reads pickles without running them.
  pytorch: [12.25, ZIP],
  rtneural: [8],
  nam: [8],
  safetensors: [8],
  // What is loaded before the format is known.
  load: [4, /\/read\.js$/, /\/container\.js$/],
};

/** Raw bytes of a kernel build. */
const kernel = (name) => readFileSync(`dist/kernels/${name}.wasm`).length;

/** Minified (oxc) and gzipped bytes of what rolldown, Vite's bundler, makes of an entry; the embedded kernels are counted on their own. */
async function javascript(entry, ...apart) {
  const { output } = await build({
    input: entry,
    external: [/embedded/, ...apart],
    write: false,
    output: { minify: true },
  });
  return output.reduce((sum, { code }) => sum + gzipSync(code, { level: 9 }).length, 0);
}

const rows = [
  ['kernels, simd (raw)', kernel('simd'), 16 * KB],
  ['kernels, relaxed (raw)', kernel('relaxed'), 16 * KB],
  ['core (min+gzip)', await javascript('dist/index.js', /layers\/all\.js$/), 15 * KB],
  ['further layers, loaded when needed', await javascript('dist/layers/all.js', /layers\/common\.js$/), 13 * KB],
  ['explain (min+gzip)', await javascript('dist/inspect/explain.js'), 4 * KB],
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
    `${name.padEnd(32)} ${String(bytes).padStart(7)} of ${String(budget).padStart(6)} bytes${total}${verdict}`,
  );
}
for (const name of ['simd', 'relaxed']) {
  const wasm = readFileSync(`dist/kernels/${name}.wasm`);
  console.log(
    `${`kernels, ${name} (gzip)`.padEnd(32)} ${String(gzipSync(wasm, { level: 9 }).length).padStart(7)} bytes, for information`,
  );
}
process.exitCode = over ? 1 : 0;
