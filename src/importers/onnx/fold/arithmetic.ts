import { refuse } from '../../shared/refuse.js';
import { axisAt, known, type Op } from '../context.js';
import { dividedBy, isSym, minus, type Num, plus, sameNum, showSize, times } from '../num.js';
import { isFloatType } from '../tensor.js';
import { BOOL, type Constant, constant } from '../value.js';
import { exactResult, newNumbers, type TypedNumbers, wrapped } from '../whole-types.js';
import { bounded, broadcast, broadcastStrides, expand, toEven, typed, walk } from './elements.js';

// Operators that compute with elements, which may depend on batch and time where whole numbers do.

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
/** Whether it is known to be at least as large. */
const reaches = (a: Num, b: Num): boolean => {
  const d = minus(a, b);
  return isSym(d) ? d.coef > 0 && d.coef + d.add >= 0 : d !== undefined && d >= 0;
};
const maybe = (yes: boolean | undefined): Num | undefined => (yes === undefined ? undefined : truth(yes));

const BINARY: Readonly<Record<string, (a: Num, b: Num, integer: boolean) => Num | undefined>> = {
  __proto__: null as never,
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
  Max: (a, b) => exactly(Math.max)(a, b) ?? (reaches(a, b) ? a : reaches(b, a) ? b : undefined),
  Min: (a, b) => exactly(Math.min)(a, b) ?? (reaches(a, b) ? b : reaches(b, a) ? a : undefined),
  Equal: (a, b) => (sameNum(a, b) ? 1 : isSym(a) || isSym(b) ? (above(a, b) || above(b, a) ? 0 : undefined) : 0),
  Less: (a, b) => maybe(above(b, a)),
  Greater: (a, b) => maybe(above(a, b)),
  LessOrEqual: (a, b) => maybe(above(a, b) === undefined ? undefined : !above(a, b)),
  GreaterOrEqual: (a, b) => maybe(above(b, a) === undefined ? undefined : !above(b, a)),
  And: exactly((a, b) => truth(a !== 0 && b !== 0)),
  Or: exactly((a, b) => truth(a !== 0 || b !== 0)),
  Xor: exactly((a, b) => truth((a !== 0) !== (b !== 0))),
};
/** The same of numbers in floating point, of which none depends on the run. */
const OF_FLOATS: Readonly<Record<string, (a: number, b: number) => number>> = {
  __proto__: null as never,
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};
const COMPARISONS = new Set(['Equal', 'Less', 'Greater', 'LessOrEqual', 'GreaterOrEqual', 'And', 'Or', 'Xor']);

const ORDERS = new Set(['Max', 'Min']);

const UNARY: Readonly<Record<string, (a: number) => number>> = {
  __proto__: null as never,
  Sqrt: Math.sqrt,
  Exp: Math.exp,
  Log: Math.log,
  Neg: (a) => -a,
  Abs: Math.abs,
  Sign: Math.sign,
  Sin: Math.sin,
  Cos: Math.cos,
  Round: toEven,
  Floor: Math.floor,
  Ceil: Math.ceil,
  Reciprocal: (a) => 1 / a,
  Not: (a) => truth(a === 0),
  Relu: (a) => Math.max(0, a),
  Sigmoid: (a) => 1 / (1 + Math.exp(-a)),
  Tanh: Math.tanh,
};

export const isBinary = ({ type, inputs }: Op): boolean => BINARY[type] !== undefined && inputs.length === 2;
export const isUnary = ({ type }: Op): boolean => UNARY[type] !== undefined;

