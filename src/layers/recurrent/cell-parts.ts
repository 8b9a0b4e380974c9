import type { CellKernel } from '../../wasm/abi.js';
import type { Linear } from '../../wasm/linear.js';

/** What a type of cell makes of its weights. */
export interface CellParts {
  readonly kernel: CellKernel;
  /** What the kernel reads the cell from. */
  readonly descriptor: Descriptor;
  /** The sum over [x h]; of its terms over x a whole sequence's are computed at once, `raw = bias + W·x`. */
  readonly projection: Linear;
  /** Where h has sums of its own: that of its gates, and that over r∘h if the reset gate comes first. */
  readonly overH?: readonly Linear[];
  /** h stays within ±1 if it begins there and the activations are the standard ones. */
  readonly withinOne?: true;
  /** Floats of x that stand directly in front of h in the state; the kernel's to write. */
  readonly front: number;
  /** Its kernel takes tiny inputs for 0 (`TINY`), so that whoever computes with them in its place must too. */
  readonly flushesInputs?: boolean;
  /** Vectors of scratch per row. */
  readonly scratchVectors: number;
}

export interface Descriptor {
  readonly address: number;
  /** Index into int32 of its flags. */
  readonly flagsIndex: number;
  /** The flags without `zeroOutputForMask`. */
  readonly flags: number;
}
