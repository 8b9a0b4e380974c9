import { refuse } from '../shared/refuse.js';
import { axisAt, integers, known, numbers, type Op } from './context.js';
import { dividedBy, isSym, minus, type Num, plus, sameNum, showSize, times } from './num.js';
import { isFloatType } from './tensor.js';
import { BOOL, type Constant, constant, type Filled, INT64 } from './value.js';

/** Most numbers that folding makes in one step: a file of a few bytes must not fill the memory. */
const MOST = 2 ** 26;

const lengthOf = (dims: readonly number[]): number => dims.reduce((product, n) => product * n, 1);

export function bounded(where: string, dims: readonly number[]): number {
  const length = lengthOf(dims);
  if (!(length <= MOST)) refuse(where, 'too many numbers', `at most ${MOST}`, `[${dims}]`);
  return length;
}

/** Row-major strides; 0 along axes of size 1, so that they broadcast. */
const stridesOf = (dims: readonly number[]): number[] =>
  dims.map((n, axis) => (n === 1 ? 0 : lengthOf(dims.slice(axis + 1))));

/** Index into data of each element of `dims`, walked in order, for strides aligned to the last axis. */
function walk(
  dims: readonly number[],
  strides: readonly number[],
  offset: number,
  visit: (from: number, to: number) => void,
): void {
  const length = lengthOf(dims);
  const at = dims.map(() => 0);
  let from = offset;
  for (let to = 0; to < length; to++) {
    visit(from, to);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      from += strides[axis] as number;
      at[axis] = (at[axis] as number) + 1;
      if ((at[axis] as number) < (dims[axis] as number)) break;
      from -= (strides[axis] as number) * (dims[axis] as number);
      at[axis] = 0;
    }
  }
}

/** Elements of x picked by strides: transposes, slices, broadcasts. */
export function pick(
  where: string,
  x: Constant,
  dims: readonly number[],
  strides: readonly number[],
  offset = 0,
): Constant {
  const length = bounded(where, dims);
  const data: Num[] | Float32Array = x.data instanceof Float32Array ? new Float32Array(length) : new Array<Num>(length);
  walk(dims, strides, offset, (from, to) => {
    data[to] = x.data[from] as number;
  });
  return constant(dims, data, x.type);
}

export function broadcastDims(where: string, a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const [m, n] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1];
    if (m !== n && m !== 1 && n !== 1) refuse(where, 'shapes that do not go together', `[${a}]`, `[${b}]`);
    return m === 1 ? n : m;
  });
}

export function expand(where: string, x: Constant, dims: readonly number[]): Constant {
  const full = broadcastDims(where, x.dims, dims);
  const own = stridesOf(x.dims);
  return pick(where, x, full, [...Array(full.length - own.length).fill(0), ...own]);
}

const undetermined = (where: string, a: Num, b: Num): never =>
  refuse(
    where,
    'depends on the size of the input',
    'options.shapes with the sizes to run with',
    `${showSize(a)} and ${showSize(b)}`,
  );

const truth = (yes: boolean): number => (yes ? 1 : 0);
const exactly =
  (f: (a: number, b: number) => number) =>
  (a: Num, b: Num): Num | undefined =>
    isSym(a) || isSym(b) ? undefined : f(a, b);

/** Sizes are at least 1, so some comparisons hold whatever they are. */
const above = (a: Num, b: Num): boolean | undefined => {
  const d = minus(a, b);
  if (d === undefined) return undefined;
  if (!isSym(d)) return d > 0;
  if (d.coef > 0 && d.coef + d.add > 0) return true;
  return d.coef < 0 && d.coef + d.add <= 0 ? false : undefined;
};
const maybe = (yes: boolean | undefined): Num | undefined => (yes === undefined ? undefined : truth(yes));