/** Undefined for one number in floating point that depends on the run in a way that is not followed. */
export function binary(op: Op): Constant | undefined {
  const [a, b] = [known(op.where, op.inputs[0], 'an input'), known(op.where, op.inputs[1], 'an input')];
  const dims = broadcast(op.where, a.dims, b.dims) as number[];
  // A single number stands beside any shape as it is.
  const spread = (x: Constant): Constant => (x.data.length === 1 ? x : expand(op, x, dims));
  const [p, q] = [spread(a), spread(b)];
  const [left, right] = [p, q].map(
    (x) =>
      (i: number): Num =>
        x.data[x.data.length === 1 ? 0 : i] as Num,
  ) as [Pick, Pick];
  const compares = COMPARISONS.has(op.type);
  const length = bounded(op, dims, compares ? BOOL : a.type);
  const compute = BINARY[op.type] as (a: Num, b: Num, integer: boolean) => Num | undefined;
  const integer = !isFloatType(a.type);
  if (length === 1 && !integer && !compares && compute(left(0), right(0), integer) === undefined) return undefined;
  const result = (i: number): Num => {
    const [m, n] = [left(i), right(i)];
    const made = compute(m, n, integer) ?? undetermined(op.where, m, n);
    return isSym(made) || isSym(m) || isSym(n) ? made : checked(op, a.type, m, n, made);
  };
  const type = compares ? BOOL : a.type;
  if (Array.isArray(p.data) || Array.isArray(q.data))
    return typed(
      dims,
      Array.from({ length }, (_, i) => result(i)),
      type,
    );
  const data = newNumbers(type, length);
  const plain = integer ? undefined : OF_FLOATS[op.type];
  if (plain) {
    const [m, n] = [p.data, q.data] as [ArrayLike<number>, ArrayLike<number>];
    const [own, other] = [m.length === 1 ? 0 : 1, n.length === 1 ? 0 : 1];
    for (let i = 0; i < length; i++) data[i] = plain(m[i * own] as number, n[i * other] as number);
  } else for (let i = 0; i < length; i++) data[i] = result(i) as number;
  return constant(dims, data, type);
}

type Pick = (i: number) => Num;

/** A result in the width of whole numbers. Of two that are not exact it can't be said which is larger. */
function checked({ type: operator, where }: Op, type: number, a: number, b: number, n: number): number {
  if (!COMPARISONS.has(operator)) return ORDERS.has(operator) ? n : exactResult(where, operator, type, a, b, n);
  if (a === b && !isFloatType(type) && !Number.isSafeInteger(a)) exactResult(where, operator, type, a, b, a);
  return n;
}

/** Undefined for one number that depends on the run. */
export function unary(op: Op): Constant | undefined {
  const x = known(op.where, op.inputs[0], 'an input');
  const compute = UNARY[op.type] as (a: number) => number;
  if (op.type !== 'Neg' && x.data.length === 1 && isSym(x.data[0])) return undefined;
  bounded(op, x.dims, x.type);
  const data = Array.from(x.data, (n): Num => {
    if (!isSym(n)) return wrapped(op.where, x.type, compute(n));
    if (op.type === 'Neg') return times(n, -1);
    return undetermined(op.where, n, n);
  });
  return typed(x.dims, data, x.type);
}

const JOINS: Readonly<Record<string, 'Add' | 'Max' | 'Min' | 'Mul'>> = {
  __proto__: null as never,
  ReduceSum: 'Add',
  ReduceMean: 'Add',
  ReduceMax: 'Max',
  ReduceMin: 'Min',
  ReduceProd: 'Mul',
  ReduceL1: 'Add',
  ReduceL2: 'Add',
  ReduceSumSquare: 'Add',
  ReduceLogSum: 'Add',
  ReduceLogSumExp: 'Add',
};
/** What is done with numbers before some of them are joined, and with what comes of it. */
const BEFORE: Readonly<Record<string, (n: number) => number>> = {
  __proto__: null as never,
  ReduceL1: Math.abs,
  ReduceL2: (n) => n * n,
  ReduceSumSquare: (n) => n * n,
  ReduceLogSumExp: Math.exp,
};
const AFTER: Readonly<Record<string, (n: number) => number>> = {
  __proto__: null as never,
  ReduceL2: Math.sqrt,
  ReduceLogSum: Math.log,
  ReduceLogSumExp: Math.log,
};
export const isReduction = ({ type }: Op): boolean => JOINS[type] !== undefined;

/** What a reduction goes over: the given axes, or all. */
export interface Reduction {
  readonly axes: readonly number[] | undefined;
  readonly keep: boolean;
}

