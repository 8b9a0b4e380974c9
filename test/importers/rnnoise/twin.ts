import type { BlobLayer, BlobNetwork, TextLayer, TextNetwork } from './drawn.js';

// What RNNoise computes, frame by frame, in float64, from the arrays as its C structures hold them. Nothing of the importer has a part in it.

/** How a network is computed: exactly, or as RNNoise's C approximates it. */
export interface Arithmetic {
  readonly tanh: (x: number) => number;
  /** What int8 weights multiply. */
  readonly rounded: (x: number) => number;
}

const EXACT: Arithmetic = { tanh: Math.tanh, rounded: (x) => x };

/** tanh of RNNoise up to 0.1: a table of 201 numbers of six decimals, 0.04 apart, and two terms from the nearest. */
function tableTanh(x: number): number {
  const size = Math.abs(x);
  if (size >= 8) return Math.sign(x);
  const nearest = Math.floor(0.5 + 25 * size);
  const rest = size - 0.04 * nearest;
  const y = Number(Math.tanh(0.04 * nearest).toFixed(6));
  return Math.sign(x) * (y + rest * (1 - y * y) * (1 - y * rest));
}

/** tanh of RNNoise 0.2: a quotient of polynomials, cut off at ±1. */
function rationalTanh(x: number): number {
  const square = x * x;
  const above = (0.60863042 * square + 96.39235687) * square + 952.52801514;
  const below = (11.88600922 * square + 413.36801147) * square + 952.72399902;
  return Math.max(-1, Math.min(1, (x * above) / below));
}

export const TABLE: Arithmetic = { ...EXACT, tanh: tableTanh };
export const RATIONAL: Arithmetic = { ...EXACT, tanh: rationalTanh };
export const ROUNDED: Arithmetic = { tanh: rationalTanh, rounded: (x) => Math.floor(0.5 + 127 * x) / 127 };

export interface Frame {
  readonly gains: number[];
  readonly vad: number;
}

const sigmoid = ({ tanh }: Arithmetic, x: number): number => 0.5 + 0.5 * tanh(0.5 * x);
const at = (array: ArrayLike<number>, index: number): number => array[index] as number;

/** RNNoise up to 0.1 over frames of features. */
export function textTwin(network: TextNetwork, frames: readonly ArrayLike<number>[], how: Arithmetic = EXACT): Frame[] {
  const activate = { sigmoid: (x: number) => sigmoid(how, x), tanh: how.tanh, relu: (x: number) => Math.max(0, x) };
  const dense = ({ inputs, units, weights, bias, activation }: TextLayer, x: readonly number[]): number[] =>
    Array.from({ length: units }, (_, i) => {
      let sum = at(bias, i);
      for (let j = 0; j < inputs; j++) sum += (weights[j * units + i] as number) * (x[j] as number);
      return activate[activation](sum / 256);
    });
  const gru = (layer: TextLayer, state: readonly number[], x: readonly number[]): number[] => {
    const { inputs, units, weights, recurrent = new Int8Array(), bias, activation } = layer;
    const gate = (offset: number, i: number, h: (j: number) => number): number => {
      let sum = at(bias, offset + i);
      for (let j = 0; j < inputs; j++) sum += (weights[j * 3 * units + offset + i] as number) * (x[j] as number);
      for (let j = 0; j < units; j++) sum += (recurrent[j * 3 * units + offset + i] as number) * h(j);
      return sum / 256;
    };
    const z = state.map((_, i) =>
      sigmoid(
        how,
        gate(0, i, (j) => at(state, j)),
      ),
    );
    const r = state.map((_, i) =>
      sigmoid(
        how,
        gate(units, i, (j) => at(state, j)),
      ),
    );
    return state.map((old, i) => {
      const candidate = activate[activation](gate(2 * units, i, (j) => at(state, j) * at(r, j)));
      return at(z, i) * old + (1 - at(z, i)) * candidate;
    });
  };
  const fresh = ({ units }: TextLayer): number[] => new Array(units).fill(0);
  let [vad, noise, denoise] = [network.vad_gru, network.noise_gru, network.denoise_gru].map(fresh) as number[][];
  return frames.map((frame) => {
    const x = Array.from(frame);
    const d = dense(network.input_dense, x);
    vad = gru(network.vad_gru, vad as number[], d);
    noise = gru(network.noise_gru, noise as number[], [...d, ...vad, ...x]);
    denoise = gru(network.denoise_gru, denoise as number[], [...vad, ...noise, ...x]);
    return { gains: dense(network.denoise_output, denoise), vad: at(dense(network.vad_output, vad), 0) };
  });
}

