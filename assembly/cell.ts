import { Activation, apply } from './activations';
import { clamp, splat, zeros } from './arith';
import { copyRows, copyVectors, fillVectors } from './rows';
import { copyRowsWithoutTiny } from './tiny';

/**
 * What the recurrent cells share: the flags of a layer descriptor, activations with a clip, and the output of a row
 * whose timestep is masked.
 */

/** Bits of a descriptor's `flags`. */
export namespace Flag {
  /** Any activation but the standard ones, or any option: the general gate pass. */
  export const general: i32 = 1;
  /** LSTM: f = 1 - i. */
  export const coupled: i32 = 2;
  /** GRU: the reset gate is applied after the recurrent product. */
  export const resetAfter: i32 = 2;
  /** A masked timestep outputs zeros. */
  export const zeroOutput: i32 = 4;
  /** The state keeps the last output, which masked timesteps repeat. */
  export const keepsOutput: i32 = 8;
  /** Tiny inputs count, since some of their weights are huge. */
  export const tinyInputs: i32 = 16;
  /** The sums are in their places already, made by others (`int8/`); x is 0. */
  export const summed: i32 = 32;
}

/** One activation as a descriptor carries it: 12 bytes. */
@unmanaged
export class Gate {
  id: Activation;
  alpha: f32;
  beta: f32;
}

/** Bytes of a `Gate`. */
export const GATE_BYTES: usize = offsetof<Gate>();

/** The activation at `gate` of `x`, first bounded to ±`clip`. */
export function applyGate(gate: usize, x: v128, clip: f32): v128 {
  const g = changetype<Gate>(gate);
  return apply(bounded(x, clip), g.id, splat(g.alpha), splat(g.beta));
}

/** `x` within ±`bound`, or as it is where `bound` is 0. */
// @ts-ignore: decorator
@inline
export function bounded(x: v128, bound: f32): v128 {
  return bound > 0 ? clamp(x, splat(-bound), splat(bound)) : x;
}

/** Rows of `n` floats of the input, as the cell sees them. */
export function copyInputs(flags: i32, x: usize, xStride: usize, to: usize, toStride: usize, rows: i32, n: i32): void {
  if (flags & Flag.tinyInputs) copyRows(x, xStride, to, toStride, rows, n);
  else copyRowsWithoutTiny(x, xStride, to, toStride, rows, n);
}

/** Whether a row takes part in this timestep. */
// @ts-ignore: decorator
@inline
export function isLive(mask: usize, maskStride: usize, row: i32): bool {
  return mask == 0 || load<u8>(mask + <usize>row * maskStride) != 0;
}

/**
 * The output of one row, `bytes` of whole vectors: h, which `y` then remembers; for a masked row what `y`
 * remembers (or h, which has not changed), or zeros.
 *
 * @param y the row's last output, used with `Flag.keepsOutput`
 * @param out where to, or 0
 */
export function emit(flags: i32, live: bool, h: usize, y: usize, bytes: usize, out: usize): void {
  const keeps = flags & Flag.keepsOutput;
  if (live && keeps) copyVectors(h, y, bytes);
  if (out == 0) return;
  if (!live && flags & Flag.zeroOutput) fillVectors(out, bytes, zeros());
  else copyVectors(keeps ? y : h, out, bytes);
}