const BINARY: Readonly<Record<string, (a: Num, b: Num, integer: boolean) => Num | undefined>> = {
  Add: plus,
  Sub: minus,
  Mul: times,
  Div: (a, b, integer) =>
    integer
      ? isSym(a) || isSym(b)
        ? dividedBy(a, b)
        : b === 0
          ? undefined
          : Math.trunc(a / b)
      : exactly((p, q) => p / q)(a, b),
  Mod: exactly((a, b) => ((a % b) + b) % b),
  Pow: exactly((a, b) => a ** b),
  Max: (a, b) => exactly(Math.max)(a, b) ?? (above(a, b) === undefined ? undefined : above(a, b) ? a : b),
  Min: (a, b) => exactly(Math.min)(a, b) ?? (above(a, b) === undefined ? undefined : above(a, b) ? b : a),
  Equal: (a, b) => (sameNum(a, b) ? 1 : isSym(a) || isSym(b) ? (above(a, b) || above(b, a) ? 0 : undefined) : 0),
  Less: (a, b) => maybe(above(b, a)),
  Greater: (a, b) => maybe(above(a, b)),
  LessOrEqual: (a, b) => maybe(above(a, b) === undefined ? undefined : !above(a, b)),
  GreaterOrEqual: (a, b) => maybe(above(b, a) === undefined ? undefined : !above(b, a)),
  And: exactly((a, b) => truth(a !== 0 && b !== 0)),
  Or: exactly((a, b) => truth(a !== 0 || b !== 0)),
};
const COMPARISONS = new Set(['Equal', 'Less', 'Greater', 'LessOrEqual', 'GreaterOrEqual', 'And', 'Or']);

const UNARY: Readonly<Record<string, (a: number) => number>> = {
  Sqrt: Math.sqrt,
  Exp: Math.exp,
  Log: Math.log,
  Neg: (a) => -a,
  Abs: Math.abs,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Reciprocal: (a) => 1 / a,
  Not: (a) => truth(a === 0),
  Relu: (a) => Math.max(0, a),
  Sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  Tanh: Math.tanh,
};

function binary(op: Op): Constant {
  const [a, b] = [known(op.where, op.inputs[0], 'an input'), known(op.where, op.inputs[1], 'an input')];
  const dims = broadcastDims(op.where, a.dims, b.dims);
  const [p, q] = [expand(op.where, a, dims), expand(op.where, b, dims)];
  const float = isFloatType(a.type);
  const compute = BINARY[op.type] as (a: Num, b: Num, integer: boolean) => Num | undefined;
  const data = Array.from(
    p.data,
    (one, i) => compute(one, q.data[i] as Num, !float) ?? undetermined(op.where, one, q.data[i] as Num),
  );
  const compares = COMPARISONS.has(op.type);
  return constant(dims, float && !compares ? Float32Array.from(data as number[]) : data, compares ? BOOL : a.type);
}

function concat(op: Op): Constant {
  const parts = op.inputs.map((one) => known(op.where, one, 'an input'));
  const [first] = parts;
  const axis = axisAt(op.where, op.attributes.int('axis', 1), first?.dims.length ?? 0);
  const dims = [...(first as Constant).dims];
  dims[axis] = parts.reduce((sum, part) => sum + (part.dims[axis] ?? Number.NaN), 0);
  bounded(op.where, dims);
  for (const part of parts) {
    if (part.dims.length !== dims.length || part.dims.some((n, i) => i !== axis && n !== dims[i])) {
      refuse(op.where, 'shapes that do not go together', `[${first?.dims}] but for axis ${axis}`, `[${part.dims}]`);
    }
  }
  const inner = lengthOf(dims.slice(axis + 1));
  const outer = lengthOf(dims.slice(0, axis));
  const data: Num[] = [];
  for (let o = 0; o < outer; o++) {
    for (const part of parts) {
      const block = (part.dims[axis] as number) * inner;
      for (let i = 0; i < block; i++) data.push(part.data[o * block + i] as Num);
    }
  }
  const type = (first as Constant).type;
  return constant(dims, isFloatType(type) ? Float32Array.from(data as number[]) : data, type);
}

