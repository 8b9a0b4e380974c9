import { refuse } from '../../shared/refuse.js';
import type { Context, Op } from '../context.js';
import { bounded, broadcast, expand, filled } from '../fold/elements.js';
import { isSym, type Num, sameNum, times } from '../num.js';
import { materialise, stretch, value } from '../stretch.js';
import { dimsOf, type Item, type Value } from '../value.js';
import { pickAlong } from './pick.js';
import { item, type Run, sizes } from './run.js';

/** The number that a constant is everywhere, which may depend on the run; undefined if it varies. */
function single(data: ArrayLike<Num>): Num | undefined {
  const first = data[0];
  return Array.prototype.every.call(data, (n: Num) => sameNum(n, first)) ? first : undefined;
}

/** An item in a larger shape. */
export function expanded(ctx: Context, where: string, x: Item, dims: readonly Num[]): Item {
  const full = broadcast(where, dimsOf(x), dims);
  if (x.kind === 'value') return stretch(ctx, where, x, full);
  if (x.kind === 'filled') return filled(ctx.site(where), full, x.value, x.type);
  if (!full.some(isSym)) return expand(ctx.site(where), x, full as number[]);
  const n = single(x.data);
  return n === undefined
    ? stretch(ctx, where, materialise(ctx, where, x), full)
    : filled(ctx.site(where), full, n, x.type);
}

/** An axis of size 1 is repeated; a longer one put down several times over. */
function tile(op: Op, ctx: Context): Item {
  const { where } = op;
  const x = item(op);
  const repeats = sizes(where, op.inputs[1]);
  const own = dimsOf(x);
  if (repeats.length !== own.length)
    refuse(where, 'repeats that do not fit', `${own.length} of them`, `${repeats.length}`);
  const once = own.map((n, axis) => (n === 1 ? (repeats[axis] as Num) : n));
  const grown = expanded(ctx, where, x, once);
  const more = repeats.map((n, axis) => (own[axis] === 1 ? 1 : n));
  if (grown.kind === 'filled')
    return filled(
      op,
      once.map((n, axis) => times(n, more[axis] as Num)),
      grown.value,
      grown.type,
    );
  return more.reduce<Item>((part, n, axis) => {
    if (n === 1) return part;
    const size = dimsOf(part)[axis];
    if (isSym(n) || isSym(size))
      refuse(where, 'repeats as often as the run says', 'a fixed number of times; options.shapes');
    bounded(op, [n, size as number]);
    const list = Array.from({ length: n * (size as number) }, (_, i) => i % (size as number));
    return pickAlong(ctx, where, value(ctx, where, part, 'the input'), axis, list, [list.length]);
  }, grown) as Value;
}

export const EXPAND: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  Expand: (op, ctx) => [expanded(ctx, op.where, item(op), sizes(op.where, op.inputs[1]))],
  Tile: (op, ctx) => [tile(op, ctx)],
};
