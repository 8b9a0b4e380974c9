import type { Context } from '../context.js';
import { type Num, sameNum, symbol } from '../num.js';
import type { Atom, Value } from '../value.js';

/** The number of a loop's step: one for all of them. */
export const STEP = '⟨step⟩';

/** The timestep of a sequence that a loop's step is about; undefined for another index, or if another axis of the same value is walked too. */
export function timestepOfLoop(ctx: Context, x: Value, axis: number, index: Num): Value | undefined {
  if (!ctx.steps || !sameNum(index, symbol(STEP))) return undefined;
  const time = x.axes[axis] as readonly Atom[];
  const name = `${x.name}.step`;
  const known = ctx.steps.get(name);
  if (known && known.x.axes[known.axis]?.[0] !== time[0]) return undefined;
  ctx.steps.set(name, { x, axis });
  const axes = x.axes.filter((_, at) => at !== axis);
  return { ...x, name, time: [], features: [...x.time, ...x.features].filter((atom) => !time.includes(atom)), axes };
}
