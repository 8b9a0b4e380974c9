import { vectorsFor } from './arith';
import { applyGate, copyInputs, emit, Flag, isLive } from './cell';
import { EXP2, HIGH, LOW, ONE, ROUND, TWO_LOG2E } from './constants';
import { tanhWith } from './gates';
import { gemm } from './gemm';
import { withoutTiny } from './tiny';

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
  const flags = layer.flags;
  if (x) {
    const front = state - (<usize>inputs << 2);
    copyInputs(flags, x, xStride, front, stateStride, rows, inputs);
    gemm(front, stateStride, rows, layer.w, k, 0, k, groups, layer.bias, 0, raw, rawStride);
  } else if (!(flags & Flag.summed)) {
    gemm(state, stateStride, rows, layer.w, k, inputs, units, groups, raw, rawStride, raw, rawStride);
  }
  const bytes = <usize>groups << 4;
  for (let r = 0; r < rows; r++) {
    const y = state + bytes;
    if (!isLive(mask, maskStride, r)) emit(flags, false, state, y, bytes, out);
    else if (flags & Flag.general) {
      generalGate(layer, raw, state, bytes);
      emit(flags, true, state, y, bytes, out);
    } else {
      // h goes to its three places as it is made; where one is not wanted, to h once more.
      standardGate(raw, state, flags & Flag.keepsOutput ? y : state, out ? out : state, bytes);
    }
    raw += rawStride;
    state += stateStride;
    if (out) out += outStride;
  }
}

/** raw and h, and y and out which receive h too, `bytes` each. */
function standardGate(raw: usize, h: usize, y: usize, out: usize, bytes: usize): void {
  const low = LOW();
  const high = HIGH();
  const round = ROUND();
  const one = ONE();
  const twoLog2e = TWO_LOG2E();
  const p0 = EXP2(0);
  const p1 = EXP2(1);
  const p2 = EXP2(2);
  const p3 = EXP2(3);
  const p4 = EXP2(4);
  for (let at: usize = 0; at < bytes; at += 16) {
    const next = withoutTiny(tanhWith(v128.load(raw + at), low, high, round, one, twoLog2e, p0, p1, p2, p3, p4));
    v128.store(raw + at, next);
    v128.store(h + at, next);
    v128.store(y + at, next);
    v128.store(out + at, next);
  }
}

/** As `standardGate`, with any activation. */
function generalGate(layer: RnnLayer, raw: usize, h: usize, bytes: usize): void {
  const gate = changetype<usize>(layer) + ACTIVATION;
  for (let at: usize = 0; at < bytes; at += 16) {
    const next = withoutTiny(applyGate(gate, v128.load(raw + at), layer.clip));
    v128.store(raw + at, next);
    v128.store(h + at, next);
  }
}
