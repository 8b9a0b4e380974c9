// One start of one subject, in a process of its own: `node cold-process.mjs <subject> '[inputs, units, layers]' <weights>` prints the
// milliseconds from the import to the first result, of the clock and of all processors, and its first numbers. The weights are there before the clock starts: read, as they would
// be, from a file, since a process that has just drawn them goes on compiling that, and clears up after it, while the clock runs.
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lstmSpec } from './lstm.mjs';
import { unpacked } from './weights.mjs';

// An import of it would load all streams of Node, which not every program has when it comes to its model.
const { readFileSync } = process.getBuiltinModule('node:fs');
const [, , subject, size, weights] = process.argv;
const { layers, x } = unpacked(JSON.parse(size), new Uint8Array(readFileSync(weights)).buffer);
/** What `gatewise build` has made stands beside the weights. */
const folder = dirname(weights);
const spec = lstmSpec(layers);
const net = { cell: 'lstm', inputs: layers[0].inputs, units: layers[0].units, layers };

const SUBJECTS = {
  empty: () => new Float32Array(layers.at(-1).units),
  plain: async () => {
    const { plainLstm } = await import('../plain-js/rows.mjs');
    return plainLstm(layers).step(x, new Float32Array(layers.at(-1).units));
  },
  gatewise: async () => {
    const { createModel } = await import('gatewise');
    return (await createModel(spec)).createStream().step(x);
  },
  simd: async () => {
    const { createModelSync } = await import('gatewise/simd');
    return createModelSync(spec).createStream().step(x);
  },
  core: async () => {
    const { createModelSync } = await import('gatewise/core');
    const kernels = readFileSync(new URL(import.meta.resolve('gatewise/kernels/simd.wasm')));
    return createModelSync(spec, { kernels }).createStream().step(x);
  },
  built: async () => (await import(pathToFileURL(join(folder, 'module.mjs')))).createModelSync().createStream().step(x),
  'built wasm': async () => {
    const { createModelSync } = await import(pathToFileURL(join(folder, 'wasm.mjs')));
    const kernels = readFileSync(join(folder, 'wasm.wasm'));
    return createModelSync({ kernels }).createStream().step(x);
  },
  'onnxruntime-web': () => ort('onnxruntime-web'),
  'onnxruntime-node': () => ort('onnxruntime-node'),
  'tfjs wasm': () => tfjs('wasm'),
  'tfjs cpu': () => tfjs('cpu'),
};

const ort = async (name) => (await (await import('../engines/ort.mjs')).open(net, {}, name)).step(x);
const tfjs = async (backend) => (await (await import('../engines/tfjs.mjs')).open(net, {}, backend)).step(x);

const before = process.cpuUsage();

const start = performance.now();
const y = await SUBJECTS[subject]();
const milliseconds = performance.now() - start;
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ milliseconds, processor: (user + system) / 1e3, y: [...y.subarray(0, 4)] }));
