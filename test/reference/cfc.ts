import type { CfcConfig, CfcPureConfig } from '../../src/spec.js';
import { activate } from './activation.js';
import type { Cell } from './cell.js';
import { lstmCell } from './lstm.js';
import { gatePart, gateRows, type Tensors } from './tensors.js';
import { oneMinus, product, sum, times, type Vector } from './vector.js';

/** Closed-form continuous-time cell (Hasani et al. 2022), elapsed time 1. */
export function cfcCell(config: CfcConfig, tensors: Tensors): Cell {
  const { units } = config;
  const heads = headsOf(config, tensors);
  return remembering(config, tensors, (x, { h }) => {
    const sums = heads(x, h);
    const [sf, sg, st] = [0, 1, 2].map((head) => gatePart(sums, head, units)) as [Vector, Vector, Vector];
    const [f, g, t] = [activate('tanh', sf), activate('tanh', sg), activate('sigmoid', st)];
    const hNew = sum(config.mode === 'default' ? times(oneMinus(t), f) : f, times(t, g));
    return { state: { h: hNew }, gates: { f, g, t } };
  });
}

/** Its pure form: h' = A - A∘e^-(|τ| + |f|)∘f. */
export function cfcPureCell(config: CfcPureConfig, tensors: Tensors): Cell {
  const heads = headsOf(config, tensors);
  const tau = tensors.vector(config.tensors.tau);
  const limit = tensors.vector(config.tensors.limit);
  return remembering(config, tensors, (x, { h }) => {
    const f = heads(x, h);
    const decay = sum(tau.map(Math.abs), f.map(Math.abs)).map((rate) => Math.exp(-rate));
    const hNew = sum(
      limit,
      times(times(limit, decay), f).map((y) => -y),
    );
    return { state: { h: hNew }, gates: { f } };
  });
}

/** The cell behind an LSTM whose output is the h that it reads, and which keeps c (mixed memory: Lechner & Hasani 2020). */
function remembering(
  { units, mixedMemory, tensors: names }: CfcConfig | CfcPureConfig,
  tensors: Tensors,
  cell: Cell,
): Cell {
  if (!mixedMemory) return cell;
  const { weightMemoryIh: weightIh, weightMemoryHh: weightHh, biasMemory: biasIh } = names as Required<typeof names>;
  const lstm = lstmCell({ type: 'lstm', units, tensors: { weightIh, weightHh, biasIh } }, tensors);
  return (x, state) => {
    const { h, c } = lstm(x, state).state;
    const step = cell(x, { h });
    return { ...step, state: { h: step.state.h, ...(c && { c }) } };
  };
}

/** What the heads give of x and h, by way of the backbone. */
function headsOf({ tensors: names, backbone }: CfcConfig | CfcPureConfig, tensors: Tensors) {
  const W = tensors.matrix(names.weightIh);
  const U = tensors.matrix(names.weightHh);
  const b = tensors.optional(names.biasIh);
  const first = (x: Vector, h: Vector): Vector => sum(product(W, x), product(U, h), b);
  if (!backbone) return first;
  const { units, layers, activation } = backbone;
  const further = names.weightBackbone === undefined ? [] : tensors.matrix(names.weightBackbone);
  const furtherBias = tensors.optional(names.biasBackbone);
  const heads = tensors.matrix(names.weightHeads as string);
  const headsBias = tensors.optional(names.biasHeads);
  return (x: Vector, h: Vector): Vector => {
    let v = activate(activation, first(x, h));
    for (let layer = 0; layer < layers - 1; layer++)
      v = activate(activation, sum(product(gateRows(further, layer, units), v), gatePart(furtherBias, layer, units)));
    return sum(product(heads, v), headsBias);
  };
}
