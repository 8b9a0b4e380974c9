import { BINARY, rowBytes, VECTOR_BYTES, vectorsFor } from '../../wasm/abi.js';
import { type Linear, packLinear } from '../../wasm/linear.js';
import { makeActivation } from '../activation.js';
import type { BuildContext } from '../layer.js';
import { type Composition, gateBlocks } from './composed.js';
import { SCAN } from './mix.js';

/** Names of the tensors of the LSTM. */
export interface MemoryTensors {
  readonly weightMemoryIh?: string;
  readonly weightMemoryHh?: string;
  readonly biasMemory?: string;
}

/** Shapes of its tensors. */
export const memoryTensors = (units: number, inputs: number) => ({
  weightMemoryIh: [4 * units, inputs],
  weightMemoryHh: [4 * units, units],
  'biasMemory?': [4 * units],
  'initialC?': [units],
});

/**
 * A cell behind an LSTM on the same state, `mixed memory` (Lechner & Hasani 2020): h goes through the LSTM, which keeps c, and what it makes of h
 * is the h that the cell reads. Its gates stand behind the cell's own in `raw`.
 */
export function withMemory(name: string, names: MemoryTensors, cell: Composition, context: BuildContext): Composition {
  const { inputs, units, projection, scratchVectors = 0 } = cell;
  const { kernels } = context;
  const vectors = vectorsFor(units);
  const bytes = rowBytes(units);
  const sum = packLinear(
    context,
    gateBlocks([0, 1, 2, 3], units),
    [
      [names.weightMemoryIh as string, inputs],
      [names.weightMemoryHh as string, units],
    ],
    [names.biasMemory],
  );
  const [sigmoid, tanh] = (['sigmoid', 'tanh'] as const).map((each) => makeActivation(each, name, kernels));
  const toGates = projection.vectors * VECTOR_BYTES;
  const applyTerms: Linear['applyTerms'] = (k0, count, a, aStride, rows, _, __, to, toStride) => {
    projection.applyTerms(k0, count, a, aStride, rows, projection.bias, 0, to, toStride);
    sum.applyTerms(k0, count, a, aStride, rows, sum.bias, 0, to + toGates, toStride);
  };
  return {
    ...cell,
    c: units,
    // Only ever asked for what comes of x.
    projection: { ...projection, vectors: projection.vectors + sum.vectors, applyTerms },
    sums: (raw, rawStride, _, __, state, stateStride, rows) =>
      sum.applyTerms(inputs, units, state, stateStride, rows, raw + toGates, rawStride, raw + toGates, rawStride),
    step(raw, scratch, h) {
      const i = raw + toGates;
      const f = i + bytes;
      const g = f + bytes;
      const o = g + bytes;
      const c = h + bytes;
      sigmoid?.(i, i, 2 * vectors);
      tanh?.(g, g, vectors);
      sigmoid?.(o, o, vectors);
      kernels.binary(BINARY.multiply, i, g, g, vectors);
      kernels.binary(SCAN, f, g, c, vectors);
      tanh?.(c, g, vectors);
      kernels.binary(BINARY.multiply, o, g, h, vectors);
      cell.sums?.(raw, 0, scratch, scratchVectors * VECTOR_BYTES, h, 0, 1);
      cell.step(raw, scratch, h);
    },
  };
}
