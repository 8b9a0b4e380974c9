import { refuse } from '../../shared/refuse.js';
import { type Context, known, numbers, type Op } from '../context.js';
import { pick } from '../fold/elements.js';
import { value } from '../stretch.js';
import { type Constant, constant, type Item, type Value } from '../value.js';
import { activation } from './activate.js';
import { CONCAT } from './concat.js';
import { ELEMENTWISE, merged } from './elementwise.js';
import { gemm, matmul } from './product.js';
import { QUANTISE } from './quantise.js';
import { item, type Run } from './run.js';
import { SOFTMAX } from './softmax.js';
import { conv } from './window.js';

// Operators from 8-bit whole numbers to 8-bit whole numbers, as quantisation ahead of time writes them. Products are of the whole numbers
// themselves, which float32 holds exactly, so that what is rounded is what ONNX Runtime rounds; the others are the plain operator between
// a DequantizeLinear and a QuantizeLinear.

/** One number of an input that may be left out. */
function single({ where, inputs }: Op, index: number, what: string, absent?: number): number {
  const given = inputs[index];
  if (given === undefined && absent !== undefined) return absent;
  const data = numbers(where, known(where, given, what));
  if (data.length !== 1) refuse(where, `several numbers as ${what}`, '1', `${data.length}`);
  return data[0] as number;
}

/** Whole numbers less their zero point. */
function centred(op: Op, ctx: Context, index: number, zero: number): Item {
  const x = { ...item(op, index), type: 1 };
  return zero === 0 ? x : merged(op, ctx, 'subtract', x, constant([], [zero], 1));
}

interface Weights {
  /** Less their zero points. */
  readonly weight: Constant;
  /** A scale for each output, or one. */
  readonly scales: Float32Array;
  readonly outputs: number;
}

/** Inputs `at`, `at + 1`, `at + 2`: the weights, their scales and zero points. @param axis that of the outputs. */
function weightsOf(op: Op, at: number, axis: (rank: number) => number): Weights {
  const { where, inputs } = op;
  const stored = known(where, inputs[at], 'the weight');
  const scales = numbers(where, known(where, inputs[at + 1], 'the scale of the weight'));
  const zeros = inputs[at + 2] ? numbers(where, known(where, inputs[at + 2], 'the zero point of the weight')) : [0];
  const along = axis(stored.dims.length);
  const outputs = stored.dims[along] as number;
  for (const { length } of [scales, zeros])
    if (length !== 1 && length !== outputs)
      refuse(where, 'scales or zero points of the weight that do not fit', `1 or ${outputs}`, `${length}`);
  const inner = stored.dims.slice(along + 1).reduce((a, b) => a * b, 1);
  op.budget.bytes(4 * stored.data.length, where);
  const data = numbers(where, stored).map(
    (n, i) => n - (zeros[zeros.length === 1 ? 0 : Math.floor(i / inner) % outputs] as number),
  );
  return { weight: constant(stored.dims, data, 1, stored.tensor), scales, outputs };
}

/** The sums of a product as the numbers they stand for. */
function scaled(op: Op, ctx: Context, y: Item, by: readonly number[], rank: number, axis: number): Item {
  const dims = by.length === 1 ? [] : Array.from({ length: rank - axis }, (_, i) => (i === 0 ? by.length : 1));
  return merged({ ...op, inputNames: ['', ''] }, ctx, 'multiply', y, constant(dims, Float32Array.from(by), 1));
}

/** Rounded to whole numbers of the zero point's type, or left as they are where the file gives no scale. */
function rounded(op: Op, ctx: Context, y: Item, zero: Item | undefined): Item[] {
  const inputs = [y, constant([], Float32Array.of(1), 1), zero];
  const quantise = { ...op, inputs, attributes: op.attributes.none() };
  return (QUANTISE.QuantizeLinear as Run)(quantise, ctx) as Item[];
}

/** Scales of the sums of a product, as ONNX Runtime multiplies them in float32. */
const scalesOf = (x: number, { scales }: Weights, y: number, alpha = 1): number[] =>
  Array.from(scales, (w) => Math.fround(Math.fround(alpha * Math.fround(x * w)) / y));

/** A bias of whole numbers, in the scale of the sums. */
const bias = (op: Op, ctx: Context, y: Item, given: Item | undefined, dims: readonly number[]): Item => {
  if (given === undefined) return y;
  const c = known(op.where, given, 'the bias');
  return merged({ ...op, inputNames: ['', ''] }, ctx, 'add', y, {
    ...c,
    dims: dims.length > 0 ? dims : c.dims,
    type: 1,
  });
};

function qLinearMatMul(op: Op, ctx: Context): Item[] {
  const w = weightsOf(op, 3, (rank) => rank - 1);
  const x = centred(op, ctx, 0, single(op, 2, 'the zero point of a'));
  const by = scalesOf(single(op, 1, 'the scale of a'), w, single(op, 6, 'the scale of y'));
  const [y] = matmul({ ...op, inputs: [x, w.weight] }, ctx) as [Value];
  ctx.biasless.delete(op.outputs[0] as string);
  return rounded(op, ctx, scaled(op, ctx, y, by, y.axes.length, y.axes.length - 1), item(op, 7));
}