function gather(op: Op): Constant {
  const [x, indices] = [known(op.where, op.inputs[0], 'data'), known(op.where, op.inputs[1], 'indices')];
  const axis = axisAt(op.where, op.attributes.int('axis', 0), x.dims.length);
  const dims = [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)];
  bounded(op.where, dims);
  const size = x.dims[axis] as number;
  const inner = lengthOf(x.dims.slice(axis + 1));
  const outer = lengthOf(x.dims.slice(0, axis));
  const data: Num[] = [];
  const at = integers(op.where, indices, 'indices') ?? [];
  for (let o = 0; o < outer; o++) {
    for (const index of at) {
      const i = axisAt(op.where, index, size);
      for (let k = 0; k < inner; k++) data.push(x.data[(o * size + i) * inner + k] as Num);
    }
  }
  return constant(dims, isFloatType(x.type) ? Float32Array.from(data as number[]) : data, x.type);
}

/** One number everywhere; a constant if its shape is known. */
export function filled(dims: readonly Num[], number: Num, type: number): Constant | Filled {
  if (dims.some(isSym)) return { kind: 'filled', dims, value: number, type };
  const length = bounded('ConstantOfShape', dims as number[]);
  return constant(
    dims as number[],
    isFloatType(type) && !isSym(number) ? new Float32Array(length).fill(number) : new Array<Num>(length).fill(number),
    type,
  );
}

/** Start, count and step along one axis, with ONNX' rules for ends beyond the size. */
export function sliceRange(size: number, start: number, end: number, step: number): { from: number; count: number } {
  const clamp = (n: number, low: number, high: number): number => Math.min(high, Math.max(low, n < 0 ? n + size : n));
  const [from, to] =
    step > 0 ? [clamp(start, 0, size), clamp(end, 0, size)] : [clamp(start, 0, size - 1), clamp(end, -1, size - 1)];
  return { from, count: Math.max(0, Math.ceil((to - from) / step)) };
}

export interface SliceSpec {
  readonly axis: number;
  readonly start: number;
  readonly end: number;
  readonly step: number;
}

/** Slice-1 has attributes, Slice-10 inputs. */
export function slices(op: Op, rank: number): SliceSpec[] {
  const { where, attributes, inputs, opset } = op;
  const old = opset < 10;
  const starts = old ? attributes.ints('starts', []) : integers(where, inputs[1], 'starts');
  const ends = old ? attributes.ints('ends', []) : integers(where, inputs[2], 'ends');
  const axes = old ? attributes.ints('axes', undefined) : integers(where, inputs[3], 'axes');
  const steps = old ? undefined : integers(where, inputs[4], 'steps');
  if (!starts || !ends || starts.length !== ends.length) refuse(where, 'starts and ends do not go together');
  return starts.map((start, index) => {
    const step = steps?.[index] ?? 1;
    if (step === 0) refuse(where, 'a step of 0');
    return { axis: axisAt(where, axes?.[index] ?? index, rank), start, end: ends[index] as number, step };
  });
}

function slice(op: Op): Constant {
  const x = known(op.where, op.inputs[0], 'data');
  const dims = [...x.dims];
  const strides = x.dims.map((_, axis) => lengthOf(x.dims.slice(axis + 1)));
  let offset = 0;
  for (const { axis, start, end, step } of slices(op, dims.length)) {
    const { from, count } = sliceRange(x.dims[axis] as number, start, end, step);
    offset += from * (strides[axis] as number);
    strides[axis] = (strides[axis] as number) * step;
    dims[axis] = count;
  }
  return pick(op.where, x, dims, strides, offset);
}

