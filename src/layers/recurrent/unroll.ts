import { FLAG, VECTOR_BYTES } from '../../wasm/abi.js';
import type { Op, PlanContext, ValueBuffer } from '../layer.js';
import type { Cell } from './cell.js';

/** Raw gates projected ahead of the steps that use them, and the input they come from: enough rows for the matrix product, few enough to stay in cache. */
const RAW_BYTES = 512 * 1024;

export interface UnrollOptions {
  /** From the last timestep to the first. */
  readonly backwards: boolean;
  /** Whether a backward walk's outputs stand in the order they were computed, or at their input's timestep. */
  readonly outputOrder: 'computed' | 'input';
  /** An output for every timestep, or for the last one walked. */
  readonly sequences: boolean;
}

/**
 * The recurrent time loop of one cell: the input's part of every timestep by one matrix product
 * (in chunks that bound the memory), then one fused call per timestep. A single timestep skips the
 * first: the kernel runs over [x h] as one sum. Both give the same bits.
 */
export function unroll(cell: Cell, x: ValueBuffer, out: ValueBuffer, options: UnrollOptions, context: PlanContext): Op {
  const { arena, batch, slotBytes, watch } = context;
  const { time } = x;
  const { kernel, descriptor, projection, inputs } = cell;
  const { address: layer, flagsIndex } = descriptor;
  // An odd number of cache lines, as slots are.
  const rawStride = (projection.vectors * VECTOR_BYTES) | 64;
  const rawTime = batch * rawStride;
  const copies = time > 1 && cell.flushesInputs;
  const copyTime = copies ? batch * x.stride : 0;
  const chunk = Math.max(1, Math.min(time, Math.floor(RAW_BYTES / (rawTime + copyTime))));
  // raw [chunk][batch][rawVectors·4], x without tiny numbers [chunk][batch][x.stride / 4], scratch [batch][scratchVectors·4]
  const raw = context.shared(chunk * (rawTime + copyTime) + batch * cell.scratchVectors * VECTOR_BYTES);
  const copy = raw + chunk * rawTime;
  const scratch = copy + chunk * copyTime;
  // Keras zeroes a masked last timestep too; behind a row's length, the last output is that at its end.
  const zero = cell.zeroOutputForMask || (context.zeroMasked && options.sequences);
  const flags = descriptor.flags | (zero ? FLAG.zeroOutputForMask : 0);
  const h = cell.place.parts[0].offset;
  const xTime = time * x.stride;
  const outTime = options.sequences ? time * out.stride : out.stride;
  const { backwards, sequences } = options;
  const last = backwards ? 0 : time - 1;
  const flip = backwards && options.outputOrder === 'computed';

  const outputAddress = (t: number): number => {
    if (!sequences) return t === last ? out.address : 0;
    return out.address + (flip ? time - 1 - t : t) * out.stride;
  };

  /** Over [x h] from `from` on; 0: over h alone, on from the raw gates at `rawAddress`. */
  const step = (state: number, t: number, from: number, rawAddress: number): void => {
    const mask = x.mask === 0 ? 0 : x.mask + t;
    kernel(
      layer,
      from,
      x.stride,
      rawAddress,
      rawStride,
      scratch,
      state + h,
      slotBytes,
      batch,
      mask,
      time,
      outputAddress(t),
      outTime,
    );
    watch?.({ cell, timestep: t, raw: rawAddress, rawStride, state, mask, maskStride: time });
  };

  if (time === 1) {
    return (state) => {
      arena.i32[flagsIndex] = flags;
      step(state, 0, x.address, raw);
    };
  }

  const product = (a: number, aStride: number, rows: number, c: number, cStride: number): void =>
    projection.applyTerms(0, inputs, a, aStride, rows, projection.bias, 0, c, cStride);
  const project = (from: number, count: number): void => {
    const first = x.address + from * x.stride;
    if (copies) {
      // Put next to one another, all rows of all timesteps make one product.
      for (let b = 0; b < batch; b++) {
        context.kernels.copyRowsWithoutTiny(first + b * xTime, x.stride, copy + b * x.stride, copyTime, count, inputs);
      }
      product(copy, x.stride, batch * count, raw, rawStride);
      // Otherwise the longer of the two directions makes the rows of each product.
    } else if (count > batch) {
      for (let b = 0; b < batch; b++) product(first + b * xTime, x.stride, count, raw + b * rawStride, rawTime);
    } else {
      for (let t = 0; t < count; t++) product(first + t * x.stride, xTime, batch, raw + t * rawTime, rawStride);
    }
  };
  return (state) => {
    arena.i32[flagsIndex] = flags;
    for (let done = 0; done < time; done += chunk) {
      const count = Math.min(chunk, time - done);
      const from = backwards ? time - done - count : done;
      project(from, count);
      for (let i = 0; i < count; i++) {
        const t = backwards ? from + count - 1 - i : from + i;
        step(state, t, 0, raw + (t - from) * rawTime);
      }
    }
  };
}
