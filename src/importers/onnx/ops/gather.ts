import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, integers, known, numbers, type Op } from '../context.js';
import { filled, pick } from '../fold/elements.js';
import { timestepOfLoop } from '../loop/step.js';
import type { Num } from '../num.js';
import { gatherRows, isSingle, timestepOf } from '../row-numbers.js';
import { value } from '../stretch.js';
import { type Atom, type Constant, dimsOf, type Item, type Value } from '../value.js';
import { pickAlong } from './pick.js';
import { gatherNdRows } from './rows.js';
import { item, type Run } from './run.js';

function gather(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs } = op;
  const [data, indices] = [item(op), item(op, 1)];
  const axis = axisAt(where, attributes.int('axis', 0), dimsOf(data).length);
  if (indices.kind === 'value' && indices.rows) return [gatherRows(ctx, where, data, axis, indices, indices.rows)];
  if (data.kind === 'value' && indices.kind === 'value' && !ctx.batch && isSingle(indices)) {
    const axes = [...data.axes.slice(0, axis), ...indices.axes, ...data.axes.slice(axis + 1)];
    return [timestepOf(ctx, where, data, data.axes[axis] as readonly Atom[], indices.name, axes)];
  }
  if (data.kind === 'constant' && indices.kind === 'value') return [embedding(op, ctx, data, indices, axis)];
  const index = known(where, inputs[1], 'the index');
  if (data.kind === 'filled') {
    // The same number, wherever it is taken from.
    return [
      filled(op, [...data.dims.slice(0, axis), ...index.dims, ...data.dims.slice(axis + 1)], data.value, data.type),
    ];
  }
  const x = value(ctx, where, inputs[0], 'the data');
  const step = index.dims.length === 0 && timestepOfLoop(ctx, x, axis, index.data[0] as Num);
  if (step) return [step];
  return [pickAlong(ctx, where, x, axis, integers(where, index, 'indices') ?? [], index.dims)];
}

/** Whole slices of the first axis, by constant indices. */
function gatherNd(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs } = op;
  const timestep = gatherNdRows(op, ctx);
  if (timestep) return [timestep];
  const index = known(where, inputs[1], 'the index');
  if (attributes.int('batch_dims', 0) !== 0 || index.dims.at(-1) !== 1)
    refuse(where, 'indices of several axes', 'batch_dims 0, indices [..., 1]', `[${index.dims}]`);
  const x = value(ctx, where, inputs[0], 'the data');
  axisAt(where, 0, x.axes.length);
  return [pickAlong(ctx, where, x, 0, integers(where, index, 'indices') ?? [], index.dims.slice(0, -1))];
}

/** Rows of a table, by token ids or by places that are worked out. */
function embedding(op: Op, ctx: Context, table: Constant, index: Value, axis: number): Value {
  const { where } = op;
  const [rows = 0, ...sizes] = table.dims;
  const bound = ctx.below.get(index.name);
  const placed = bound !== undefined && bound <= rows;
  if (axis !== 0 || rows === 0 || !(placed || ctx.isIds(index)))
    refuse(
      where,
      'not a table of rows by token ids',
      'a table [vocabulary, features], ids of the input',
      `[${table.dims}]`,
    );
  const atoms = sizes.map((size): Atom => ({ kind: 'block', size }));
  const name = placed ? byPlace(op, ctx, table, index, bound) : byIds(op, ctx, table, index);
  const axes = [...index.axes, ...atoms.map((atom) => (atom.size === 1 ? [] : [atom]))];
  return { kind: 'value', name, time: index.time, features: atoms, axes, type: table.type };
}
function byIds(op: Op, ctx: Context, table: Constant, { name: ids }: Value): string {
  const wanted = op.outputs[0] as string;
  const [rows, features] = matrixOf(table);
  const weight = ctx.tensor(table.tensor ?? wanted, [rows, features], numbers(op.where, table), {
    constant: table,
    becomes: `${wanted}.weight`,
    how: 'one row per token id',
  });
  return ctx.add({ type: 'embedding', inputs: [ids], tensors: { weight } }, wanted);
}

/** Each place is a 1 among zeros, which the table is multiplied by. */
function byPlace(op: Op, ctx: Context, table: Constant, { name: place }: Value, bound: number): string {
  const wanted = op.outputs[0] as string;
  const [, features] = matrixOf(table);
  op.budget.bytes(4 * bound, op.where);
  const places = Float32Array.from({ length: bound }, (_, i) => i);
  const value = ctx.tensor(`${wanted}.places`, [bound], places);
  const all = ctx.add({ type: 'constant', inputs: [], tensors: { value } }, `${wanted}.places`);
  const chosen = ctx.add({ type: 'equal', inputs: [place, all] }, `${wanted}.chosen`);
  const columns = pick(op, table, [features, bound], [1, features]);
  const weight = ctx.tensor(table.tensor ?? wanted, [features, bound], numbers(op.where, columns), {
    constant: table,
    becomes: `${wanted}.weight`,
    how: 'one column per place',
  });
  return ctx.add({ type: 'dense', inputs: [chosen], units: features, tensors: { weight } }, wanted);
}

/** Rows, and what a row holds. */
const matrixOf = ({ dims: [rows = 0, ...sizes] }: Constant): [rows: number, features: number] => [
  rows,
  sizes.reduce((a, b) => a * b, 1),
];

export const GATHER: Readonly<Record<string, Run>> = { __proto__: null as never, Gather: gather, GatherND: gatherNd };
