import { refuse } from '../../shared/refuse.js';
import { axisAt, known, numbers, type Op } from '../context.js';
import { type Constant, constant } from '../value.js';
import { bounded, expand, lengthOf, pick } from './elements.js';
import { identity, once } from './once.js';

// Operators over weights alone: what quantised and re-parametrised files keep in place of the weight itself.

const FLOAT = 1;

/** Weights stored as whole numbers, with a scale and a zero point for all, for each place along an axis, or for each block of places. */
export function dequantise(op: Op): Constant {
  const { where, attributes } = op;
  const [x, scale] = [known(where, op.inputs[0], 'x'), known(where, op.inputs[1], 'the scale')];
  const zero = op.inputs[2] && known(where, op.inputs[2], 'the zero point');
  const axis = attributes.int('axis', 1);
  const block = attributes.int('block_size', 0);
  attributes.ignore('output_dtype');
  if (zero && zero.data.length !== scale.data.length)
    refuse(where, 'zero points that do not fit', `[${scale.dims}]`, `[${zero.dims}]`);
  if (block !== 0) return dequantiseBlocks(op, { x, scale, zero, axis: axisAt(where, axis, x.dims.length), block });
  const single = scale.data.length === 1;
  const along = single ? 0 : axisAt(where, axis, x.dims.length);
  const fits = single || (scale.dims.length === 1 && scale.data.length === x.dims[along]);
  if (!fits) refuse(where, 'scales that do not fit', `1 or ${x.dims[along]}`, `[${scale.dims}]`);
  const inner = lengthOf(x.dims.slice(along + 1));
  const [scales, zeros] = [numbers(where, scale), zero && numbers(where, zero)];
  const how = `[${x.dims}] along ${along} by ${identity(scale.data)} and ${identity(zero?.data)}`;
  const data = once(x.data, how, () => {
    const floats = new Float32Array(bounded(op, x.dims, FLOAT));
    const places = single ? 1 : (x.dims[along] as number);
    const run = single ? floats.length : inner;
    // Each scale holds for a run of elements; an array of no elements has none.
    for (let start = 0, place = 0; start < floats.length; start += run, place = (place + 1) % places) {
      const [by, from] = [scales[place] as number, zeros?.[place] ?? 0];
      for (let i = start; i < start + run; i++) floats[i] = Math.fround((x.data[i] as number) - from) * by;
    }
    return floats;
  });
  return constant(x.dims, data, FLOAT, x.tensor);
}

/** Whole numbers whose scales stand in their shape, but for one axis: there each stands for a block of places. */
export interface Blocks {
  readonly x: Constant;
  readonly scale: Constant;
  readonly zero: Constant | undefined;
  readonly axis: number;
  readonly block: number;
  /** The zero point where none is given. Default: 0. */
  readonly middle?: number;
}

export function dequantiseBlocks(op: Op, { x, scale, zero, axis, block, middle = 0 }: Blocks): Constant {
  const { where } = op;
  const size = x.dims[axis] as number;
  const many = Math.ceil(size / block);
  const wanted = x.dims.map((n, other) => (other === axis ? many : n));
  if (!(block > 0) || `${scale.dims}` !== `${wanted}`)
    refuse(where, `scales that do not fit blocks of ${block}`, `[${wanted}]`, `[${scale.dims}]`);
  const inner = lengthOf(x.dims.slice(axis + 1));
  const [scales, zeros] = [numbers(where, scale), zero && numbers(where, zero)];
  const how = `[${x.dims}] in blocks of ${block} along ${axis} by ${identity(scale.data)} and ${identity(zero?.data)}, ${middle}`;
  const data = once(x.data, how, () => {
    const floats = new Float32Array(bounded(op, x.dims, FLOAT));
    // A row: the places along the axis and all axes behind it.
    for (let i = 0; i < floats.length; i++) {
      const [row, place] = [Math.floor(i / (size * inner)), Math.floor(i / inner) % size];
      const at = (row * many + Math.floor(place / block)) * inner + (i % inner);
      floats[i] = Math.fround((x.data[i] as number) - (zeros?.[at] ?? middle)) * (scales[at] as number);
    }
    return floats;
  });
  return constant(x.dims, data, FLOAT, x.tensor);
}

/** A product of matrices, or of a vector and a matrix. */
export function matmul(op: Op): Constant | undefined {
  const [a, b] = [known(op.where, op.inputs[0], 'A'), known(op.where, op.inputs[1], 'B')];
  if (a.dims.length > 2 || a.dims.length < 1 || b.dims.length !== 2) return undefined;
  const gemm = op.type === 'Gemm';
  const [ta, tb] = gemm ? [op.attributes.flag('transA', false), op.attributes.flag('transB', false)] : [false, false];
  const flip = (x: Constant): Constant =>
    pick(op, x, [x.dims[1] as number, x.dims[0] as number], [1, x.dims[1] as number]);
  const [p, q] = [ta ? flip(a) : a, tb ? flip(b) : b];
  const [m, k] = p.dims.length === 1 ? [1, p.dims[0] as number] : (p.dims as [number, number]);
  const [kq, n] = q.dims as [number, number];
  if (k !== kq) refuse(op.where, 'shapes that do not go together', `[${p.dims}]`, `[${q.dims}]`);
  const dims = p.dims.length === 1 ? [n] : [m, n];
  const c = gemm && op.inputs[2] ? numbers(op.where, expand(op, known(op.where, op.inputs[2], 'C'), dims)) : undefined;
  const [alpha, beta] = gemm ? [op.attributes.float('alpha', 1), op.attributes.float('beta', 1)] : [1, 1];
  const [x, y] = [numbers(op.where, p), numbers(op.where, q)];
  op.budget.operations(m * n * k, op.where);
  const data = new Float32Array(bounded(op, dims, a.type));
  data.forEach((_, i) => {
    let sum = 0;
    for (let j = 0; j < k; j++) sum += (x[Math.floor(i / n) * k + j] as number) * (y[j * n + (i % n)] as number);
    data[i] = alpha * sum + beta * (c?.[i] ?? 0);
  });
  return constant(dims, data, a.type);
}
