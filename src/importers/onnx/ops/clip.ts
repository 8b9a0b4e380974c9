import type { Context, Op } from '../context.js';
import { value } from '../stretch.js';
import { constant, type Item } from '../value.js';
import { activation, LARGEST } from './activate.js';
import { merged } from './elementwise.js';
import type { Run } from './run.js';

/** Bounds are attributes up to version 11, then inputs; where they cross, the upper one holds. */
function clip(op: Op, ctx: Context): Item[] {
  const { attributes, opset } = op;
  const x = value(ctx, op.where, op.inputs[0], 'the input');
  const attribute = (name: string): Item | undefined => {
    const bound = attributes.float(name, undefined);
    return bound === undefined ? undefined : constant([], [bound], x.type);
  };
  const [low, high] = opset < 11 ? [attribute('min'), attribute('max')] : [op.inputs[1], op.inputs[2]];
  const [a, b] = [plain(low, -LARGEST), plain(high, LARGEST)];
  if (a === undefined || b === undefined) {
    const above = low ? merged(op, ctx, 'maximum', x, low) : x;
    return [high ? merged(op, ctx, 'minimum', above, high) : above];
  }
  return [activation(ctx, x, { type: 'clip', alpha: Math.max(-LARGEST, Math.min(a, b)), beta: Math.min(LARGEST, b) })];
}

/** A bound that is a number of the file; undefined for others. */
function plain(bound: Item | undefined, otherwise: number): number | undefined {
  if (bound === undefined) return otherwise;
  const n = bound.kind === 'constant' ? bound.data[0] : undefined;
  return typeof n === 'number' ? n : undefined;
}

export const CLIP: Readonly<Record<string, Run>> = { __proto__: null as never, Clip: clip };
