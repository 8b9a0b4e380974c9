import { sequence, wrongInputs } from '../../graph/node-check.js';
import type { Shape } from '../../graph/value.js';
import { badSpec, describe } from '../../refuse.js';
import type { RecurrentNode } from '../../spec.js';
import type { LayerKind, Op, PlanContext, ValueBuffer } from '../layer.js';
import type { Cell, CellKind } from './cell.js';
import { outputLength } from './cell-sizes.js';
import { checkCell, makeCell } from './cells.js';
import type { StatePart } from './slot.js';
import { unroll } from './unroll.js';

/** LSTM, GRU or simple RNN: one cell over time. */
export const recurrent = ({ fields }: CellKind): LayerKind<RecurrentNode> => ({
  fields,
  check(node, at) {
    const h = outputLength(node);
    // Its state as further inputs (initial) and further outputs (final).
    const states = node.type === 'lstm' ? [h, node.units] : [h];
    const [x, ...initial] = at.inputs;
    if (!x || (initial.length > 0 && initial.length !== states.length)) {
      wrongInputs(at, 'wrong number of inputs', node.type === 'lstm' ? '[x] or [x, h0, c0]' : '[x] or [x, h0]');
    }
    checkCell(node, sequence(at, x).features, at, at.where);
    initial.forEach(({ name, kind, features }, index) => {
      if (kind !== 'vector' || features !== states[index]) {
        badSpec(
          at.where,
          `initial state ${describe(name)} has the wrong shape`,
          `a vector of ${states[index]}`,
          `a ${kind} of ${features}`,
        );
      }
    });
    const y: Shape = { ...x, kind: node.returnSequences === false ? 'vector' : 'sequence', features: h };
    return [y, ...states.map((features): Shape => ({ ...y, kind: 'vector', features }))];
  },
  make(node, context, inputs) {
    const cell = makeCell(node.name, node, inputs, context);
    return {
      cells: [cell],
      plan(plan) {
        const x = plan.inputs[0] as ValueBuffer;
        const sequences = node.returnSequences !== false;
        const backwards = node.goBackwards === true;
        const out = plan.output(0, sequences ? x.mask : 0);
        return [
          ...setInitialState(cell, plan),
          unroll(cell, x, out, { backwards, outputOrder: node.outputOrder ?? 'computed', sequences }, plan),
          ...finalState(cell, plan),
        ];
      },
    };
  },
});

/** Takes h (and c) from other values, as the node's further inputs. Such a layer is not streamed, so its state is fresh otherwise. */
function setInitialState({ place }: Cell, { kernels, batch, slotBytes, inputs }: PlanContext): Op[] {
  return inputs.slice(1).map(({ address, stride }, index) => {
    const { offset, length } = place.parts[index] as StatePart;
    return (state: number) => kernels.copyRows(address, stride, state + offset, slotBytes, batch, length);
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