function qLinearConv(op: Op, ctx: Context): Item[] {
  const w = weightsOf(op, 3, () => 0);
  const x = centred(op, ctx, 0, single(op, 2, 'the zero point of x'));
  const by = scalesOf(single(op, 1, 'the scale of x'), w, single(op, 6, 'the scale of y'));
  const [y] = conv({ ...op, inputs: [x, w.weight] }, ctx) as [Value];
  const rank = y.axes.length;
  const sums = bias(op, ctx, y, op.inputs[8], [w.outputs, ...Array<number>(rank - 2).fill(1)]);
  return rounded(op, ctx, scaled(op, ctx, sums, by, rank, 1), item(op, 7));
}

/** Domain com.microsoft. Without a scale of y, floats. */
function qGemm(op: Op, ctx: Context): Item[] {
  const turned = op.attributes.flag('transB', false);
  if (op.attributes.flag('transA', false)) refuse(op.where, 'sums over the batch', 'transA 0', '1');
  const alpha = op.attributes.float('alpha', 1);
  const w = weightsOf(op, 3, () => (turned ? 0 : 1));
  const x = centred(op, ctx, 0, single(op, 2, 'the zero point of A'));
  const floats = op.inputs[7] === undefined;
  const by = scalesOf(single(op, 1, 'the scale of A'), w, single(op, 7, 'the scale of y', 1), alpha);
  const [first, second] = w.weight.dims as [number, number];
  const b = turned ? { ...pick(op, w.weight, [second, first], [1, second]), tensor: w.weight.tensor } : w.weight;
  const [y] = gemm({ ...op, inputs: [x, b], attributes: op.attributes.none() }, ctx) as [Value];
  const sums = scaled(op, ctx, bias(op, ctx, y, op.inputs[6], []), by, 2, 1);
  return floats ? [sums] : rounded(op, ctx, sums, item(op, 8));
}

const dequantised = (op: Op, ctx: Context, at: number): Item =>
  (QUANTISE.DequantizeLinear as Run)(
    { ...op, inputs: op.inputs.slice(at, at + 3), attributes: op.attributes.none() },
    ctx,
  )[0] as Item;

const quantised = (op: Op, ctx: Context, y: Item, at: number): Item[] =>
  (QUANTISE.QuantizeLinear as Run)(
    { ...op, inputs: [y, op.inputs[at], op.inputs[at + 1]], attributes: op.attributes.none() },
    ctx,
  ) as Item[];

/** A plain operator of `n` inputs, each with scale and zero point, and those of the output after them. */
const between =
  (n: number, plain: Run): Run =>
  (op, ctx) => {
    const inputs = Array.from({ length: n }, (_, i) => dequantised(op, ctx, 3 * i));
    const [y] = plain({ ...op, inputs, inputNames: inputs.map(() => '') }, ctx);
    return quantised(op, ctx, y as Item, 3 * n);
  };

/** Scale and zero point of the output, then those of each input behind it. */
function qLinearConcat(op: Op, ctx: Context): Item[] {
  const many = (op.inputs.length - 2) / 3;
  if (!Number.isInteger(many)) refuse(op.where, 'inputs that do not fit', 'three for each', `${op.inputs.length - 2}`);
  const inputs = Array.from({ length: many }, (_, i) => dequantised(op, ctx, 2 + 3 * i));
  const [y] = (CONCAT.Concat as Run)({ ...op, inputs }, ctx);
  return quantised(op, ctx, y as Item, 0);
}

/** Of the version of Softmax that it stands for. */
function qLinearSoftmax(op: Op, ctx: Context): Item[] {
  const opset = op.attributes.int('opset', 13);
  return between(1, (plain, own) => (SOFTMAX.Softmax as Run)({ ...plain, opset }, own))(op, ctx) as Item[];
}

export const QLINEAR: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  QLinearMatMul: qLinearMatMul,
  QLinearConv: qLinearConv,
};

/** Of the domain com.microsoft. */
export const QLINEAR_FUSED: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  QGemm: qGemm,
  QLinearAdd: between(2, ELEMENTWISE.Add as Run),
  QLinearMul: between(2, ELEMENTWISE.Mul as Run),
  QLinearSigmoid: between(1, (op, ctx) => [
    activation(ctx, value(ctx, op.where, op.inputs[0], 'the input'), 'sigmoid'),
  ]),
  QLinearLeakyRelu: between(1, (op, ctx) => {
    const alpha = op.attributes.float('alpha', 0.01);
    return [activation(ctx, value(ctx, op.where, op.inputs[0], 'the input'), { type: 'leaky_relu', alpha })];
  }),
  QLinearConcat: qLinearConcat,
  QLinearSoftmax: qLinearSoftmax,
};
