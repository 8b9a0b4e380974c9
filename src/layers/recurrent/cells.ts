import type { TensorNames } from '../../graph/kind.js';
import { type NodeContext, namedTensors } from '../../graph/node-context.js';
import type { CellConfig, LstmConfig } from '../../spec.js';
import { FLAG } from '../../wasm/abi.js';
import { hasHuge, withoutTiny } from '../../wasm/tiny.js';
import type { BuildContext } from '../layer.js';
import type { AnyCell, Cell, CellKind } from './cell.js';
import { cellMultiplyAdds, rowsPerUnit, stateLengths } from './cell-sizes.js';
import { gru } from './gru.js';
import { lstm } from './lstm.js';
import { rnn } from './rnn.js';

export const CELLS: Readonly<Record<CellConfig['type'], CellKind<never>>> = { lstm, gru, rnn };

/**
 * Checks a cell whose fields have been checked one by one.
 * @param where the layer, or its half.
 * @throws {SpecError}
 */
export function checkCell(
  kind: CellKind<never>,
  cell: AnyCell,
  inputs: number,
  context: NodeContext,
  where: string,
): void {
  const rows = rowsPerUnit(kind) * cell.units;
  const [h] = stateLengths(kind, cell);
  const shapes = {
    weightIh: [rows, inputs],
    weightHh: [rows, h],
    'biasIh?': [rows],
    'biasHh?': [rows],
    'initialH?': [h],
    ...kind.extraTensors?.(cell as never, where),
  };
  namedTensors(context, cell.tensors, shapes, where);
}

/** Packs a cell's weights and claims its state. */
export function makeCell(
  name: string,
  kind: CellKind<never>,
  config: AnyCell,
  inputs: number,
  context: BuildContext,
): Cell {
  const { type, units, tensors, zeroOutputForMask = false } = config;
  const tensor = (field: string): Float32Array => withoutTiny(context, context.tensor(field));
  const packed = kind.pack(name, config as never, inputs, { ...context, tensor, untouched: context.tensor });
  const { descriptor, ...parts } = context.int8?.cell(packed, units) ?? packed;
  const counts = !!parts.flushesInputs && hasHuge(context, context.tensor(tensors.weightIh));
  const [h, c = 0] = stateLengths(kind, config);
  const { initialH, initialC }: LstmConfig['tensors'] = tensors;
  const named = Object.entries<string | undefined>(tensors as object as TensorNames);
  return {
    ...parts,
    descriptor: counts ? { ...descriptor, flags: descriptor.flags | FLAG.tinyInputs } : descriptor,
    flushesInputs: !!parts.flushesInputs && !counts,
    name,
    type,
    inputs,
    units,
    outputLength: h,
    zeroOutputForMask,
    place: context.slot.place(parts.front, h, c),
    initial: [initialH, initialC],
    gates: Object.keys(kind.gates),
    words: { title: kind.title, gates: kind.gates, extras: kind.extras },
    sizes: Object.fromEntries(
      named.flatMap(([field, tensor]) => (tensor === undefined ? [] : [[field, context.size(tensor)]])),
    ),
    multiplyAdds: cellMultiplyAdds(kind, config, inputs),
  };
}
