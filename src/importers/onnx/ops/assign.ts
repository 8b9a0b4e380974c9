import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, integers, type Op } from '../context.js';
import { lengthOf } from '../fold/elements.js';
import { reshape } from '../layout.js';
import { materialise, value } from '../stretch.js';
import { type Constant, dimsOf, type Item, type Value } from '../value.js';
import { joined } from './concat.js';
import { part } from './part.js';

// `x[:, :, 0:2] = y`, as exporters write it: every index of the part, one by one. What stands before and after the part is joined to y again.

/** A range of an axis. */
interface Box {
  readonly start: number;
  readonly end: number;
}

/** The ranges of the first axes that indices `[…, axes]` name, all of them and in order. @throws {ImportError} other indices. */
function boxOf(op: Op, indices: Constant, dims: readonly number[]): Box[] {
  const { where } = op;
  const list = integers(where, indices, 'the indices') ?? [];
  const depth = indices.dims.at(-1) ?? 0;
  const none = (): never =>
    refuse(
      where,
      'elements put in places one by one',
      'a part of each axis, from one place to another',
      `[${indices.dims}]`,
    );
  if (depth < 1 || depth > dims.length || list.length === 0) return none();
  op.budget.operations(list.length, where);
  const at = (i: number): number => axisAt(where, list[i] as number, dims[i % depth] ?? 0);
  const box = Array.from(
    { length: depth },
    (_, axis): Box => ({ start: at(axis), end: at(list.length - depth + axis) + 1 }),
  );
  const sizes = box.map(({ start, end }) => end - start);
  if (sizes.some((n) => n < 1) || lengthOf(sizes) * depth !== list.length) return none();
  for (let i = 0; i < list.length; i++) {
    const axis = i % depth;
    const place = Math.floor(Math.floor(i / depth) / lengthOf(sizes.slice(axis + 1))) % (sizes[axis] as number);
    if (at(i) !== (box[axis] as Box).start + place) return none();
  }
  return box;
}

/** ScatterND of a part of each of the first axes. */
export function assigned(op: Op, ctx: Context, data: Item, indices: Constant, updates: Item): Item {
  const { where } = op;
  const dims = dimsOf(data);
  const depth = indices.dims.at(-1) ?? 0;
  if (dims.slice(0, depth).some((n) => typeof n !== 'number'))
    refuse(
      where,
      'scatters numbers',
      'the numbers of rows into an order, or a part of axes of known size',
      `${depth} axes`,
    );
  const box = boxOf(op, indices, dims as readonly number[]);
  const x = data.kind === 'value' ? data : materialise(ctx, where, data);
  const given =
    updates.kind === 'constant' ? materialise(ctx, where, updates) : value(ctx, where, updates, 'the updates');
  const y = reshape(where, given, [...box.map(({ start, end }) => end - start), ...dims.slice(box.length)]);
  return put(op, ctx, x, y, box, 0);
}

function put(op: Op, ctx: Context, x: Value, y: Value, box: readonly Box[], axis: number): Item {
  const range = box[axis];
  if (!range) return y;
  const size = dimsOf(x)[axis] as number;
  const cut = (start: number, end: number): Value[] =>
    start < end ? [part(ctx, op.where, x, { axis, start, end, step: 1 })] : [];
  const [middle] = cut(range.start, range.end) as [Value];
  const pieces = [...cut(0, range.start), put(op, ctx, middle, y, box, axis + 1), ...cut(range.end, size)];
  return pieces.length === 1 ? (pieces[0] as Item) : joined(op, ctx, pieces, axis);
}
