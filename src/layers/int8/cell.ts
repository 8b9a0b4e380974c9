import { type CellKernel, FLAG, type Kernels, VECTOR_BYTES, vectorsFor } from '../../wasm/abi.js';
import type { Int8Linear } from '../../wasm/int8-linear.js';
import type { CellParts } from '../recurrent/cell-parts.js';

/** What a row of h is rounded by: a fixed scale while it is within ±1, where the cell keeps it there. */
const leastOf = ({ withinOne }: CellParts): number => (withinOne ? 1 : 0);

/**
 * A cell whose sum over [x h] is of int8 weights: integer sums, then the cell's own gates. x and h are rounded apart.
 *
 * x needs no place in front of h, and tiny numbers no care: integers have no denormals.
 */
export function summedCell(parts: CellParts, sum: Int8Linear): CellParts {
  const { kernel } = parts;
  const least = leastOf(parts);
  return summed(
    parts,
    (layer, x, xStride, raw, rawStride, scratch, state, stateStride, rows, mask, maskStride, out, outStride) => {
      if (x !== 0) sum.applySegment(0, 0, x, xStride, rows, sum.bias, 0, raw, rawStride);
      sum.applySegment(1, least, state, stateStride, rows, raw, rawStride, raw, rawStride);
      kernel(layer, 0, 0, raw, rawStride, scratch, state, stateStride, rows, mask, maskStride, out, outStride);
    },
  );
}

/** A GRU: h has a sum of its own, and r∘h another one where the reset gate comes first. */
export function gruCell(
  parts: CellParts,
  fromX: Int8Linear,
  fromH: Int8Linear,
  fromReset: Int8Linear | undefined,
  units: number,
  { gruReset }: Kernels,
): CellParts {
  const { kernel } = parts;
  const least = leastOf(parts);
  const bytes = vectorsFor(units) * VECTOR_BYTES;
  // [rows][h's part, of two gates or three; r∘h; n's part], as `assembly/gru.ts` has it.
  const scratchStride = 4 * bytes;
  return summed(
    parts,
    (layer, x, xStride, raw, rawStride, scratch, state, stateStride, rows, mask, maskStride, out, outStride) => {
      if (x !== 0) fromX.applySegment(0, 0, x, xStride, rows, fromX.bias, 0, raw, rawStride);
      fromH.applySegment(0, least, state, stateStride, rows, fromH.bias, 0, scratch, scratchStride);
      if (fromReset !== undefined) {
        gruReset(layer, raw, rawStride, scratch, state, stateStride, rows, mask, maskStride);
        const reset = scratch + 2 * bytes;
        const n = scratch + 3 * bytes;
        fromReset.applySegment(0, least, reset, scratchStride, rows, fromReset.bias, 0, n, scratchStride);
      }
      kernel(layer, 0, 0, raw, rawStride, scratch, state, stateStride, rows, mask, maskStride, out, outStride);
    },
  );
}

const summed = ({ descriptor, ...parts }: CellParts, kernel: CellKernel): CellParts => ({
  ...parts,
  kernel,
  descriptor: { ...descriptor, flags: descriptor.flags | FLAG.summed },
  flushesInputs: false,
});
