import { refuse } from '../../shared/refuse.js';
import { type Context, known, numbers, type Op } from '../context.js';
import { broadcast, pick } from '../fold/elements.js';
import { once } from '../fold/once.js';
import { arranged, withFeatures } from '../layout.js';
import { isSym, sameNum, showSize } from '../num.js';
import { block, materialise, stack, value } from '../stretch.js';
import {
  type Atom,
  type Constant,
  count,
  dimsOf,
  hasBatch,
  type Item,
  runTime,
  totalSize,
  type Value,
  withoutBatch,
} from '../value.js';
import { activation } from './activate.js';
import { align } from './elementwise.js';
import { attend, scoresOf } from './pairs.js';
import { element } from './part.js';
import type { Run } from './run.js';

function scaled({ budget, where }: Op, data: Float32Array, scale: number): Float32Array {
  budget.bytes(data.byteLength, where);
  return data.map((one) => one * scale);
}

/** `y = x·W`: W `[K, N]` in the file is one column per output, one row per output here. */
function dense(op: Op, ctx: Context, x: Value, axis: number, w: Constant, transposed: boolean, scale = 1): Value {
  const [k, n] = (transposed ? [w.dims[1], w.dims[0]] : w.dims) as [number, number];
  const v = withFeatures(ctx, op.where, x, [axis]);
  if (count(v.features) !== k) refuse(op.where, 'sums over another length', `${k}`, `${count(v.features)}`);
  const plain = transposed ? w : pick(op, w, [n, k], [1, n]);
  const data = numbers(op.where, plain);
  const weight = ctx.tensor(
    w.tensor ?? `${op.name}.weight`,
    [n, k],
    scale === 1 ? data : once(data, `times ${scale}`, () => scaled(op, data, scale)),
    {
      constant: w,
      becomes: `${op.name}.weight`,
      how: `${transposed ? 'one row per output' : 'transposed to one row per output'}${scale === 1 ? '' : `, times ${scale}`}`,
    },
  );
  const wanted = op.outputs[0] as string;
  const name = ctx.add({ type: 'dense', inputs: [v.name], units: n, tensors: { weight } }, wanted);
  const node = ctx.nodes.at(-1);
  if (node?.type === 'dense' && ctx.readers.get(wanted) === 1) ctx.biasless.set(wanted, node);
  const atom: Atom = { kind: 'block', size: n };
  const axes = x.axes.map((atoms, i) => (i === axis ? (n === 1 ? [] : [atom]) : atoms));
  return { ...v, name, features: [atom], axes };
}

export function matmul(op: Op, ctx: Context): Item[] {
  const { where, inputs } = op;
  const factor = (index: number, what: string): Value => {
    const item = inputs[index];
    return item?.kind === 'constant' ? materialise(ctx, where, item) : value(ctx, where, item, what);
  };
  const [a, b] = inputs;
  if (a?.kind !== 'constant' && b?.kind === 'constant') {
    const x = factor(0, 'the first factor');
    const dims = b.dims.length > 2 && b.dims.slice(0, -2).every((n) => n === 1) ? b.dims.slice(-2) : b.dims;
    if (dims.length === 1) {
      const y = dense(op, ctx, x, x.axes.length - 1, { ...b, dims: [dims[0] as number, 1] }, false);
      return [{ ...y, axes: y.axes.slice(0, -1) }];
    }
    if (dims.length === 2) return [dense(op, ctx, x, x.axes.length - 1, { ...b, dims }, false)];
  }
  if (a?.kind === 'constant' && b?.kind === 'value' && a.dims.length === 2 && b.axes.length > 1)
    return [dense(op, ctx, b, b.axes.length - 2, a, true)];
  const [p, q] = [factor(0, 'the first factor'), factor(1, 'the second factor')];
  if (p.axes.length === 0 || q.axes.length === 0) refuse(where, 'a product of single numbers', 'vectors or matrices');
  // A vector counts as a matrix of one row or column, which goes away again.
  const [row, column] = [p.axes.length === 1, q.axes.length === 1];
  const y = product(op, ctx, row ? { ...p, axes: [[], ...p.axes] } : p, column ? { ...q, axes: [...q.axes, []] } : q);
  const kept = y.axes.filter((_, i) => !((column && i === y.axes.length - 1) || (row && i === y.axes.length - 2)));
  return [{ ...y, axes: kept }];
}

/** Most products that stand side by side: heads of an attention, rows of weights over time. */
const MOST_BLOCKS = 64;

export const turned = (x: Value): Value => ({
  ...x,
  axes: [...x.axes.slice(0, -2), x.axes.at(-1) as readonly Atom[], x.axes.at(-2) as readonly Atom[]],
});

/** The product of two values, row by row of the batch. */
function product(op: Op, ctx: Context, a: Value, b: Value): Value {
  const { where } = op;
  const attended = attend(op, ctx, a, b);
  if (attended) return attended;
  const rank = Math.max(a.axes.length, b.axes.length);
  const [x, y] = [a, b].map((factor) => ({
    ...factor,
    axes: [...Array(rank - factor.axes.length).fill([]), ...factor.axes] as (readonly Atom[])[],
  })) as unknown as [Value, Value];
  const scores = scoresOf(op, x, y);
  if (scores) return scores;
  const [left, right] = [dimsOf(x), dimsOf(y)];
  const heads = x.axes.findIndex(
    (axis, i) =>
      i < rank - 2 && [axis, y.axes[i] ?? []].some((atoms) => withoutBatch(atoms).some(({ size }) => size !== 1)),
  );
  if (heads < 0) return rows(op, ctx, x, y);
  // Heads: one product each.
  const n = broadcast(where, left.slice(heads, heads + 1), right.slice(heads, heads + 1))[0];
  if (typeof n !== 'number' || n < 1 || n > MOST_BLOCKS)
    refuse(where, 'very many products, or as many as the run says', `1 to ${MOST_BLOCKS}; options.shapes`, showSize(n));
  const head = (factor: Value, i: number): Value =>
    element(ctx, where, factor, heads, totalSize(factor.axes[heads] as readonly Atom[]) === 1 ? 0 : i);
  const parts = Array.from({ length: n }, (_, i) => product(op, ctx, head(x, i), head(y, i)));
  return stack(ctx, parts, heads, op.outputs[0] as string);
}

