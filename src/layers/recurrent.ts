import type { CellConfig, RecurrentNode } from '../spec.js';
import type { Cell } from './cell.js';
import { gruCell } from './gru.js';
import type { BuildContext, Layer, Op, PlanContext } from './layer.js';
import { lstmCell } from './lstm.js';
import { rnnCell } from './rnn.js';
import { unroll } from './unroll.js';

export function makeCell(name: string, config: CellConfig, inputs: number, context: BuildContext): Cell {
  switch (config.type) {
    case 'lstm':
      return lstmCell(name, config, inputs, context);
    case 'gru':
      return gruCell(name, config, inputs, context);
    case 'rnn':
      return rnnCell(name, config, inputs, context);
  }
}

/** LSTM, GRU or simple RNN: one cell over time. */
export function recurrentLayer(node: RecurrentNode, inputs: number, context: BuildContext): Layer {
  const cell = makeCell(node.name, node, inputs, context);
  return {
    node,
    cells: [cell],
    parameters: cell.parameters,
    plan(plan) {
      const [x, ...initial] = plan.inputs;
      if (!x) return [];
      const sequences = node.returnSequences !== false;
      const backwards = node.goBackwards === true;
      const out = plan.output(0, sequences ? x.mask : 0);
      const ops: Op[] = [];
      if (initial.length > 0) ops.push(setInitialState(cell, plan));
      ops.push(unroll(cell, x, out, { backwards, outputOrder: 'computed', sequences }, plan));
      return [...ops, ...finalState(cell, plan)];
    },
  };
}

/** Takes h (and c) from other values, as the node's further inputs. */
function setInitialState({ place, outputLength, units }: Cell, plan: PlanContext): Op {
  const { arena, kernels, batch, slotBytes } = plan;
  const [, h, c] = plan.inputs;
  return (state) => {
    if (h) kernels.copyRows(h.address, h.stride, state + place.h, slotBytes, batch, outputLength);
    if (c && place.c !== undefined) kernels.copyRows(c.address, c.stride, state + place.c, slotBytes, batch, units);
    for (let b = 0; b < batch; b++) {
      const y = (state + b * slotBytes + place.y) / 4;
      arena.f32.fill(0, y, y + outputLength);
    }
  };
}

/** Gives h (and c) after the last timestep, as the node's further outputs. */
function finalState({ place, outputLength, units }: Cell, plan: PlanContext): Op[] {
  const { kernels, batch, slotBytes } = plan;
  const ops: Op[] = [];
  const copy = (index: number, from: number | undefined, n: number): void => {
    const out = plan.output(index);
    if (out && from !== undefined)
      ops.push((state) => kernels.copyRows(state + from, slotBytes, out.address, out.stride, batch, n));
  };
  copy(1, place.h, outputLength);
  copy(2, place.c, units);
  return ops;
}