/** `LinearLayer`: float weights as they are, int8 ones block by block. */
function linear(layer: BlobLayer, x: Float64Array, { rounded }: Arithmetic): Float64Array {
  const { inputs, outputs, floats, ints, scale = [], index, diagonal, bias } = layer;
  const out = new Float64Array(outputs);
  const whole = x.map((value) => 127 * rounded(value));
  let [place, from] = [0, 0];
  for (let group = 0; ints && group < outputs; group += 8) {
    const blocks = index ? at(index, place++) : inputs / 4;
    for (let block = 0; block < blocks; block++, from += 32) {
      const first = index ? at(index, place++) : 4 * block;
      for (let k = 0; k < 32; k++) {
        const product = (ints[from + k] as number) * (whole[first + (k & 3)] as number);
        out[group + (k >> 2)] = (out[group + (k >> 2)] as number) + product;
      }
    }
  }
  for (let i = 0; i < outputs; i++) {
    let sum = ints ? at(out, i) * at(scale, i) : 0;
    for (let j = 0; floats && j < inputs; j++) sum += (floats[j * outputs + i] as number) * (x[j] as number);
    out[i] = sum + at(bias, i) + (diagonal ? at(diagonal, i) * at(x, i % inputs) : 0);
  }
  return out;
}

/** RNNoise 0.2 over frames of features. */
export function blobTwin(network: BlobNetwork, frames: readonly ArrayLike<number>[], how: Arithmetic = EXACT): Frame[] {
  const layer = (name: string): BlobLayer => network[name] as BlobLayer;
  const memory = ['conv1', 'conv2'].map((name) => new Float64Array((layer(name).inputs / 3) * 2));
  const states = [1, 2, 3].map((k) => new Float64Array(layer(`gru${k}_recurrent`).inputs));
  const conv = (k: number, x: Float64Array): Float64Array => {
    const window = Float64Array.of(...(memory[k] as Float64Array), ...x);
    memory[k] = window.slice(x.length);
    return linear(layer(`conv${k + 1}`), window, how).map(how.tanh);
  };
  const gru = (k: number, x: Float64Array): Float64Array => {
    const state = states[k] as Float64Array;
    const units = state.length;
    const input = linear(layer(`gru${k + 1}_input`), x, how);
    const recurrent = linear(layer(`gru${k + 1}_recurrent`), state, how);
    const next = state.map((old, i) => {
      const z = sigmoid(how, at(input, i) + at(recurrent, i));
      const r = sigmoid(how, at(input, units + i) + at(recurrent, units + i));
      const candidate = how.tanh(at(input, 2 * units + i) + r * at(recurrent, 2 * units + i));
      return z * old + (1 - z) * candidate;
    });
    states[k] = next;
    return next;
  };
  return frames.map((frame) => {
    const all = [conv(1, conv(0, Float64Array.from(frame)))];
    for (let k = 0; k < 3; k++) all.push(gru(k, all[k] as Float64Array));
    const joined = Float64Array.from(all.flatMap((part) => Array.from(part)));
    const head = (name: string): number[] => Array.from(linear(layer(name), joined, how), (x) => sigmoid(how, x));
    return { gains: head('dense_out'), vad: at(head('vad_dense'), 0) };
  });
}