function range(op: Op): Constant {
  const [start, limit, delta] = op.inputs.map((one) => known(op.where, one, 'an end').data[0] as Num) as [
    Num,
    Num,
    Num,
  ];
  if (isSym(start) || isSym(limit) || isSym(delta)) return undetermined(op.where, start, limit);
  const count = Math.max(0, Math.ceil((limit - start) / delta));
  bounded(op.where, [count]);
  return constant(
    [count],
    Array.from({ length: count }, (_, i) => start + i * delta),
    INT64,
  );
}

function transpose(op: Op): Constant {
  const x = known(op.where, op.inputs[0], 'data');
  const perm = op.attributes.ints('perm', undefined) ?? x.dims.map((_, axis) => x.dims.length - 1 - axis);
  const strides = x.dims.map((_, axis) => lengthOf(x.dims.slice(axis + 1)));
  const at = permutation(op.where, perm, x.dims.length);
  return pick(
    op.where,
    x,
    at.map((axis) => x.dims[axis] as number),
    at.map((axis) => strides[axis] as number),
  );
}

export function permutation(where: string, perm: readonly number[], rank: number): readonly number[] {
  const at = perm.map((axis) => axisAt(where, axis, rank));
  if (new Set(at).size !== rank || at.length !== rank)
    refuse(where, 'not a permutation', `each axis below ${rank} once`, `[${perm}]`);
  return at;
}

function reduce(op: Op, axes: readonly number[] | undefined, keep: boolean): Constant {
  const x = known(op.where, op.inputs[0], 'data');
  const over = (axes ?? x.dims.map((_, axis) => axis)).map((axis) => axisAt(op.where, axis, x.dims.length));
  const kept = x.dims.map((n, axis) => (over.includes(axis) ? 1 : n));
  const strides = stridesOf(kept);
  const data: (Num | undefined)[] = new Array(bounded(op.where, kept)).fill(undefined);
  const join = { ReduceSum: 'Add', ReduceMean: 'Add', ReduceMax: 'Max', ReduceMin: 'Min', ReduceProd: 'Mul' }[
    op.type
  ] as string;
  walk(
    x.dims,
    x.dims.map((_, axis) => (over.includes(axis) ? 0 : (strides[axis] as number))),
    0,
    (to, from) => {
      const [a, b] = [data[to], x.data[from] as Num];
      data[to] = a === undefined ? b : (BINARY[join]?.(a, b, false) ?? undetermined(op.where, a, b));
    },
  );
  const n = over.reduce((product, axis) => product * (x.dims[axis] as number), 1);
  const scaled = op.type === 'ReduceMean' ? data.map((one) => (one as number) / n) : (data as Num[]);
  return constant(keep ? kept : x.dims.filter((_, axis) => !over.includes(axis)), scaled, x.type);
}

/** Weights stored as whole numbers, with a scale and a zero point for all or for each place along an axis. */
function dequantise(op: Op): Constant {
  const { where, attributes } = op;
  const [x, scale] = [known(where, op.inputs[0], 'x'), known(where, op.inputs[1], 'the scale')];
  const zero = op.inputs[2] && known(where, op.inputs[2], 'the zero point');
  const axis = attributes.int('axis', 1);
  attributes.ignore('output_dtype');
  const one = scale.data.length === 1;
  const at = one ? 0 : axisAt(where, axis, x.dims.length);
  if (attributes.int('block_size', 0) !== 0 || !(one || (scale.dims.length === 1 && scale.data.length === x.dims[at])))
    refuse(where, 'scales that do not fit', `1 or ${x.dims[at]}`, `[${scale.dims}]`);
  const inner = lengthOf(x.dims.slice(at + 1));
  const [raw, scales, zeros] = [numbers(where, x), numbers(where, scale), zero && numbers(where, zero)];
  const place = (i: number): number => (one ? 0 : Math.floor(i / inner) % (x.dims[at] as number));
  const data = raw.map((n, i) => (n - (zeros?.[place(i)] ?? 0)) * (scales[place(i)] as number));
  return { ...constant(x.dims, data, 1), tensor: x.tensor };
}

