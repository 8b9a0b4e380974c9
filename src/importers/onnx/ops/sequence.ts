import { refuse } from '../../shared/refuse.js';
import type { Context, Op } from '../context.js';
import { arranged } from '../layout.js';
import { materialise, value } from '../stretch.js';
import { type Atom, count, hasBatch, runTime, type Value, withoutBatch } from '../value.js';

/** What layers over time take. */
export interface Sequence {
  readonly x: Value;
  readonly batch: readonly Atom[];
  /** The axis of time, as outputs have it. */
  readonly time: readonly Atom[];
}

/**
 * An operand as a sequence.
 * @param timeFirst `[time, batch, features]`, else `[batch, time, features]`.
 * @throws {ImportError} it has another rank, or its axes stand in another order.
 */
export function sequenceOf(
  op: Op,
  ctx: Context,
  timeFirst: boolean,
  index = 0,
  what = 'X',
  inputs = 'inputs',
): Sequence {
  const { where } = op;
  const item = op.inputs[index];
  const given = item?.kind === 'constant' ? materialise(ctx, where, item) : value(ctx, where, item, what);
  const wanted = timeFirst ? `[time, batch, ${inputs}]` : `[batch, time, ${inputs}]`;
  if (given.axes.length !== 3) refuse(where, `${what} has the wrong rank`, wanted, `${given.axes.length} axes`);
  const [first, second, features] = given.axes as [readonly Atom[], readonly Atom[], readonly Atom[]];
  const [time, batch] = timeFirst ? [first, second] : [second, first];
  if (withoutBatch(batch).length > 0 || hasBatch(time)) {
    refuse(
      where,
      `${what} with its axes in another order`,
      wanted,
      'timesteps where the batch must be; options.axes says what the axes of inputs are',
    );
  }
  const x = timed(ctx, arranged(ctx, where, given, time, features), given.name);
  const flow = runTime(x);
  return { x, batch, time: flow ? [flow] : time };
}

/** With a time of one timestep where there is none. */
export function timed(ctx: Context, x: Value, wanted: string): Value {
  if (x.time.length > 0) return x;
  const name = ctx.add({ type: 'reshape', inputs: [x.name], shape: [1, count(x.features)] }, wanted);
  return { ...x, name, time: [{ kind: 'block', size: 1 }] };
}
