import type { MinGruConfig, MinLstmConfig, QrnnConfig, SruConfig, SsruConfig } from '../../src/spec.js';
import { activate } from './activation.js';
import type { Cell } from './cell.js';
import { gatePart, gateRows, type Tensors } from './tensors.js';
import { oneMinus, product, sum, times, type Vector, zeros } from './vector.js';

// Cells none of whose products reads the state.

const sigmoid = (x: Vector): Vector => activate('sigmoid', x);

/** The sum of one gate: its rows of W, and its part of the bias. */
function sumsOf(weight: string, bias: string | undefined, units: number, tensors: Tensors) {
  const W = tensors.matrix(weight);
  const b = tensors.optional(bias);
  return (gate: number, x: Vector): Vector => sum(product(gateRows(W, gate, units), x), gatePart(b, gate, units));
}

/** g of Feng et al. 2024, B.3.1. */
const g = (x: Vector): Vector => x.map((v) => (v >= 0 ? v + 0.5 : 1 / (1 + Math.exp(-v))));

/** minGRU (Feng et al. 2024): z = σ(Wz·x + bz), n = [g](Wn·x + bn), h' = (1 - z)∘h + z∘n. */
export function minGruCell({ units, tensors: names, positive }: MinGruConfig, tensors: Tensors): Cell {
  const sums = sumsOf(names.weightIh, names.biasIh, units, tensors);
  return (x, { h }) => {
    const z = sigmoid(sums(0, x));
    const n = positive ? g(sums(1, x)) : sums(1, x);
    return { state: { h: sum(times(oneMinus(z), h), times(z, n)) }, gates: { z, n } };
  };
}

/** minLSTM (Feng et al. 2024): the gates are i = i'/(f' + i') and f = f'/(f' + i'), i' and f' the sigmoids. */
export function minLstmCell({ units, tensors: names, positive }: MinLstmConfig, tensors: Tensors): Cell {
  const sums = sumsOf(names.weightIh, names.biasIh, units, tensors);
  return (x, { h }) => {
    const [i, f] = [sigmoid(sums(0, x)), sigmoid(sums(1, x))];
    const share = (part: Vector): Vector => part.map((v, unit) => v / ((i[unit] as number) + (f[unit] as number)));
    const n = positive ? g(sums(2, x)) : sums(2, x);
    return { state: { h: sum(times(share(f), h), times(share(i), n)) }, gates: { i: share(i), f: share(f), n } };
  };
}

/** SRU (Lei et al. 2018): c' = f∘c + (1 - f)∘n, h' = r∘g(c') + (1 - r)∘s. */
export function sruCell(config: SruConfig, tensors: Tensors): Cell {
  const { units, tensors: names, highway, scale = 1, activation = 'linear' } = config;
  const sums = sumsOf(names.weightIh, undefined, units, tensors);
  const bias = tensors.optional(names.biasIh);
  const v = tensors.optional(names.peephole) ?? zeros(2 * units);
  return (x, { h, c = zeros(h.length) }) => {
    const [f, r] = [0, 1].map((gate) =>
      sigmoid(sum(sums(gate, x), times(gatePart(v, gate, units) as Vector, c), gatePart(bias, gate, units))),
    ) as [Vector, Vector];
    const n = sums(2, x);
    const next = sum(times(f, c), times(oneMinus(f), n));
    const s = { input: () => x.map((value) => scale * value), projected: () => sums(3, x), none: () => zeros(units) };
    return {
      state: { h: sum(times(r, activate(activation, next)), times(oneMinus(r), s[highway]())), c: next },
      gates: { f, r, n },
    };
  };
}

/** SSRU (Kim et al. 2019): c' = f∘c + (1 - f)∘n, h' = relu(c'). */
export function ssruCell({ units, tensors: names, activation = 'relu' }: SsruConfig, tensors: Tensors): Cell {
  const sums = sumsOf(names.weightIh, names.biasIh, units, tensors);
  return (x, { h, c = zeros(h.length) }) => {
    const f = sigmoid(sums(0, x));
    const n = sums(1, x);
    const next = sum(times(f, c), times(oneMinus(f), n));
    return { state: { h: activate(activation, next), c: next }, gates: { f, n } };
  };
}

/** QRNN (Bradbury et al. 2016) of one timestep, or of sums that are made already. */
export function qrnnCell({ units, tensors: names, pooling }: QrnnConfig, tensors: Tensors): Cell {
  const sums = names.weightIh
    ? sumsOf(names.weightIh, names.biasIh, units, tensors)
    : (gate: number, x: Vector): Vector => x.slice(gate * units, (gate + 1) * units);
  return (x, { h, c }) => {
    const n = activate('tanh', sums(0, x));
    const f = sigmoid(sums(1, x));
    if (pooling === 'f') return { state: { h: sum(times(f, h), times(oneMinus(f), n)) }, gates: { n, f } };
    const o = sigmoid(sums(2, x));
    const kept = times(f, c ?? zeros(units));
    if (pooling === 'fo') {
      const next = sum(kept, times(oneMinus(f), n));
      return { state: { h: times(o, next), c: next }, gates: { n, f, o } };
    }
    const i = sigmoid(sums(3, x));
    const next = sum(kept, times(i, n));
    return { state: { h: times(o, next), c: next }, gates: { n, f, o, i } };
  };
}
