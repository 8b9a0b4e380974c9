import { resolveActivation } from '../../graph/activations.js';
import {
  type Check,
  checkedWithNode,
  type Fields,
  optionalBound,
  optionalOrder,
  optionalTruth,
  size,
} from '../../graph/field-checks.js';
import type { TensorShapes } from '../../graph/node-context.js';
import type { ActivationSpec, CellConfig, RecurrentBase, RecurrentTensors } from '../../spec.js';
import { ACTIVATION_WORDS, type DescriptorFields, FLAG } from '../../wasm/abi.js';
import type { BuildContext, CellInfo, CellWords } from '../layer.js';
import type { CellParts, Descriptor } from './cell-parts.js';

/** A cell of any type, also of one that a caller brings along. */
export type AnyCell = RecurrentBase & {
  readonly type: string;
  readonly tensors: Partial<Pick<RecurrentTensors, 'weightIh' | 'initialH'>>;
};

/** One direction of a recurrent layer with its weights packed. */
export interface Cell extends CellInfo, CellParts {
  /** Length of h. */
  readonly outputLength: number;
  readonly zeroOutputForMask: boolean;
}

/** All there is to know of one type of cell. One file each: `lstm.ts`, `gru.ts`, `rnn.ts`. */
export interface CellKind<Config extends AnyCell = CellConfig> extends CellWords {
  /** All fields but the type. */
  readonly fields: Fields;
  /** Lengths of its state's parts, h and perhaps c. Default: h alone, one element per unit. */
  stateLengths?(config: Config): readonly [h: number, c?: number];
  /** Its tensors are those of `extraTensors` alone, not weights and biases with a row for each gate of each unit. */
  readonly ownTensors?: true;
  /**
   * Tensors beyond those that most cells have. Each whose field begins with `weight` is a matrix that a timestep is multiplied by.
   * @throws {SpecError} the fields contradict one another.
   */
  extraTensors?(config: Config, where: string, inputs: number): TensorShapes;
  pack(name: string, config: Config, inputs: number, context: BuildContext): CellParts;
}

/** Types of cell by name. */
export type CellKinds = Readonly<Record<string, CellKind<never>>>;

/** The fields of every type of cell, followed by its own. */
export const cellFields = (own: Readonly<Record<string, Check>>): Fields => ({
  units: size,
  goBackwards: optionalTruth,
  outputOrder: optionalOrder,
  returnSequences: optionalTruth,
  zeroOutputForMask: optionalTruth,
  clip: optionalBound,
  tensors: checkedWithNode,
  ...own,
});

/** What the initial h of every type of cell is, for `explain`. */
export const INITIAL_H = { initialH: 'for the trained initial h' } as const;

/** An activation as given, and the one that needs no general gate pass. */
export type GateActivation = readonly [given: ActivationSpec | undefined, standard: 'sigmoid' | 'tanh'];

/**
 * Writes a cell's descriptor: its fields, then its activations. The flag `general` is added where a bound (a float field that is not
 * 0) or another than the standard activation asks for it.
 *
 * @param fields of the kernel's layer: `LSTM_FIELDS` and its fellows.
 * @param values of each field; of `flags` those of the type.
 */
export function packCell<Table extends DescriptorFields>(
  name: string,
  { arena }: BuildContext,
  fields: Table,
  values: Readonly<Record<keyof Table, number>>,
  activations: readonly GateActivation[],
): Descriptor {
  const keys = Object.keys(fields);
  const address = arena.alloc(4 * (keys.length + ACTIVATION_WORDS * activations.length));
  const i32 = arena.i32.subarray(address / 4);
  const f32 = arena.f32.subarray(address / 4);
  let flags = (values.flags as number) | FLAG.keepsOutput;
  keys.forEach((key, index) => {
    const value = values[key] as number;
    if (fields[key] === 'i32') i32[index] = value;
    else f32[index] = value;
    if (fields[key] === 'f32' && value > 0) flags |= FLAG.general;
  });
  activations.forEach(([given, standard], index) => {
    const { name: used, id, alpha, beta } = resolveActivation(given ?? standard, name);
    if (used !== standard) flags |= FLAG.general;
    const start = keys.length + ACTIVATION_WORDS * index;
    i32[start] = id;
    f32.set([alpha, beta], start + 1);
  });
  const flagsIndex = keys.indexOf('flags');
  i32[flagsIndex] = flags;
  return { address, flagsIndex: address / 4 + flagsIndex, flags };
}
