import { refuse } from '../shared/refuse.js';
import type { Context } from './context.js';
import { arranged } from './layout.js';
import { isSym, type Num, sameNum, times } from './num.js';
import {
  type Atom,
  count,
  dimsOf,
  hasBatch,
  INT64,
  type Item,
  type RowNumbers,
  totalSize,
  type Value,
  withoutBatch,
} from './value.js';

/** Whole numbers that are followed instead of computed, one for each row of the batch. */
export const rowValue = (axes: Value['axes'], rows: RowNumbers, type = INT64): Value => ({
  kind: 'value',
  name: '',
  time: [],
  features: [],
  axes,
  type,
  rows,
});

/**
 * What an item says of rows; where the batch is of fixed size that may be a constant.
 * @param beside a value of one number for each row, of whose shape it must be.
 */
export function rowNumbersOf(ctx: Context, item: Item | undefined, beside?: Item): RowNumbers | undefined {
  if (item?.kind === 'value') return item.rows;
  const rows = ctx.batch?.size;
  if (item?.kind !== 'constant' || typeof rows !== 'number' || item.data.length !== rows || rows < 2) return undefined;
  const dims = beside ? dimsOf(beside) : [rows];
  if (dims.length !== item.dims.length || dims.some((n, axis) => n !== item.dims[axis])) return undefined;
  const by = item.data[1] as Num;
  if (by === 0 || Array.from(item.data).some((n, row) => !sameNum(n, times(by, row)))) return undefined;
  return by === 1 ? { kind: 'rows' } : { kind: 'scaled', by };
}

/** Whether a value is a vector of one number that is computed. */
export const isSingle = ({ time, features, rows }: Value): boolean =>
  !rows && time.length === 0 && count(features) === 1;

/** One whole number for each row. */
const isStep = (item: Item): item is Value =>
  item.kind === 'value' && isSingle(item) && item.axes.every((axis) => withoutBatch(axis).length === 0);

/** Whether the rows stand at the same axis of both: others would be put side by side. */
export const sameShape = (a: Item, b: Item): boolean =>
  dimsOf(a).length === dimsOf(b).length && dimsOf(a).every((n, axis) => sameNum(n, dimsOf(b)[axis]));

function uniformNum(item: Item): Num | undefined {
  if (item.kind === 'filled') return item.value;
  return item.kind === 'constant' && item.data.length === 1 ? item.data[0] : undefined;
}

/** What comes of arithmetic with numbers of rows; undefined where none are involved. */
export function rowArithmetic(ctx: Context, type: string, a: Item, b: Item): Value | undefined {
  if (type === 'multiply') {
    const by = uniformNum(a) ?? uniformNum(b);
    const other = uniformNum(a) === undefined ? a : b;
    if (by === undefined || other.kind !== 'value') return undefined;
    if (other.rows?.kind === 'rows') return rowValue(other.axes, { kind: 'scaled', by });
    // Timesteps first: the timestep times the number of rows.
    const many = isStep(other) && isSym(by) && sameNum(by, ctx.batch?.size);
    return many ? rowValue(other.axes, { kind: 'stepped', step: other }) : undefined;
  }
  if (type !== 'add') return undefined;
  const [left, right] = [rowNumbersOf(ctx, a, b), rowNumbersOf(ctx, b, a)];
  const [rows, other] = left ? [left, b] : [right, a];
  if (uniformNum(other) === 0 && rows && (left ? a : b).kind === 'value') return (left ? a : b) as Value;
  const stepped = [left, right].find((side) => side?.kind === 'stepped');
  const plain = [left, right].find((side) => side?.kind === 'rows');
  if (stepped?.kind === 'stepped' && plain)
    return rowValue([batchAxis(ctx)], { kind: 'flat', timeFirst: true, by: 1, step: stepped.step });
  const own = left ? a : b;
  const alike = own.kind !== 'value' || sameShape(own, other);
  if ((rows?.kind === 'rows' || rows?.kind === 'scaled') && alike && isStep(other) && hasBatch(other.axes.flat())) {
    const by = rows.kind === 'rows' ? 1 : rows.by;
    return rowValue(other.axes, { kind: 'flat', timeFirst: false, by, step: other });
  }
  return undefined;
}

export const batchAxis = ({ batch }: Context): readonly Atom[] => (batch ? [batch] : []);

/** The timestep of each row that a vector of one number says. @param axes those of the result. */
export function timestepOf(
  ctx: Context,
  where: string,
  x: Value,
  time: readonly Atom[],
  step: string,
  axes: Value['axes'],
): Value {
  const features = [...x.time, ...x.features].filter((atom) => !time.includes(atom));
  const sequence = arranged(ctx, where, x, time, features);
  const source =
    time.length > 0
      ? sequence.name
      : ctx.add({ type: 'reshape', inputs: [sequence.name], shape: [1, count(features)] }, x.name);
  const name = ctx.add({ type: 'gather_time', inputs: [source, step] }, `${x.name}.picked`);
  return { ...x, name, time: [], features, axes };
}

/** Elements of an axis, by numbers of rows. @throws {ImportError} they say something else of it. */
export function gatherRows(ctx: Context, where: string, x: Item, axis: number, index: Value, rows: RowNumbers): Item {
  const size = dimsOf(x)[axis] as Num;
  const isBatch = ctx.batch !== undefined && sameNum(size, ctx.batch.size);
  if ((rows.kind === 'rows' || rows.kind === 'order') && isBatch) {
    const y = rows.kind === 'rows' ? x : reordered(ctx, where, x, axis, rows);
    if (index.axes.length === 1) return y;
    if (y.kind === 'value') return { ...y, axes: [...y.axes.slice(0, axis), ...index.axes, ...y.axes.slice(axis + 1)] };
  }
  if (rows.kind === 'flat' && x.kind === 'value') {
    const atoms = x.axes[axis] as readonly Atom[];
    const time = withoutBatch(atoms);
    const first = rows.timeFirst ? atoms.at(-1) : atoms[0];
    const fits = rows.timeFirst || sameNum(totalSize(time), rows.by);
    if (fits && first?.kind === 'batch') {
      const axes = [...x.axes.slice(0, axis), ...index.axes, ...x.axes.slice(axis + 1)];
      return timestepOf(ctx, where, x, time, rows.step.name, axes);
    }
  }
  return refuse(where, 'rows picked in a way that is not followed', 'the rows of the batch in an order', rows.kind);
}

/** The rows of the batch in an order, or back in their own. */
function reordered(
  ctx: Context,
  where: string,
  x: Item,
  axis: number,
  { order, inverse }: Extract<RowNumbers, { kind: 'order' }>,
): Item {
  if (x.kind === 'filled') return x;
  if (x.kind === 'constant') {
    const inner = x.dims.slice(axis + 1).reduce((product, n) => product * n, 1);
    const rows = x.dims[axis] as number;
    const first = (i: number): number => i - (Math.floor(i / inner) % rows) * inner;
    if (Array.from(x.data).some((n, i) => !sameNum(n, x.data[first(i)])))
      refuse(where, 'constants that differ from row to row', 'one for all rows');
    return x;
  }
  if (x.rows || !hasBatch(x.axes[axis])) refuse(where, 'something else than rows of the batch in their order', 'rows');
  if (ctx.rows.isAlike(x.name)) return x;
  const own = ctx.rows.orderOf(x.name);
  if (inverse ? own !== order : own !== undefined)
    refuse(where, 'rows that are ordered twice', 'an order, and its inverse', own?.by ?? 'the batch’s own');
  return { ...x, name: inverse ? ctx.rows.source(x.name) : ctx.rows.named(x.name, order) };
}
