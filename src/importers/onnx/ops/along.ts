import { refuse } from '../../shared/refuse.js';
import type { Context } from '../context.js';
import { arranged, withFeatures } from '../layout.js';
import { type Atom, hasBatch, runTime, type Value } from '../value.js';

/** A value with one of its axes as the timesteps or as the features, wherever it stands; for layers that work along either. */
export interface Along {
  readonly x: Value;
  readonly axis: 'time' | 'features';
}

/** @throws {ImportError} the axis is the batch, or a time mixed with features. */
export function along(ctx: Context, where: string, x: Value, axis: number): Along {
  const atoms = x.axes[axis] as readonly Atom[];
  if (hasBatch(atoms)) refuse(where, 'works across the batch', 'rows that stand alone', `axis ${axis}`);
  const flow = runTime(x);
  const timed = flow ? atoms.includes(flow) : atoms.length > 0 && atoms.every((atom) => x.time.includes(atom));
  if (!timed) return { x: withFeatures(ctx, where, x, [axis]), axis: 'features' };
  const rest = [...x.time, ...x.features].filter((atom) => !atoms.includes(atom));
  return { x: arranged(ctx, where, x, atoms, rest), axis: 'time' };
}
