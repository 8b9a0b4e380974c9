import { uniform } from '../../golden/prng.js';

// Networks of RNNoise with drawn weights, as its C structures hold them, and the files that its tools write of these.

/** `DenseLayer` and `GRULayer` of RNNoise up to 0.1: int8 numbers in units of 1/256. */
export interface TextLayer {
  readonly inputs: number;
  readonly units: number;
  readonly activation: 'tanh' | 'sigmoid' | 'relu';
  readonly weights: Int8Array; // [inputs][units], GRUs [inputs][3 · units], z r h
  readonly recurrent?: Int8Array; // [units][3 · units]
  readonly bias: Int8Array; // [units] or [3 · units]
}

export const TEXT_LAYERS = [
  'input_dense',
  'vad_gru',
  'noise_gru',
  'denoise_gru',
  'denoise_output',
  'vad_output',
] as const;
export type TextNetwork = Readonly<Record<(typeof TEXT_LAYERS)[number], TextLayer>>;

/** Sizes as published: 42 features, 22 bands. */
export const TEXT_SIZES = { features: 42, dense: 24, vad: 24, noise: 48, denoise: 96, bands: 22 };

let seeds = 1;
const int8 = (count: number, most: number): Int8Array =>
  Int8Array.from(uniform(seeds++, count, 1), (x) => Math.round(x * most));

/** @param seed of the first array; each has the next. */
export function drawText(seed: number, sizes = TEXT_SIZES): TextNetwork {
  seeds = seed;
  const { features, dense: d, vad: v, noise: n, denoise: e, bands } = sizes;
  const dense = (inputs: number, units: number, activation: TextLayer['activation']): TextLayer => {
    const most = Math.min(127, 500 / Math.sqrt(inputs));
    return { inputs, units, activation, weights: int8(inputs * units, most), bias: int8(units, 127) };
  };
  const gru = (inputs: number, units: number, activation: TextLayer['activation']): TextLayer => {
    const most = Math.min(127, 300 / Math.sqrt(inputs + units));
    const [weights, recurrent] = [int8(inputs * 3 * units, most), int8(units * 3 * units, most)];
    return { inputs, units, activation, weights, recurrent, bias: int8(3 * units, 100) };
  };
  return {
    input_dense: dense(features, d, 'tanh'),
    vad_gru: gru(d, v, 'tanh'),
    noise_gru: gru(d + v + features, n, 'relu'),
    denoise_gru: gru(v + n + features, e, 'relu'),
    denoise_output: dense(e, bands, 'sigmoid'),
    vad_output: dense(v, 1, 'sigmoid'),
  };
}

export function textFile(network: TextNetwork): Uint8Array {
  const lines = TEXT_LAYERS.flatMap((name) => {
    const { inputs, units, activation, weights, recurrent = [], bias } = network[name];
    const code = ['tanh', 'sigmoid', 'relu'].indexOf(activation);
    return [[inputs, units, code], weights, recurrent, bias].map((numbers) => Array.from(numbers).join(' '));
  });
  return new TextEncoder().encode(['rnnoise-nu model file version 1', ...lines, ''].join('\n'));
}

/** `LinearLayer` of RNNoise 0.2. */
export interface BlobLayer {
  readonly inputs: number;
  readonly outputs: number;
  readonly bias: Float32Array;
  readonly floats?: Float32Array; // [inputs][outputs]
  /** Blocks of [8 outputs][4 inputs]: all, or those of the list. */
  readonly ints?: Int8Array;
  readonly scale?: Float32Array; // [outputs]
  readonly subias?: Float32Array; // [outputs]
  readonly index?: Int32Array;
  readonly diagonal?: Float32Array; // [outputs]
}

export type BlobNetwork = Readonly<Record<string, BlobLayer>>;

/** Sizes as published: 65 features, 32 bands. */
export const BLOB_SIZES = { features: 65, conv1: 128, units: 384, bands: 32 };

const floats = (count: number, scale: number): Float32Array => uniform(seeds++, count, scale);

