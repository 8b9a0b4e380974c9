// Layers models as TensorFlow.js saves them, with what it computed: for the tfjs importer.
//
//     TFJS=<folder with node_modules/@tensorflow/tfjs> node generate_tfjs_files.mjs
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const tf = createRequire(`${process.env.TFJS ?? '.'}/package.json`)('@tensorflow/tfjs');
const L = tf.layers;
const [TIME, FEATURES] = [6, 4];

function seedOf(text) {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
/** As prng.ts. */
function uniform(seed, count, scale) {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return (((((z ^ (z >>> 14)) >>> 0) >>> 8) - 2 ** 23) / 2 ** 23) * scale;
  });
}

const shape = [TIME, FEATURES];
const chain = (...layers) => tf.sequential({ layers });
const models = {
  lstm: () => chain(L.lstm({ units: 5, inputShape: shape }), L.dense({ units: 3, activation: 'tanh' })),
  lstm_sequences: () =>
    chain(
      L.lstm({ units: 5, inputShape: shape, returnSequences: true }),
      L.lstm({ units: 3, recurrentActivation: 'sigmoid' }),
    ),
  gru: () => chain(L.gru({ units: 5, inputShape: shape, returnSequences: true }), L.gru({ units: 2, useBias: false })),
  simple_rnn: () => chain(L.simpleRNN({ units: 5, inputShape: shape, activation: 'relu', goBackwards: true })),
  bidirectional: () =>
    chain(
      L.bidirectional({ layer: L.lstm({ units: 3, returnSequences: true }), mergeMode: 'concat', inputShape: shape }),
      L.bidirectional({ layer: L.gru({ units: 2 }), mergeMode: 'sum' }),
    ),
  embedding: () => chain(L.embedding({ inputDim: 9, outputDim: 4, inputLength: TIME }), L.lstm({ units: 3 })),
  conv: () =>
    chain(
      L.conv1d({ filters: 5, kernelSize: 3, padding: 'same', activation: 'relu', inputShape: shape }),
      L.batchNormalization({}),
      L.maxPooling1d({ poolSize: 2 }),
      L.gru({ units: 3 }),
    ),
  time_distributed: () =>
    chain(
      L.timeDistributed({ layer: L.dense({ units: 3 }), inputShape: shape }),
      L.layerNormalization({}),
      L.flatten(),
      L.dense({ units: 2, activation: 'softmax' }),
    ),
  functional() {
    const x = tf.input({ shape });
    const a = L.lstm({ units: 3, returnSequences: true }).apply(x);
    const b = L.dense({ units: 3 }).apply(x);
    return tf.model({ inputs: x, outputs: L.concatenate().apply([L.add().apply([a, b]), a]) });
  },
};
const QUANTISED = ['uint8', 'uint16', 'float16'];

/** Rounds numbers as TensorFlow.js' converter stores them. @returns bytes, what is noted of them, and the numbers read back. */
function quantise(data, dtype) {
  if (dtype === 'float16') {
    const bits = Uint16Array.from(data, toHalf);
    return {
      bytes: new Uint8Array(bits.buffer),
      quantization: { dtype, original_dtype: 'float32' },
      back: Float32Array.from(bits, fromHalf),
    };
  }
  const [least, most] = [Math.min(...data), Math.max(...data)];
  const steps = dtype === 'uint8' ? 255 : 65535;
  const scale = (most - least) / steps || 1;
  const stored = (dtype === 'uint8' ? Uint8Array : Uint16Array).from(data, (x) => Math.round((x - least) / scale));
  return {
    bytes: new Uint8Array(stored.buffer),
    quantization: { dtype, scale, min: least, original_dtype: 'float32' },
    back: Float32Array.from(stored, (q) => q * scale + least),
  };
}
// Normal numbers alone: the weights here are neither tiny nor huge.
function toHalf(x) {
  const [sign, a] = [x < 0 ? 0x8000 : 0, Math.abs(x)];
  if (a < 2 ** -14) return sign;
  const exponent = Math.floor(Math.log2(a));
  return sign | (((exponent + 15) << 10) + Math.round((a / 2 ** exponent - 1) * 1024));
}
const fromHalf = (bits) =>
  (bits & 0x8000 ? -1 : 1) * ((bits & 0x7fff) === 0 ? 0 : (1 + (bits & 1023) / 1024) * 2 ** (((bits >> 10) & 31) - 15));

const base64 = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
await tf.setBackend('cpu');
const files = [];
for (const [name, make] of Object.entries(models)) {
  for (const dtype of name === 'lstm' || name === 'conv' ? [undefined, ...QUANTISED] : [undefined]) {
    const model = make();
    const title = dtype ? `${name}_${dtype}` : name;
    let saved;
    await model.save(
      tf.io.withSaveHandler(async (artifacts) => {
        saved = artifacts;
        return { modelArtifactsInfo: {} };
      }),
    );
    const shards = [];
    const weights = [];
    const values = model.weights.map((weight, index) => {
      const count = weight.shape.reduce((a, b) => a * b, 1);
      const data = uniform(seedOf(`${name}/${index}`), count, 0.6).map((x) =>
        weight.name.includes('variance') ? Math.abs(x) + 0.3 : x,
      );
      const stored = dtype ? quantise(data, dtype) : { bytes: new Uint8Array(data.buffer), back: data };
      weights.push({
        name: saved.weightSpecs[index].name,
        shape: weight.shape,
        dtype: 'float32',
        ...(stored.quantization && { quantization: stored.quantization }),
      });
      shards.push(stored.bytes);
      return tf.tensor(stored.back, weight.shape);
    });
    model.setWeights(values);
    const bytes = Buffer.concat(shards);
    // In two files, cut within a weight.
    const cut = Math.floor(bytes.length / 2) + 1;
    const ids = name === 'embedding';
    const seed = seedOf(`${name}/x`);
    const dims = ids ? [2, TIME] : [2, TIME, FEATURES];
    const count = dims.reduce((a, b) => a * b, 1);
    const x = ids ? Int32Array.from(uniform(seed, count, 4.5), (v) => Math.floor(v + 4.5)) : uniform(seed, count, 1);
    const y = model.predict(tf.tensor(ids ? Float32Array.from(x) : x, dims));
    files.push({
      name: title,
      model: {
        format: 'layers-model',
        generatedBy: `TensorFlow.js tfjs-layers v${tf.version_layers}`,
        convertedBy: null,
        modelTopology: saved.modelTopology,
        weightsManifest: [{ paths: ['group1-shard1of2.bin', 'group1-shard2of2.bin'], weights }],
      },
      shards: [bytes.subarray(0, cut).toString('base64'), bytes.subarray(cut).toString('base64')],
      seed,
      shape: dims,
      ...(ids && { ids: [...x] }),
      output: { shape: y.shape, data: base64(y.dataSync()) },
    });
  }
}
writeFileSync(
  new URL('tfjs-files/models.json', import.meta.url),
  `[\n${files.map((file) => JSON.stringify(file)).join(',\n')}\n]\n`,
);
writeFileSync(
  new URL('tfjs-files/versions.json', import.meta.url),
  `${JSON.stringify({ tfjs: { node: process.versions.node, tfjs: tf.version.tfjs } }, undefined, 2)}\n`,
);
console.log(tf.version.tfjs, files.length, 'models');
