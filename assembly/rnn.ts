import { vectorsFor } from './arith';
import { applyGate, emit, Flag, isLive } from './cell';
import { tanh } from './gates';
import { gemm } from './gemm';
import { copyFloats } from './rows';

/** Simple recurrent network (Elman 1990): `h' = tanh(W·x + U·h + b)`. */

/** A layer as the kernel reads it: 9 fields of 4 bytes. groups = ceil(units/4). */
@unmanaged
export class RnnLayer {
  inputs: i32;
  units: i32;
  /** Packed `[inputs + units][groups vectors]`. */
  w: usize;
  /** `[pad4(units)]` */
  bias: usize;
  /** Bounds the activation's input; 0: none. */
  clip: f32;
  flags: i32;
  // The activation follows.
}

const ACTIVATION: usize = offsetof<RnnLayer>();

/**
 * One timestep for `rows` rows; the parameters of `lstm`, except:
 *
 * @param raw row 0 `[pad4(units)]`; left holding h'
 * @param scratch unused
 * @param state row 0's h `[pad4(units)]`, x's floats directly in front; with `Flag.keepsOutput` y `[pad4(units)]` follows
 */
export function rnn(
  layer: RnnLayer,
  x: usize, xStride: usize,
  raw: usize, rawStride: usize,
  scratch: usize,
  state: usize, stateStride: usize,
  rows: i32,
  mask: usize, maskStride: usize,
  out: usize, outStride: usize,
): void {
  const inputs = layer.inputs;
  const units = layer.units;
  const groups = vectorsFor(units);
  const k = inputs + units;
  if (x) {
    const front = state - (<usize>inputs << 2);
    for (let r = 0; r < rows; r++) {
      copyFloats(x + <usize>r * xStride, front + <usize>r * stateStride, inputs);
    }
    gemm(front, stateStride, rows, layer.w, k, 0, k, groups, layer.bias, 0, raw, rawStride);
  } else {
    gemm(state, stateStride, rows, layer.w, k, inputs, units, groups, raw, rawStride, raw, rawStride);
  }
  const flags = layer.flags;
  const bytes = <usize>groups << 4;
  for (let r = 0; r < rows; r++) {
    const live = isLive(mask, maskStride, r);
    if (live) gatePass(layer, raw, state, bytes);
    emit(flags, live, state, state + bytes, units, out);
    raw += rawStride;
    state += stateStride;
    if (out) out += outStride;
  }
}

/** raw and h `[bytes/4]`. */
function gatePass(layer: RnnLayer, raw: usize, h: usize, bytes: usize): void {
  const general = layer.flags & Flag.general;
  const gate = changetype<usize>(layer) + ACTIVATION;
  for (let at: usize = 0; at < bytes; at += 16) {
    let v = v128.load(raw + at);
    v = general ? applyGate(gate, v, layer.clip) : tanh(v);
    v128.store(raw + at, v);
    v128.store(h + at, v);
  }
}