function quantised(inputs: number, outputs: number, density: number, recurrent = false): BlobLayer {
  // One at least: RNNoise takes no array of nothing.
  const places = Array.from({ length: outputs / 8 }, (_, group) => {
    const draw = floats(inputs / 4, 0.5);
    return Array.from(draw.keys()).filter((block) => group + block === 0 || (draw[block] as number) + 0.5 < density);
  });
  const ints = int8(32 * places.flat().length, 127);
  // So that a row's sum is about as large as what it multiplies.
  const size = 1 / (127 * 127 * Math.sqrt((inputs * density) / 3));
  const scale = floats(outputs, 0.3).map((x) => (1 + x) * size);
  const bias = floats(outputs, 0.2);
  const subias = Float32Array.from(bias);
  places
    .flatMap((blocks, group) => blocks.map(() => group))
    .forEach((group, block) => {
      for (let k = 0; k < 32; k++) {
        const output = 8 * group + (k >> 2);
        subias[output] =
          (subias[output] as number) - 127 * (ints[32 * block + k] as number) * (scale[output] as number);
      }
    });
  const index = places.flatMap((blocks) => [blocks.length, ...blocks.map((block) => 4 * block)]);
  const sparse = density < 1 && { index: Int32Array.from(index) };
  return {
    inputs,
    outputs,
    bias,
    ints,
    scale,
    subias,
    ...sparse,
    ...(recurrent && { diagonal: floats(outputs, 0.3) }),
  };
}

export function drawBlob(seed: number, { features, conv1, units, bands } = BLOB_SIZES): BlobNetwork {
  seeds = seed;
  const plain = (inputs: number, outputs: number): BlobLayer => {
    const weights = floats(inputs * outputs, 2 / Math.sqrt(inputs));
    return { inputs, outputs, bias: floats(outputs, 0.2), floats: weights };
  };
  return {
    conv1: plain(3 * features, conv1),
    conv2: quantised(3 * conv1, units, 1),
    ...Object.fromEntries(
      [1, 2, 3].flatMap((k) => [
        [`gru${k}_input`, quantised(units, 3 * units, 0.4)],
        [`gru${k}_recurrent`, quantised(units, 3 * units, 0.25, true)],
      ]),
    ),
    dense_out: plain(4 * units, bands),
    vad_dense: plain(4 * units, 1),
  };
}

const NAMES = {
  bias: 'bias',
  floats: 'weights_float',
  ints: 'weights_int8',
  scale: 'scale',
  subias: 'subias',
  index: 'weights_idx',
  diagonal: 'weights_diag',
} as const;

export interface Record64 {
  readonly name: string;
  readonly data: Float32Array | Int32Array | Int8Array | Uint8Array;
  /** Of the head, where they are not what they should be. */
  readonly magic?: string;
  readonly version?: number;
  readonly type?: number;
  readonly size?: number;
  readonly block?: number;
  /** Bytes that are there, whatever the head says. */
  readonly room?: number;
}

export const recordsOf = (network: BlobNetwork): Record64[] =>
  Object.entries(network).flatMap(([layer, arrays]) =>
    Object.entries(NAMES).flatMap(([key, suffix]) => {
      const data = arrays[key as keyof typeof NAMES];
      return data ? [{ name: `${layer}_${suffix}`, data }] : [];
    }),
  );

export function blobFile(records: readonly Record64[], little = true): Uint8Array {
  return Buffer.concat(
    records.map(({ name, data, magic = 'DNNw', version = 0, ...head }) => {
      const block = Math.ceil(data.byteLength / 64) * 64;
      const out = Buffer.alloc(64 + (head.room ?? block));
      out.write(magic, 0, 'latin1');
      const type = data instanceof Float32Array ? 0 : data instanceof Int32Array ? 1 : 3;
      const numbers = [version, head.type ?? type, head.size ?? data.byteLength, head.block ?? block];
      for (const [k, n] of numbers.entries()) {
        if (little) out.writeInt32LE(n, 4 + 4 * k);
        else out.writeInt32BE(n, 4 + 4 * k);
      }
      out.write(name, 20, 44, 'latin1');
      out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 64);
      return out;
    }),
  );
}