/** What a reduction of no numbers at all is. */
function ofNothing({ type, where }: Op): number {
  if (type === 'ReduceProd') return 1;
  if (JOINS[type] !== 'Add' || type === 'ReduceMean')
    refuse(where, 'a reduction of no numbers', 'a sum or a product', type);
  return 0;
}

export function reduce(op: Op, { axes, keep }: Reduction): Constant {
  const x = known(op.where, op.inputs[0], 'data');
  const over = (axes ?? x.dims.map((_, axis) => axis)).map((axis) => axisAt(op.where, axis, x.dims.length));
  const kept = x.dims.map((n, axis) => (over.includes(axis) ? 1 : n));
  const strides = broadcastStrides(kept);
  op.budget.operations(x.data.length, op.where);
  const [before, after] = [BEFORE[op.type], AFTER[op.type]];
  const data: (Num | undefined)[] = new Array(bounded(op, kept)).fill(undefined);
  const operator = JOINS[op.type] as string;
  const join = BINARY[operator] as (a: Num, b: Num, integer: boolean) => Num | undefined;
  walk(
    x.dims,
    x.dims.map((_, axis) => (over.includes(axis) ? 0 : (strides[axis] as number))),
    0,
    (to, from) => {
      const a = data[to];
      const n = x.data[from] as Num;
      const b = before ? before(isSym(n) ? (undetermined(op.where, n, n) as number) : n) : n;
      const made = a === undefined ? b : (join(a, b, false) ?? undetermined(op.where, a, b));
      const exact = a === undefined || isSym(a) || isSym(b) || isSym(made) || ORDERS.has(operator);
      data[to] = exact ? made : exactResult(op.where, operator, x.type, a, b, made);
    },
  );
  if (data.includes(undefined)) data.fill(ofNothing(op));
  const n = over.reduce((product, axis) => product * (x.dims[axis] as number), 1);
  const mean = (sum: number): number => (isFloatType(x.type) ? sum / n : Math.trunc(sum / n));
  const finish = op.type === 'ReduceMean' ? mean : after;
  const scaled = finish ? data.map((sum) => finish(sum as number)) : (data as Num[]);
  return typed(keep ? kept : x.dims.filter((_, axis) => !over.includes(axis)), scaled, x.type);
}

/** Bounds are attributes up to version 11, then inputs; where they cross, the upper one holds. Undefined where a run decides. */
export function clip(op: Op): Constant | undefined {
  const x = known(op.where, op.inputs[0], 'an input');
  const given = (index: number, name: string): Num | undefined => {
    const input = op.inputs[index];
    if (op.opset < 11) return op.attributes.float(name, undefined);
    return input && (known(op.where, input, 'a bound').data[0] as Num);
  };
  const [low, high] = [given(1, 'min'), given(2, 'max')];
  bounded(op, x.dims, x.type);
  const within = (n: Num | undefined, bound: Num | undefined, join: 'Max' | 'Min'): Num | undefined =>
    bound === undefined || n === undefined ? n : BINARY[join]?.(n, bound, false);
  const data = Array.from(x.data, (n) => within(within(n, low, 'Max'), high, 'Min'));
  return data.every((n) => n !== undefined) ? typed(x.dims, data as Num[], x.type) : undefined;
}

/** Elements of one constant where a condition holds, of another where it does not. */
export function where(op: Op): Constant {
  const [condition, a, b] = [0, 1, 2].map((index) => known(op.where, op.inputs[index], 'an input')) as [
    Constant,
    Constant,
    Constant,
  ];
  const dims = broadcast(op.where, broadcast(op.where, condition.dims, a.dims), b.dims) as number[];
  const [c, p, q] = [condition, a, b].map((x) => expand(op, x, dims)) as [Constant, Constant, Constant];
  const length = bounded(op, dims, a.type);
  const open = Array.isArray(p.data) || Array.isArray(q.data);
  const data: Num[] | TypedNumbers = open ? new Array<Num>(length) : newNumbers(a.type, length);
  for (let i = 0; i < length; i++) data[i] = (c.data[i] !== 0 ? p.data[i] : q.data[i]) as number;
  return constant(dims, data, a.type);
}
