import { optionalTruth } from '../../graph/field-checks.js';
import { type NodeContext, wrongInputs } from '../../graph/node-context.js';
import type { ValueInfo } from '../../graph/value.js';
import { badInput, badSpec, describe } from '../../refuse.js';
import type { WithLengths } from '../../spec.js';
import { addMask } from '../around/mask.js';
import type { Op, PlanContext, ValueBuffer } from '../layer.js';

/** The field that says that a layer's last input is its rows' lengths. */
export const lengthsField = { lengths: optionalTruth };

/** A layer's inputs but its lengths, which are checked. @throws {SpecError} */
export function withoutLengths({ lengths }: WithLengths, context: NodeContext): readonly ValueInfo[] {
  const { inputs, where } = context;
  if (!lengths) return inputs;
  const last = inputs.at(-1);
  if (!last || inputs.length < 2) wrongInputs(context, 'no lengths', '[x, …, lengths]');
  if (last.kind !== 'vector' || last.features !== 1) {
    const got = `a ${last.kind} of ${last.features}`;
    badSpec(where, `lengths ${describe(last.name)} have the wrong shape`, 'a vector of 1', got);
  }
  return inputs.slice(0, -1);
}

export const LENGTHS_OBSTACLE = 'is given the lengths of whole sequences';
export const LENGTHS_WORDS = 'Each row has as many timesteps as its length says.';

/**
 * A layer's input, masked behind each row's length as well as where it was.
 * @returns it, and what makes its mask in each run.
 * @throws {InputError} from what is returned: a length that is no whole number from 0 to the time.
 */
export function maskLengths(
  { lengths }: WithLengths,
  name: string,
  plan: PlanContext,
): { x: ValueBuffer; ops: readonly Op[] } {
  const { arena, batch, inputs } = plan;
  const x = inputs[0] as ValueBuffer;
  if (!lengths) return { x, ops: [] };
  const { address, stride } = inputs.at(-1) as ValueBuffer;
  const { time, rows } = x;
  const mask = plan.alloc(rows);
  const fill: Op = () => {
    const { f32, u8 } = arena;
    for (let b = 0; b < batch; b++) {
      const length = f32[(address + b * stride) / 4] as number;
      if (!(Number.isInteger(length) && length >= 0 && length <= time)) {
        badInput(
          `layer ${describe(name)}`,
          `not a length of row ${b}`,
          `a whole number from 0 to ${time}`,
          `${length}`,
        );
      }
      const start = mask + b * time;
      u8.fill(1, start, start + length);
      u8.fill(0, start + length, start + time);
    }
  };
  return { x: { ...x, mask }, ops: [fill, ...addMask(plan, mask, x.mask, rows)] };
}
