import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, known, type Op } from '../context.js';
import { minus, sameNum, showSize } from '../num.js';
import { batchAxis, isSingle, rowNumbersOf, rowValue, timestepOf } from '../row-numbers.js';
import { timestepNumbers, value } from '../stretch.js';
import { type Atom, constant, dimsOf, hasBatch, type Item, type Value } from '../value.js';
import { activation } from './activate.js';
import { assigned } from './assign.js';
import { part } from './part.js';
import { placeOf } from './place.js';
import { reduceOver } from './reduce.js';
import { item, type Run } from './run.js';

// Numbers of rows and timesteps, and what is picked by them: how exporters write packed sequences.

/** As many numbers as the run has rows or timesteps; other ranges are folded. */
function range(op: Op, ctx: Context): Item[] {
  const { where } = op;
  const [start, limit, delta] = op.inputs.map((input) => known(where, input, 'an end').data[0]);
  const length = limit === undefined || typeof start !== 'number' ? undefined : minus(limit, start);
  if (delta !== 1 || length === undefined)
    refuse(where, 'a range whose ends depend on the run', 'one number after another', `by ${showSize(delta)}`);
  if (start === 0 && sameNum(length, ctx.batch?.size)) return [rowValue([batchAxis(ctx)], { kind: 'rows' })];
  const numbers = timestepNumbers(ctx, where, length);
  return [start === 0 ? numbers : activation(ctx, numbers, { type: 'affine', alpha: 1, beta: Number(start) })];
}

/** Rows of the batch in the order of their numbers; or the largest of an axis and its place. */
function topK(op: Op, ctx: Context): (Item | undefined)[] {
  const { where, attributes, inputs, opset } = op;
  const x = value(ctx, where, inputs[0], 'X');
  const axis = axisAt(where, attributes.int('axis', -1), x.axes.length);
  const k = opset < 10 ? attributes.int('k', undefined) : known(where, inputs[1], 'k').data[0];
  const largest = attributes.flag('largest', true);
  const sorted = attributes.flag('sorted', true);
  const size = dimsOf(x)[axis];
  if (x.rows) {
    // The order of an order is the way back.
    if (x.rows.kind !== 'order' || x.axes.length !== 1 || largest || !sorted || !sameNum(k, size))
      refuse(where, 'numbers of rows in an order that is not followed', 'all of an order, the smallest first');
    const back = { ...x.rows, inverse: !x.rows.inverse };
    return [rowValue(x.axes, { kind: 'rows' }), rowValue(x.axes, back)];
  }
  if (k === 1) {
    const operation = largest ? 'max' : 'min';
    const most = op.used[0] ? reduceOver(ctx, op, x, [axis], true, operation) : undefined;
    return [most, op.used[1] ? placeOf(ctx, op, x, axis, { keep: true, operation, last: false }) : undefined];
  }
  if (!hasBatch(x.axes[axis]) || x.axes.length !== 1 || !sameNum(k, size) || !sorted)
    refuse(where, 'the largest of an axis', 'all rows of the batch, in order, or k 1', `k ${showSize(k)}`);
  if (ctx.rows.orderOf(x.name)) refuse(where, 'rows that are ordered twice', 'one order', where);
  const order = { by: where };
  const name = ctx.rows.named(x.name, order);
  return [{ ...x, name }, rowValue(x.axes, { kind: 'order', order, inverse: false })];
}