/** A product of matrices, or of a vector and a matrix. */
function matmul(op: Op): Constant | undefined {
  const [a, b] = [known(op.where, op.inputs[0], 'A'), known(op.where, op.inputs[1], 'B')];
  if (a.dims.length > 2 || a.dims.length < 1 || b.dims.length !== 2) return undefined;
  const gemm = op.type === 'Gemm';
  const [ta, tb] = gemm ? [op.attributes.int('transA', 0), op.attributes.int('transB', 0)] : [0, 0];
  const flip = (x: Constant): Constant =>
    pick(op.where, x, [x.dims[1] as number, x.dims[0] as number], [1, x.dims[1] as number]);
  const [p, q] = [ta ? flip(a) : a, tb ? flip(b) : b];
  const [m, k] = p.dims.length === 1 ? [1, p.dims[0] as number] : (p.dims as [number, number]);
  const [kq, n] = q.dims as [number, number];
  if (k !== kq) refuse(op.where, 'shapes that do not go together', `[${p.dims}]`, `[${q.dims}]`);
  const dims = p.dims.length === 1 ? [n] : [m, n];
  const c =
    gemm && op.inputs[2] ? numbers(op.where, expand(op.where, known(op.where, op.inputs[2], 'C'), dims)) : undefined;
  const [alpha, beta] = gemm ? [op.attributes.float('alpha', 1), op.attributes.float('beta', 1)] : [1, 1];
  const [x, y] = [numbers(op.where, p), numbers(op.where, q)];
  const data = new Float32Array(bounded(op.where, dims));
  data.forEach((_, at) => {
    let sum = 0;
    for (let i = 0; i < k; i++) sum += (x[Math.floor(at / n) * k + i] as number) * (y[i * n + (at % n)] as number);
    data[at] = alpha * sum + beta * (c?.[at] ?? 0);
  });
  return constant(dims, data, a.type);
}

/** Works out an operator all of whose inputs are known; undefined for one that is not folded. */
export function fold(op: Op, axes: () => { axes: readonly number[] | undefined; keep: boolean }): Constant | undefined {
  if (BINARY[op.type] && op.inputs.length === 2) return binary(op);
  const unary = UNARY[op.type];
  if (unary) {
    const x = known(op.where, op.inputs[0], 'an input');
    const data = Array.from(x.data, (one): Num => {
      if (!isSym(one)) return unary(one);
      if (op.type === 'Neg') return times(one, -1) as Num;
      return undetermined(op.where, one, one);
    });
    return constant(x.dims, isFloatType(x.type) ? Float32Array.from(data as number[]) : data, x.type);
  }
  switch (op.type) {
    case 'DequantizeLinear':
      return dequantise(op);
    case 'MatMul':
    case 'Gemm':
      return matmul(op);
    case 'Concat':
      return concat(op);
    case 'Gather':
      return gather(op);
    case 'Slice':
      return slice(op);
    case 'Range':
      return range(op);
    case 'Transpose':
      return transpose(op);
    case 'ReduceSum':
    case 'ReduceMean':
    case 'ReduceMax':
    case 'ReduceMin':
    case 'ReduceProd': {
      const { axes: over, keep } = axes();
      return reduce(op, over, keep);
    }
    case 'Where': {
      const [condition, a, b] = op.inputs.map((one) => known(op.where, one, 'an input')) as [
        Constant,
        Constant,
        Constant,
      ];
      const dims = broadcastDims(op.where, broadcastDims(op.where, condition.dims, a.dims), b.dims);
      const [c, p, q] = [condition, a, b].map((one) => expand(op.where, one, dims)) as [Constant, Constant, Constant];
      return constant(
        dims,
        Array.from(c.data, (yes, i) => (yes !== 0 ? p.data[i] : q.data[i]) as Num),
        a.type,
      );
    }
  }
  return undefined;
}
