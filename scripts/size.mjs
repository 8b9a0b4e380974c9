// Fails when something that users download has outgrown its budget.
import { readdirSync, readFileSync } from 'node:fs';
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
  // Weights and values quantised in every way that tools write: 3 KB. Windows over two axes, cells at frequencies: 3 KB. Operators with a past and a
  // present state: 1.4 KB. Causal convolutions out of what is around them: 1 KB.
  // Attention over an open time: 2 KB; additive: 1 KB; as an operator: 0.5 KB. Scan, cells that weigh input and state by one matrix: 0.75 KB.
  // Loops of LSTMs with peepholes, a projection, a bound of the cell: 0.25 KB.
  onnx: [67.25],
  // Values whose timesteps are images, models that are applied to each, ConvLSTM: 4 KB.
  // Attention, with the masks of its three inputs: 1.5 KB.
  // Weights alone: three forms of them, a typed config, the draft of one: 3.75 KB. Masks that attention takes off: 1 KB.
  keras: [74.75],
  tfjs: [8, ZIP, /\/keras\//],
  // Manifests of weights, plain and quantised, and sketch-rnn's JSON: 2.5 KB; the draft of a config: 1.25 KB.
  // Cells with layer normalisation: 0.75 KB. Cells from both ends: 0.5 KB.
  tensorflow: [15.5, ZIP],
  // What graphs are read with is ONNX'.
  tflite: [30, /\/onnx\//],
  // Likewise, with the wire format; checkpoints, in which a SavedModel has its variables, are TensorFlow's.
  tfgraph: [20, /\/onnx\//, /\/protobuf/, /\/tensorflow\//],
  // More than its fellows: it proves topologies from names and shapes, reads pickles without running them, and puts weights
  // together that norms and pruning keep in parts. Names of wrappers: 1 KB. Quantised weights: 2 KB. TorchScript, with what its classes say: 2 KB. Exported
  // programs: 1.75 KB. Layers of other packages: 5.25 KB.
  pytorch: [33, ZIP],
  rtneural: [8],
  nam: [8],
  rnnoise: [8],
  safetensors: [8],
  // What is loaded before the format is known; `open` and `beside` only where there is more than the bytes of one file.
  load: [6, /\/(?:read|sketch-rnn|bundle)\.js$/, /\/container\.js$/, /\/open\.js$/, /\/beside\.js$/],
};

/** Raw bytes of a kernel build. */
const kernel = (name) => readFileSync(`dist/kernels/${name}.wasm`).length;

const gzipped = (code) => gzipSync(code, { level: 9 }).length;

/**
 * Minified (oxc) and gzipped bytes of what rolldown, Vite's bundler, makes of an entry.
 * @param entry a file of dist, as users have it; or of src, where modules can be counted `apart` that share a chunk in dist.
 */
async function javascript(entry, ...apart) {
  const options = { input: entry, external: apart, write: false, tsconfig: 'tsconfig.build.json', logLevel: 'silent' };
  const { output } = await bundle({ ...options, output: { minify: true } });
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
  need(output.find(({ moduleIds }) => moduleIds.some((id) => id.endsWith(`kernels-${build}.js`))));
  return [...needed].reduce((sum, { code }) => sum + gzipped(code), 0);
}

/** Gzipped bytes of files of the program. */
const commandLine = (names) =>
  readdirSync('dist/cli')
    .filter((name) => names.test(name))
    .reduce((sum, name) => sum + gzipped(readFileSync(`dist/cli/${name}`)), 0);

/**
 * What a Worker is deployed with that has an LSTM (64, 64) of `gatewise build --wasm`: code, recipe and kernels, all but the weights. The bytes
 * that the .wasm has beside them are random to gzip, and count as they are.
 */
async function built(methods) {
  const { deploy } = await import('../dist/deploy/index.js');
  const tensor = (...shape) => ({ shape, data: new Float32Array(shape.reduce((a, b) => a * b)) });
  const tensors = { w: tensor(256, 64), u: tensor(256, 64), b: tensor(256) };
  const names = { weightIh: 'w', weightHh: 'u', biasIh: 'b' };
  const node = { type: 'lstm', name: 'lstm', inputs: ['x'], units: 64, tensors: names };
  const spec = { inputs: [{ name: 'x', features: 64 }], nodes: [node], outputs: ['lstm'], tensors };
  // Of zeros nothing is left but the descriptor, so that this is what is beside the weights.
  const { module, beside } = await deploy(spec, { weights: 'wasm', ...(methods && { methods }) });
  const plugin = { name: 'built', resolveId: (id) => id, load: () => module };
  const { output } = await bundle({ input: 'built.mjs', plugins: [plugin], write: false, output: { minify: true } });
  return gzipped(output[0].code) + gzipped(beside.bytes);
}

const core = await javascript('dist/core.js');
const rows = [
  ['kernels, simd (raw)', kernel('simd'), 18 * KB],
  ['kernels, relaxed (raw)', kernel('relaxed'), 18 * KB],
  // 2 KB of it read what callers give so that nothing of theirs can run, or change, in the middle; another has pipes, rows of a
  // stream and what is said to those who pass something else, for which the kernels' text made room within what counts.
  // The door to int8 weights and inputs freed of denormals took the last of 22 KB; with kernels it is still within what counts.
  ['core (min+gzip)', core, 23 * KB],
  // What a Worker is deployed with.
  ['core and simd.wasm (min+gzip)', core + gzipped(readFileSync('dist/kernels/simd.wasm')), 30 * KB],
  // What counts: the budgets above leave room within it, so that no byte need be golfed.
  ['core with simd kernels (min+gzip)', await usersBundle('simd'), 30 * KB],
  ['core with relaxed kernels (min+gzip)', await usersBundle('relaxed'), 30 * KB],
  // Loaded for a model with int8 weights alone.
  ['kernels, int8 simd (raw)', kernel('int8-simd'), 12 * KB],
  ['kernels, int8 relaxed (raw)', kernel('int8-relaxed'), 12 * KB],
  [
    'int8, loaded when needed',
    await javascript('dist/layers/int8/index.js', /chunks\/(?:core|base|kernels-int8-\w+)\.js$/),
    6 * KB,
  ],
  // Attention, with a state and with softmax, is 2.5 KB of it, what keeps layers that move numbers from copying 1.5 KB.
  [
    'further layers, loaded when needed',
    await javascript('dist/chunks/further.js', /chunks\/(?:core|base)\.js$/),
    16 * KB,
  ],
  // Loaded for a model that has such, after the further ones.
  [
    'newer cells, loaded when needed',
    await javascript('dist/chunks/newer.js', /chunks\/(?:core|base|further)\.js$/),
    // LSTM with layer norm, sLSTM, CfC and LTC: 4 KB; the LSTM of whole numbers and what rounds sums as it does: 2.7 KB.
    10.25 * KB,
  ],
  // The same, after the newer cells.
  [
    '2-D layers, loaded when needed',
    await javascript('dist/layers/all.js', /chunks\/(?:core|base|further|newer)\.js$/),
    // Layers within images and the convolutional LSTM: 2 KB.
    9.5 * KB,
  ],
  // All layers, of which those over time and frequency are 8 KB and the newer cells up to 10 KB, and one build. What keeps layers that move numbers from
  // copying is 1 KB.
  ['simd (min+gzip)', await javascript('dist/simd.js'), 63 * KB],
  ['relaxed (min+gzip)', await javascript('dist/relaxed.js'), 63 * KB],
  // Both builds in one, of the integer kernels too, which with all that belongs to them are 6 KB of it.
  ['gatewise.min.js (gzip)', gzipped(readFileSync('dist/gatewise.min.js')), 74 * KB],
  // Read from a disk by Node: what `gatewise --help` loads.
  ['command line, help (gzip)', commandLine(/^(?:main|commander|faults|terminal|rolldown-runtime)\.js$/), 24 * KB],
  // A third of it is what `serve` has for logs and metrics.
  ['command line, with libraries (gzip)', commandLine(/\.js$/), 192 * KB],
  ['decode (min+gzip)', await javascript('dist/decode/index.js', /chunks\/base\.js$/), 5 * KB],
  ['many (min+gzip)', await javascript('dist/many/index.js'), 8 * KB],
  // All layers and both builds, in one script: a worker fetches nothing.
  ['many, script of a worker (min+gzip)', await javascript('dist/many/worker.js'), 72 * KB],
  // Without the engine; what a Worker is deployed with beside it.
  ['server (min+gzip)', await javascript('dist/server/index.js', /chunks\/base\.js$/), 20 * KB],
  [
    'server, in Node (gzip)',
    gzipped(readFileSync('dist/server/node.js')) + gzipped(readFileSync('dist/chunks/ws.js')),
    24 * KB,
  ],
  ['server/redis (min+gzip)', await javascript('dist/server/stores/redis.js', /chunks\/base\.js$/, /^node:/), 2 * KB],
  // With the server, without the engine.
  ['cloudflare (min+gzip)', await javascript('dist/cloudflare/index.js', /chunks\/base\.js$/), 20 * KB],
  // A model as it is deployed: with all that models and streams can do, and with what a Worker that steps wants.
  ['built LSTM, --wasm (min+gzip)', await built(), 20 * KB],
  ['the same, --only step,save,restore', await built(['step', 'save', 'restore']), 16 * KB],
  // Most of it is the code of built files, of which each has what its model needs; 3 KB of it what looks inside, in those that are to, and its types.
  [
    'deploy (min+gzip)',
    await javascript('dist/deploy/index.js', /chunks\/(?:core|base)\.js$/, /\/layers\/all\.js$/),
    // Newer cells: up to 10 KB.
    76 * KB,
  ],
  ['explain (min+gzip)', await javascript('src/inspect/explain.ts', /index\.js$/), 4 * KB],
  // Without the model's own code: the view that is mounted with the charting library, the same once more as the text of a page's script, images.
  ['view (min+gzip)', await javascript('dist/view/index.js', /chunks\/(?:core|base)\.js$/, /\/index\.js$/), 68 * KB],
  ...(await Promise.all(
    Object.entries(IMPORTERS).map(async ([name, [budget, ...apart]]) => {
      const entry = `importers/${name}/index`;
      const alone = await javascript(`src/${entry}.ts`, ...apart);
      return [`importer ${name} (min+gzip)`, alone, budget * KB, await javascript(`dist/${entry}.js`)];
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
