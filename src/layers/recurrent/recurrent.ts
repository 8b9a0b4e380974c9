import { fixedTime, isInputTime } from '../../graph/clock.js';
import type { AnyNode } from '../../graph/kind.js';
import { sequence, wrongInputs } from '../../graph/node-context.js';
import type { Shape, ValueInfo } from '../../graph/value.js';
import { badSpec, describe } from '../../refuse.js';
import type { LayerKind, Op, PlanContext, ValueBuffer } from '../layer.js';
import type { AnyCell, Cell, CellKind } from './cell.js';
import { stateLengths } from './cell-sizes.js';
import { checkCell, makeCell } from './cells.js';
import type { StatePart } from './slot.js';
import { unroll } from './unroll.js';

/** A recurrent layer of any type of cell: one cell over time. */
export const recurrent = (kind: CellKind<never>): LayerKind<AnyNode & AnyCell> => ({
  fields: kind.fields,
  check(node, context) {
    // Its state as further inputs (initial) and further outputs (final).
    const states = stateLengths(kind, node) as readonly number[];
    const [x, ...initial] = context.inputs;
    if (!x || (initial.length > 0 && initial.length !== states.length)) {
      wrongInputs(context, 'wrong number of inputs', states.length > 1 ? '[x] or [x, h0, c0]' : '[x] or [x, h0]');
    }
    checkCell(kind, node, sequence(context, x).features, context, context.where);
    initial.forEach(({ name, kind, features }, index) => {
      if (kind !== 'vector' || features !== states[index]) {
        badSpec(
          context.where,
          `initial state ${describe(name)} has the wrong shape`,
          `a vector of ${states[index]}`,
          `a ${kind} of ${features}`,
        );
      }
    });
    const [h] = states as [number];
    const y: Shape = { ...x, kind: node.returnSequences === false ? 'vector' : 'sequence', features: h };
    return [y, ...states.map((features): Shape => ({ ...y, kind: 'vector', features }))];
  },
  make(node, context, inputs) {
    const cell = makeCell(node.name, kind, node, inputs, context);
    return {
      cells: [cell],
      multiplyAdds: cell.multiplyAdds,
      plan(plan) {
        const x = plan.inputs[0] as ValueBuffer;
        const { goBackwards: backwards = false, outputOrder = 'computed' } = node;
        const sequences = node.returnSequences !== false;
        const out = plan.output(0, sequences ? x.mask : 0);
        return [
          ...setInitialState(cell, plan),
          unroll(cell, x, out, { backwards, outputOrder, sequences }, plan),
          ...finalState(cell, plan),
        ];
      },
    };
  },
  obstacle: ({ goBackwards = false, inputs: { length } }, [x], carried) =>
    recurrentObstacle(goBackwards, length > 1, carried, x),
});

/** Its own state lasts from step to step, unless each step starts it anew. */
function recurrentObstacle(
  backwards: boolean,
  givenState: boolean,
  carried: boolean,
  x: ValueInfo | undefined,
): string | undefined {
  const fixed = fixedTime(x?.time);
  // Started from what the model carries, it may as well walk a fixed number of timesteps within each step.
  if (carried && (fixed || !x?.time) && !(backwards && !fixed)) return undefined;
  if (!isInputTime(x?.time)) return 'starts anew in every run';
  if (backwards) return 'walks backwards from the last timestep, so it needs the whole sequence first';
  if (givenState)
    return 'takes its initial state from another value at every run; pair that with an output in the spec’s carries (options.states of an importer)';
  return undefined;
}

/** Takes h (and c) from other values, as the node's further inputs. Such a layer is not streamed, so its state is fresh otherwise. */
function setInitialState({ place }: Cell, { kernels, batch, slotBytes, inputs }: PlanContext): Op[] {
  return inputs.slice(1).map(({ address, stride }, index) => {
    const { offset, length } = place.parts[index] as StatePart;
    return (state: number) => kernels.copyRowsWithoutTiny(address, stride, state + offset, slotBytes, batch, length);
  });
}

/** Gives h (and c) after the last timestep, as the node's further outputs. */
function finalState({ place }: Cell, { output, kernels, batch, slotBytes }: PlanContext): Op[] {
  return place.parts.flatMap(({ offset, length }, index) => {
    const out = output(index + 1);
    return out
      ? [(state: number) => kernels.copyRows(state + offset, slotBytes, out.address, out.stride, batch, length)]
      : [];
  });
}
