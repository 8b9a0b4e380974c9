import { hasName, type TensorNames } from '../../graph/kind.js';
import { type NodeContext, namedTensors } from '../../graph/node-context.js';
import type { CellConfig, LstmConfig } from '../../spec.js';
import { FLAG } from '../../wasm/abi.js';
import { hasHuge, withoutTiny } from '../../wasm/tiny.js';
import type { BuildContext } from '../layer.js';
import type { AnyCell, Cell, CellKind } from './cell.js';
import { rowsPerUnit, stateLengths } from './cell-sizes.js';
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
    ...(!kind.ownTensors && { weightIh: [rows, inputs], weightHh: [rows, h], 'biasIh?': [rows], 'biasHh?': [rows] }),
    'initialH?': [h],
    ...kind.extraTensors?.(cell as never, where, inputs),
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
  const counts = !!parts.flushesInputs && hasHuge(context, context.tensor(tensors.weightIh as string));
  const [h, c = 0] = stateLengths(kind, config);
  const { initialH, initialC }: Partial<LstmConfig['tensors']> = tensors;
  const { title, gates, extras } = kind;
  const named = Object.entries<string | undefined>(tensors as object as TensorNames).filter(hasName);
  const sizes = named.map(([field, tensor]) => [field, context.size(tensor)] as const);
  return {
    name,
    type,
    inputs,
    units,
    outputLength: h,
    zeroOutputForMask,
    place: context.slot.place(parts.front, h, c),
    initial: [initialH, initialC],
    gates: Object.keys(gates),
    words: { title, gates, extras },
    sizes: Object.fromEntries(sizes),
    multiplyAdds: sizes.reduce((sum, [field, size]) => (/^w/.test(field) ? sum + size : sum), 0),
    // They may have words of their own.
    ...parts,
    descriptor: counts ? { ...descriptor, flags: descriptor.flags | FLAG.tinyInputs } : descriptor,
    flushesInputs: !!parts.flushesInputs && !counts,
  };
}
