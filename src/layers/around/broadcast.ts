import { clockText, fixedTime, sameClock } from '../../graph/clock.js';
import type { NodeContext } from '../../graph/node-context.js';
import type { Shape } from '../../graph/value.js';
import { badSpec, describe } from '../../refuse.js';
import type { ValueBuffer } from '../layer.js';
import { rowIndex } from './values.js';

/** The shape that all inputs fit: a vector over timesteps, one feature over many, one timestep over many. @throws {SpecError} */
export function broadcastShape({ where, inputs }: NodeContext): Shape {
  let shape = inputs[0] as Shape;
  for (const x of inputs.slice(1)) {
    const [wide, other] =
      hasOneRow(shape) && !(x.kind === 'vector' && shape.kind === 'sequence') ? [x, shape] : [shape, x];
    const fits =
      (hasOneRow(other) || (wide.kind === other.kind && sameClock(wide.time, other.time))) &&
      (x.features === shape.features || x.features === 1 || shape.features === 1);
    if (!fits) {
      badSpec(where, `input ${describe(x.name)} does not fit those before it`, text(shape), text(x));
    }
    shape = { ...wide, features: Math.max(x.features, shape.features) };
  }
  return shape;
}

const hasOneRow = ({ kind, time }: Shape): boolean => kind === 'vector' || fixedTime(time) === 1;

const text = ({ kind, features, time }: Shape): string =>
  `a ${kind} of ${features}${time ? ` with time ${clockText(time)}` : ''}`;

/** Index into float32 of the row of an operand that stands at row b, t of what it is broadcast to. */
export const broadcastRow = (x: ValueBuffer, b: number, t: number): number =>
  rowIndex(x, b * x.time + (x.time === 1 ? 0 : t));

/** From one feature of an operand to the next: 0 for a single one, which serves for all. */
export const broadcastStep = (x: ValueBuffer): number => (x.features === 1 ? 0 : 1);
