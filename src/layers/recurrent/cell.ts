import { resolveActivation } from '../../graph/activations.js';
import {
  type Check,
  type Fields,
  later,
  optionalBound,
  optionalOrder,
  optionalTruth,
  size,
} from '../../graph/field-checks.js';
import type { TensorShapes } from '../../graph/node-check.js';
import type { ActivationSpec, CellConfig } from '../../spec.js';
import { type CellKernel, FLAG } from '../../wasm/abi.js';
import type { PackedMatrix } from '../../wasm/pack.js';
import type { BuildContext } from '../layer.js';
import type { StatePlace } from './slot.js';

/** One direction of a recurrent layer with its weights packed: what `lstm.ts`, `gru.ts` and `rnn.ts` make. */
export interface Cell extends CellParts {
  /** The layer's name; `.forward` or `.backward` added in a bidirectional one. */
  readonly name: string;
  readonly config: CellConfig;
  readonly inputs: number;
  readonly units: number;
  /** Length of h. */
  readonly outputLength: number;
  readonly kernel: CellKernel;
  readonly place: StatePlace;
}

/** What differs from one type of cell to the next. */
export interface CellParts {
  /** The kernel's descriptor of this cell. */
  readonly descriptor: Descriptor;
  /** The part of the sum over x, which a whole sequence computes at once: `raw = bias + W·x`. */
  readonly projection: { readonly weight: PackedMatrix; readonly bias: number };
  /** Gates in the order of a raw row's vectors within each group of 4 units. */
  readonly gates: readonly string[];
  /** Vectors of scratch per row. */
  readonly scratchVectors: number;
}

export interface CellKind<Config extends CellConfig = CellConfig> {
  /** All fields but the type. */
  readonly fields: Fields;
  /** Tensors beyond those that all cells have. @throws {SpecError} the fields contradict one another. */
  extraTensors?(config: Config, where: string): TensorShapes;
  pack(name: string, config: Config, inputs: number, context: BuildContext): CellParts;
}

/** The fields of every type of cell, followed by its own. */
export const cellFields = (own: Readonly<Record<string, Check>>): Fields => ({
  units: size,
  goBackwards: optionalTruth,
  outputOrder: optionalOrder,
  returnSequences: optionalTruth,
  zeroOutputForMask: optionalTruth,
  clip: optionalBound,
  tensors: later,
  ...own,
});

export interface Descriptor {
  readonly address: number;
  /** Index into int32 of its flags. */
  readonly flagsAt: number;
  /** The flags without `zeroOutputForMask`. */
  readonly flags: number;
}

/** An activation as given, and the one that needs no general gate pass. */
export type GateActivation = readonly [given: ActivationSpec | undefined, standard: 'sigmoid' | 'tanh'];

/**
 * Packs a cell's descriptor: int32 sizes and addresses, float32 bounds (0: none), flags, and for each activation
 * its number, alpha and beta. The flag `general` is added where a bound or another than the standard activation asks for it.
 */
export function packCell(
  name: string,
  { arena }: BuildContext,
  integers: readonly number[],
  bounds: readonly number[],
  ownFlags: number,
  activations: readonly GateActivation[],
): Descriptor {
  const flagsAt = integers.length + bounds.length;
  const address = arena.alloc(4 * (flagsAt + 1 + 3 * activations.length));
  // The descriptor twice: [flagsAt + 1 + 3·activations], 4 bytes a field.
  const i32 = arena.i32.subarray(address / 4);
  const f32 = arena.f32.subarray(address / 4);
  i32.set(integers);
  f32.set(bounds, integers.length);
  let flags = ownFlags | FLAG.keepsOutput | (bounds.some((bound) => bound > 0) ? FLAG.general : 0);
  activations.forEach(([given, standard], index) => {
    const { name: used, id, alpha, beta } = resolveActivation(given ?? standard, name);
    if (used !== standard) flags |= FLAG.general;
    const at = flagsAt + 1 + 3 * index;
    i32[at] = id;
    f32.set([alpha, beta], at + 1);
  });
  i32[flagsAt] = flags;
  return { address, flagsAt: address / 4 + flagsAt, flags };
}