function rows(op: Op, ctx: Context, a: Value, b: Value): Value {
  const { where } = op;
  const [m, k] = a.axes.slice(-2) as [readonly Atom[], readonly Atom[]];
  const [kb, n] = b.axes.slice(-2) as [readonly Atom[], readonly Atom[]];
  if (!sameNum(totalSize(k), totalSize(kb)))
    refuse(where, 'sums over another length', showSize(totalSize(k)), showSize(totalSize(kb)));
  if ([m, k, n].some(hasBatch))
    refuse(where, 'works across the batch', 'rows that stand alone', 'the batch among what is summed');
  const flow = runTime(b);
  if (flow && !isSym(flow.size))
    refuse(where, 'a product over the timesteps', 'timesteps of fixed number', showSize(flow.size));
  if (flow && kb.includes(flow)) return overTime(op, ctx, a, b);
  if (flow && n.includes(flow)) {
    // The same the other way round keeps the run's time where it can be.
    const own = runTime(a);
    if (own && m.includes(own))
      refuse(where, 'a product of every timestep with every other', 'attention; a fixed time: options.shapes', op.name);
    return turned(rows(op, ctx, turned(b), turned(a)));
  }
  const left = arranged(ctx, where, a, m, k);
  const transposeB = !kb.some((atom) => b.time.includes(atom));
  const right = transposeB ? arranged(ctx, where, b, n, kb) : arranged(ctx, where, b, kb, n);
  const name = ctx.add({ type: 'matmul', inputs: [left.name, right.name], transposeB }, op.outputs[0] as string);
  const atom: Atom = { kind: 'block', size: totalSize(n) };
  const batch = a.axes.slice(0, -2).map((axis, i) => (axis.length > 0 ? axis : (b.axes[i] as readonly Atom[])));
  return { ...left, name, features: [atom], axes: [...batch, m, atom.size === 1 ? [] : [atom]] };
}

/** Sums over the run's timesteps: each row of a weighs b's timesteps, as attention does. */
function overTime(op: Op, ctx: Context, a: Value, b: Value): Value {
  const { where } = op;
  const [m, k] = a.axes.slice(-2) as [readonly Atom[], readonly Atom[]];
  const [kb, n] = b.axes.slice(-2) as [readonly Atom[], readonly Atom[]];
  const many = totalSize(m) as number;
  if (many > MOST_BLOCKS) refuse(where, 'weighs the timesteps very often', `at most ${MOST_BLOCKS} times`, `${many}`);
  const [weights, values] = [arranged(ctx, where, a, k, m), arranged(ctx, where, b, kb, n)];
  const parts = Array.from({ length: many }, (_, i): Value => {
    const weight = many === 1 ? weights.name : block(ctx, weights.name, i, 1, [], `${a.name}.${i}`);
    const inputs = [ctx.add({ type: 'multiply', inputs: [values.name, weight] }, `${op.name}.weighed`)];
    const name = ctx.add({ type: 'reduce', inputs, operation: 'sum', axis: 'time' }, op.outputs[0] as string);
    return { ...values, name, time: [], features: n, axes: [...a.axes.slice(0, -2), n] };
  });
  return stack(ctx, parts, a.axes.length - 2, op.outputs[0] as string);
}

export function gemm(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs } = op;
  const x = value(ctx, where, inputs[0], 'A');
  const w = known(where, inputs[1], 'B');
  const [scale, beta] = [attributes.float('alpha', 1), attributes.float('beta', 1)];
  if (attributes.flag('transA', false)) refuse(where, 'sums over the batch', 'transA 0', '1');
  if (w.dims.length !== 2 || x.axes.length !== 2) refuse(where, 'not matrices', 'two axes', `[${w.dims}]`);
  const y = dense(op, ctx, x, 1, w, attributes.flag('transB', false), scale);
  ctx.biasless.delete(op.outputs[0] as string);
  if (inputs[2] === undefined) return [y];
  if (inputs[2].kind === 'value') {
    const scaled = beta === 1 ? inputs[2] : activation(ctx, inputs[2], { type: 'affine', alpha: beta, beta: 0 });
    const { names, like } = align(op, ctx, [y, scaled]);
    return [{ ...like, name: ctx.add({ type: 'add', inputs: names }, op.outputs[0] as string) }];
  }
  const c = known(where, inputs[2], 'C');
  const units = count(y.features);
  const data = numbers(where, c);
  if (data.length !== units && data.length !== 1)
    refuse(where, 'C differs from row to row', `${units} numbers`, `${data.length}`);
  op.budget.bytes(4 * units, where);
  const bias = ctx.tensor(
    c.tensor ?? 'bias',
    [units],
    Float32Array.from({ length: units }, (_, i) => (data[data.length === 1 ? 0 : i] as number) * beta),
    {
      constant: c,
      becomes: `${op.name}.bias`,
      how: beta === 1 ? 'one per output' : `one per output, times ${beta}`,
    },
  );
  const node = ctx.nodes.at(-1) as { tensors: object };
  node.tensors = { ...node.tensors, bias };
  return [y];
}

export const PRODUCT: Readonly<Record<string, Run>> = { __proto__: null as never, MatMul: matmul, Gemm: gemm };
