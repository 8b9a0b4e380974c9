import { resolveActivation } from '../activations.js';
import type { ActivationSpec, CellConfig } from '../spec.js';
import type { CellKernel } from '../wasm/abi.js';
import type { Field } from '../wasm/pack.js';
import type { StatePlace } from './slot.js';

/** One direction of a recurrent layer with its weights packed: what `lstm.ts`, `gru.ts` and `rnn.ts` make. */
export interface Cell {
  /** The layer's name; `.forward` or `.backward` added in a bidirectional one. */
  readonly name: string;
  readonly config: CellConfig;
  readonly inputs: number;
  readonly units: number;
  /** Length of h. */
  readonly outputLength: number;
  readonly kernel: CellKernel;
  /** Address of the kernel's descriptor of this cell. */
  readonly layer: number;
  /** The descriptor's flags: where (index into int32) and what, without `zeroOutputForMask`. */
  readonly flagsAt: number;
  readonly flags: number;
  /** The part of the sum over x, which a whole sequence computes at once: `raw = bias + W·x`. */
  readonly projection: { readonly weight: number; readonly panelRows: number; readonly bias: number };
  /** Gates in the order of a raw row's vectors within each group of 4 units. */
  readonly gates: readonly string[];
  /** Vectors of one row of raw gates. */
  readonly rawVectors: number;
  /** Vectors of scratch per row. */
  readonly scratchVectors: number;
  readonly place: StatePlace;
  /** Trained initial state, or undefined for zeros. */
  readonly initialH: Float32Array | undefined;
  readonly initialC: Float32Array | undefined;
  readonly parameters: number;
}

/** The descriptor's three fields of an activation, and whether it is the standard one. */
export function activationFields(
  spec: ActivationSpec | undefined,
  standard: 'sigmoid' | 'tanh',
  where: string,
): { fields: Field[]; isStandard: boolean } {
  const { name, id, alpha, beta } = resolveActivation(spec ?? standard, where);
  return { fields: [{ i32: id }, { f32: alpha }, { f32: beta }], isStandard: name === standard };
}
