import { show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import type { Flow } from '../build.js';
import { sameInEveryRun } from '../times.js';
import type { Arguments } from './arguments.js';
import { asBare, type Role, roleOf } from './axes.js';
import type { Operation } from './operation.js';

type Kind = 'mean' | 'sum' | 'max' | 'min';

/** Over time, over the features, or over both. */
const reduce =
  (operation: Kind): Operation =>
  (args) => {
    const x = args.value();
    const axis = args.setting('axis');
    if (axis === undefined) return refuse(args.where, 'axis is not honoured', 'an axis behind the batch', show(axis));
    const roles = new Set((Array.isArray(axis) ? axis : [axis]).map((single) => roleOf(args.where, x, single)));
    const keep = args.flag('keepdims');
    if (args.setting('initial') !== undefined || args.setting('where') !== undefined)
      refuse(args.where, 'initial and where are not honoured', 'nothing', show(args.setting('initial')));
    args.finish(1);
    // The features first, so that time is left to reduce as it is without them.
    const order = (['features', 'time'] as const).filter((role) => roles.has(role));
    return [
      order.reduce((y: Flow, role, index) => along(args, operation, y, role, keep, index === order.length - 1), x),
    ];
  };

function along(
  { build, name }: Arguments,
  operation: Kind,
  x: Flow,
  role: Exclude<Role, 'batch'>,
  keep: boolean,
  last: boolean,
): Flow {
  const made = build.add({ type: 'reduce', inputs: [x.name], operation, axis: role }, last ? name : `${name}.features`);
  if (role === 'features') return keep ? { ...x, name: made, features: 1 } : asBare({ ...x, name: made, features: 1 });
  const { features, bare } = x;
  // (batch, time) has become (batch): with its axis kept, one feature of a vector.
  if (bare) return { name: made, kind: 'vector', features, ...(!keep && { bare }) };
  if (!keep) return { name: made, kind: 'vector', features };
  const row = build.add({ type: 'reshape', inputs: [made], shape: [1, features] }, `${name}.time`);
  return { name: row, kind: 'sequence', features, time: sameInEveryRun(1) };
}

export const REDUCING: Readonly<Record<string, Operation>> = {
  __proto__: null as never,
  Mean: reduce('mean'),
  Sum: reduce('sum'),
  Max: reduce('max'),
  Min: reduce('min'),
  Amax: reduce('max'),
  Amin: reduce('min'),
};