/** Numbers of rows put where an order says: the way back. Of constants a plain list. */
function scatterElements(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  const [data, indices, updates] = [item(op), item(op, 1), item(op, 2)];
  const reduction = attributes.string('reduction', 'none');
  axisAt(where, attributes.int('axis', 0), dimsOf(data).length);
  const order = rowNumbersOf(ctx, indices);
  const flat = [data, indices, updates].every((each) => dimsOf(each).length === 1);
  if (flat && reduction === 'none' && order?.kind === 'order' && rowNumbersOf(ctx, updates)?.kind === 'rows')
    return [rowValue([batchAxis(ctx)], { ...order, inverse: !order.inverse })];
  if (
    data.kind === 'constant' &&
    indices.kind === 'constant' &&
    updates.kind === 'constant' &&
    flat &&
    reduction === 'none'
  ) {
    const numbers = Array.from(data.data);
    Array.from(indices.data).forEach((index, i) => {
      numbers[axisAt(where, Number(index), numbers.length)] = updates.data[i] ?? Number.NaN;
    });
    return [constant(data.dims, numbers, data.type)];
  }
  return refuse(where, 'scatters numbers', 'the numbers of rows into an order', reduction);
}

/** As `scatterElements` puts rows back, with an index for each. */
function scatterNd(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  const [data, indices, updates] = [item(op), item(op, 1), item(op, 2)];
  const reduction = attributes.string('reduction', 'none');
  if (indices.kind === 'constant' && reduction === 'none') return [assigned(op, ctx, data, indices, updates)];
  const rows = indices.kind === 'value' && indices.axes.length === 2 ? indices.rows : undefined;
  const own = rowNumbersOf(ctx, updates);
  if (dimsOf(data).length !== 1 || reduction !== 'none' || rows?.kind !== 'order' || own?.kind !== 'rows')
    return refuse(where, 'scatters numbers', 'the numbers of rows into an order', reduction);
  return [rowValue([batchAxis(ctx)], { ...rows, inverse: !rows.inverse })];
}

/** One timestep of each row, the same for all features. */
function gatherElements(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  const x = value(ctx, where, op.inputs[0], 'the data');
  const index = value(ctx, where, op.inputs[1], 'the index');
  const axis = axisAt(where, attributes.int('axis', 0), x.axes.length);
  const step = ctx.singleOf(index.name) ?? (isSingle(index) ? index.name : undefined);
  const dims = dimsOf(index);
  if (step === undefined || index.axes.length !== x.axes.length || dims[axis] !== 1 || hasBatch(x.axes[axis]))
    refuse(
      where,
      'picks elements one by one',
      'an index for each row, the same for all else',
      `[${dims.map(showSize).join(', ')}]`,
    );
  const own = dimsOf(x);
  const cut = dims.reduce<Value>((v, n, other) => {
    if (other === axis || sameNum(n, own[other])) return v;
    // An index is a vector, so what it repeats it for is of fixed size.
    return part(ctx, where, v, { axis: other, start: 0, end: n as number, step: 1 });
  }, x);
  const axes = cut.axes.map((atoms, other) => (other === axis ? [] : atoms));
  return [timestepOf(ctx, where, cut, cut.axes[axis] as readonly Atom[], step, axes)];
}

/** Whole slices of the first axes by constants, or one timestep of each row. @returns undefined if it is the former. */
export function gatherNdRows(op: Op, ctx: Context): Value | undefined {
  const { where, attributes, inputs } = op;
  const [x, index] = inputs;
  if (x?.kind !== 'value' || index?.kind !== 'value') return undefined;
  const [first, second, ...rest] = x.axes as [readonly Atom[], readonly Atom[], ...(readonly Atom[])[]];
  const batchDims = attributes.int('batch_dims', 0);
  const rows = index.rows;
  if (batchDims === 0 && rows?.kind === 'pair' && second && index.axes.length === 2) {
    const [batch, time] = rows.timeFirst ? [second, first] : [first, second];
    if (hasBatch(batch)) return timestepOf(ctx, where, x, time, rows.step.name, [batch, ...rest]);
  }
  if (batchDims === 1 && second && hasBatch(first) && isSingle(index) && index.axes.length === 2)
    return timestepOf(ctx, where, x, second, index.name, [first, ...rest]);
  return undefined;
}

export const ROWS: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  Range: range,
  TopK: topK,
  ScatterElements: scatterElements,
  Scatter: scatterElements,
  ScatterND: scatterNd,
  GatherElements: gatherElements,
};
