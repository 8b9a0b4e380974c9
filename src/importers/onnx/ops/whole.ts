import { refuse } from '../../shared/refuse.js';
import { type Context, everyInput, type Op } from '../context.js';
import { value } from '../stretch.js';
import { isFloatType } from '../tensor.js';
import type { Item, Value } from '../value.js';
import { activation } from './activate.js';

// Whole numbers as float32 holds them: exact up to 2^24, far beyond any number of timesteps.

export const isWhole = ({ type }: Item): boolean => !isFloatType(type);

/** Towards 0, as a cast to whole numbers and their division round. */
export function truncated(ctx: Context, x: Value, type: number): Value {
  const size = activation(ctx, activation(ctx, x, 'abs'), 'floor');
  const sign = activation(ctx, x, 'sign');
  return { ...x, name: ctx.add({ type: 'multiply', inputs: [sign.name, size.name] }, x.name), type };
}

/** What divides: the merge of an operator's two inputs. */
type Merge = (op: Op, ctx: Context, a: Item, b: Item) => Item;

/** A quotient of whole numbers, which is one. */
export function wholeQuotient(ctx: Context, y: Item, a: Item, b: Item): Item {
  return y.kind === 'value' && isWhole(a) && isWhole(b) ? truncated(ctx, y, y.type) : y;
}

/** What is left of whole numbers, with the sign of what divides. */
export const modulo =
  (divide: Merge, multiply: Merge, subtract: Merge) =>
  (op: Op, ctx: Context): Item[] => {
    const [a, b] = everyInput(op, 2) as [Item, Item];
    if (op.attributes.flag('fmod', false) || !isWhole(a) || !isWhole(b))
      refuse(op.where, 'a rest of numbers that are not whole', 'whole numbers, fmod 0');
    const quotient = value(ctx, op.where, divide(op, ctx, a, b), 'the quotient');
    return [subtract(op, ctx, a, multiply(op, ctx, activation(ctx, quotient, 'floor'), b))];
  };
