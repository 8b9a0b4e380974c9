import { finite } from '../../../src/graph/field-checks.js';
import { type CellKind, cellFields, INITIAL_H } from '../../../src/layers/recurrent/cell.js';
import type { RecurrentBase, RecurrentTensors } from '../../../src/spec.js';
import { type CellKernel, FLAG, rowBytes, VECTOR_BYTES } from '../../../src/wasm/abi.js';
import { packLinear } from '../../../src/wasm/linear.js';
import { gateColumns } from '../../../src/wasm/pack.js';

export interface LeakyConfig extends RecurrentBase {
  readonly type: 'leaky';
  readonly tensors: RecurrentTensors;
  /** How far h goes towards its candidate in one timestep. */
  readonly rate: number;
}

/** A leaky integrator (Jaeger 2001): `h' = h + rate·(u - h)`, `u = W·x + U·h + b`. Its kernel is TypeScript. */
export const leaky: CellKind<LeakyConfig> = {
  title: 'a leaky integrator',
  gates: { u: 'candidate' },
  extras: INITIAL_H,
  fields: cellFields({ rate: finite }),
  pack(_, { units, tensors, rate }, inputs, context) {
    const { arena } = context;
    const sum = packLinear(
      context,
      gateColumns([0], units),
      [
        [tensors.weightIh, inputs],
        [tensors.weightHh, units],
      ],
      [tensors.biasIh, tensors.biasHh],
    );
    const kernel: CellKernel = (
      layer,
      x,
      xStride,
      raw,
      rawStride,
      _,
      state,
      stateStride,
      rows,
      mask,
      maskStride,
      out,
      outStride,
    ) => {
      const bytes = rowBytes(units);
      for (let row = 0; row < rows; row++) {
        const h = (state + row * stateStride) / 4;
        const gates = raw + row * rawStride;
        const live = mask === 0 || arena.u8[mask + row * maskStride] !== 0;
        const last = h + bytes / 4;
        if (live) {
          const given = x !== 0;
          if (given) sum.applyTerms(0, inputs, x + row * xStride, 0, 1, sum.bias, 0, gates, 0);
          sum.applyTerms(inputs, units, h * 4, 0, 1, gates, 0, gates, 0);
          for (let i = 0; i < units; i++) {
            const before = arena.f32[h + i] as number;
            arena.f32[h + i] = before + rate * ((arena.f32[gates / 4 + i] as number) - before);
          }
          arena.f32.copyWithin(last, h, h + units);
        }
        if (out === 0) continue;
        const to = (out + row * outStride) / 4;
        const zero = !live && (arena.i32[layer / 4] as number) & FLAG.zeroOutputForMask;
        if (zero) arena.f32.fill(0, to, to + units);
        else arena.f32.copyWithin(to, last, last + units);
      }
    };
    const address = arena.alloc(VECTOR_BYTES);
    return {
      kernel,
      descriptor: { address, flagsIndex: address / 4, flags: 0 },
      projection: sum,
      front: 0,
      scratchVectors: 0,
    };
  },
};
