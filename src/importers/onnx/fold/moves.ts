import { refuse } from '../../shared/refuse.js';
import { axisAt, integers, known, type Op } from '../context.js';
import { isSym, type Num } from '../num.js';
import { type Constant, constant } from '../value.js';
import { newNumbers, type TypedNumbers } from '../whole-types.js';
import { bounded, lengthOf, pick, stridesOf, typed } from './elements.js';
import { rangesOf, takenOf } from './ranges.js';

// Operators that put elements elsewhere.

export function concat(op: Op): Constant {
  const parts = op.inputs.map((input) => known(op.where, input, 'an input'));
  const [first] = parts;
  const axis = axisAt(op.where, op.attributes.int('axis', 1), first?.dims.length ?? 0);
  const dims = [...(first as Constant).dims];
  dims[axis] = parts.reduce((sum, part) => sum + (part.dims[axis] ?? Number.NaN), 0);
  bounded(op, dims, (first as Constant).type);
  for (const part of parts) {
    if (part.dims.length !== dims.length || part.dims.some((n, i) => i !== axis && n !== dims[i])) {
      refuse(op.where, 'shapes that do not go together', `[${first?.dims}] but for axis ${axis}`, `[${part.dims}]`);
    }
  }
  const inner = lengthOf(dims.slice(axis + 1));
  const outer = lengthOf(dims.slice(0, axis));
  const { type } = first as Constant;
  const open = parts.some(({ data }) => Array.isArray(data));
  const data: Num[] | TypedNumbers = open ? [] : newNumbers(type, lengthOf(dims));
  let to = 0;
  for (let o = 0; o < outer; o++) {
    for (const part of parts) {
      const block = (part.dims[axis] as number) * inner;
      for (let i = 0; i < block; i++) data[to++] = part.data[o * block + i] as number;
    }
  }
  return constant(dims, data, type);
}

export function gather(op: Op): Constant {
  const [x, indices] = [known(op.where, op.inputs[0], 'data'), known(op.where, op.inputs[1], 'indices')];
  const axis = axisAt(op.where, op.attributes.int('axis', 0), x.dims.length);
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
  bounded(op, dims, x.type);
  const size = x.dims[axis] as number;
  const inner = lengthOf(x.dims.slice(axis + 1));
  const outer = lengthOf(x.dims.slice(0, axis));
  const data: Num[] | TypedNumbers = Array.isArray(x.data) ? [] : newNumbers(x.type, lengthOf(dims));
  let to = 0;
  const list = integers(op.where, indices, 'indices') ?? [];
  for (let o = 0; o < outer; o++) {
    for (const index of list) {
      const i = axisAt(op.where, index, size);
      for (let k = 0; k < inner; k++) data[to++] = x.data[(o * size + i) * inner + k] as number;
    }
  }
  return constant(dims, data, x.type);
}

export function slice(op: Op): Constant {
  const x = known(op.where, op.inputs[0], 'data');
  const dims = [...x.dims];
  const strides = stridesOf(x.dims);
  let offset = 0;
  for (const range of rangesOf(op, dims.length)) {
    const { axis, step } = range;
    const { from, count } = takenOf(x.dims[axis] as number, range);
    offset += from * (strides[axis] as number);
    strides[axis] = (strides[axis] as number) * step;
    dims[axis] = count;
  }
  return pick(op, x, dims, strides, offset);
}

/** Undefined for one whose ends depend on the run. */
export function range(op: Op): Constant | undefined {
  const [start, limit, delta] = [0, 1, 2].map(
    (index) => known(op.where, op.inputs[index], 'an end').data[0] as Num,
  ) as [Num, Num, Num];
  const type = known(op.where, op.inputs[0], 'an end').type;
  if (isSym(start) || isSym(limit) || isSym(delta)) return undefined;
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  bounded(op, [count]);
  const numbers = Array.from({ length: count }, (_, i) => start + i * delta);
  return typed([count], numbers, type);
}

export function transpose(op: Op): Constant {
  const x = known(op.where, op.inputs[0], 'data');
  const order = permutation(op, x.dims.length);
  const strides = stridesOf(x.dims);
  return pick(
    op,
    x,
    order.map((axis) => x.dims[axis] as number),
    order.map((axis) => strides[axis] as number),
  );
}

/** The order of axes of a Transpose. */
export function permutation({ where, attributes }: Op, rank: number): readonly number[] {
  const given = attributes.ints('perm', undefined) ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const order = given.map((axis) => axisAt(where, axis, rank));
  if (new Set(order).size !== rank || order.length !== rank)
    refuse(where, 'not a permutation', `each axis below ${rank} once`, `[${given}]`);
  return order;
}
