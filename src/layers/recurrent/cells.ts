import { type NodeCheck, namedTensors } from '../../graph/node-check.js';
import type { CellConfig } from '../../spec.js';
import type { BuildContext } from '../layer.js';
import type { Cell, CellKind } from './cell.js';
import { gateCount, outputLength } from './cell-sizes.js';
import { gru } from './gru.js';
import { lstm } from './lstm.js';
import { rnn } from './rnn.js';

export const CELLS: Readonly<Record<CellConfig['type'], CellKind>> = { lstm, gru, rnn };

/**
 * Checks a cell whose fields have been checked one by one.
 * @param where the layer, or its half.
 * @throws {SpecError}
 */
export function checkCell(cell: CellConfig, inputs: number, at: NodeCheck, where: string): void {
  const rows = gateCount(cell.type) * cell.units;
  const h = outputLength(cell);
  const shapes = {
    weightIh: [rows, inputs],
    weightHh: [rows, h],
    'biasIh?': [rows],
    'biasHh?': [rows],
    'initialH?': [h],
    ...CELLS[cell.type].extraTensors?.(cell, where),
  };
  namedTensors(at, cell.tensors, shapes, where);
}

/** Packs a cell's weights and claims its state. */
export function makeCell(name: string, config: CellConfig, inputs: number, context: BuildContext): Cell {
  const { type, units } = config;
  const h = outputLength(config);
  return {
    ...CELLS[type].pack(name, config, inputs, context),
    name,
    config,
    inputs,
    units,
    outputLength: h,
    kernel: context.kernels[type],
    // GRU: the products of x and of h stay apart, since the reset gate stands between them.
    place: context.slot.place(type === 'gru' ? 0 : inputs, h, type === 'lstm' ? units : 0),
  };
}
