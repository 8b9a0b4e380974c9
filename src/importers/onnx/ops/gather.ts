import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, integers, known, type Op } from '../context.js';
import { filled } from '../fold/elements.js';
import { timestepOfLoop } from '../loop/step.js';
import type { Num } from '../num.js';
import { value } from '../stretch.js';
import { type Atom, type Constant, dimsOf, type Item, type Value } from '../value.js';
import { pickAlong } from './pick.js';
import { item, type Run } from './run.js';

function gather(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs } = op;
  const [data, indices] = [item(op), item(op, 1)];
  const axis = axisAt(where, attributes.int('axis', 0), dimsOf(data).length);
  if (data.kind === 'constant' && indices.kind === 'value') return [embedding(op, ctx, data, indices, axis)];
  const index = known(where, inputs[1], 'the index');
  if (data.kind === 'filled') {
    // The same number, wherever it is taken from.
    return [filled([...data.dims.slice(0, axis), ...index.dims, ...data.dims.slice(axis + 1)], data.value, data.type)];
  }
  const x = value(ctx, where, inputs[0], 'the data');
  const step = index.dims.length === 0 && timestepOfLoop(ctx, x, axis, index.data[0] as Num);
  if (step) return [step];
  return [pickAlong(ctx, where, x, axis, integers(where, index, 'indices') ?? [], index.dims)];
}

/** Whole slices of the first axis, by constant indices. */
function gatherNd(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs } = op;
  const index = known(where, inputs[1], 'the index');
  if (attributes.int('batch_dims', 0) !== 0 || index.dims.at(-1) !== 1)
    refuse(where, 'indices of several axes', 'batch_dims 0, indices [..., 1]', `[${index.dims}]`);
  const x = value(ctx, where, inputs[0], 'the data');
  return [pickAlong(ctx, where, x, 0, integers(where, index, 'indices') ?? [], index.dims.slice(0, -1))];
}

function embedding(op: Op, ctx: Context, table: Constant, ids: Value, axis: number): Value {
  const { where } = op;
  if (axis !== 0 || table.dims.length !== 2 || ids.ids !== 'plain')
    refuse(
      where,
      'not a table of rows by token ids',
      'a table [vocabulary, features], ids of the input',
      `[${table.dims}]`,
    );
  const [vocabulary, features] = table.dims as [number, number];
  const name = op.outputs[0] as string;
  const data = Float32Array.from(table.data as ArrayLike<number>);
  const weight = ctx.tensor(table.tensor ?? name, [vocabulary, features], data, {
    constant: table,
    becomes: `${name}.weight`,
    how: 'one row per token id',
  });
  const atom: Atom = { kind: 'block', size: features };
  const made = ctx.add({ type: 'embedding', inputs: [ids.name], tensors: { weight } }, name);
  const axes = [...ids.axes, features === 1 ? [] : [atom]];
  return { kind: 'value', name: made, time: ids.time, features: [atom], axes, type: table.type };
}

export const GATHER: Readonly<Record<string, Run>> = { Gather: gather, GatherND: gatherNd };
