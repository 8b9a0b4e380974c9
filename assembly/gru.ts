import { madd, rowBytes, vectorsFor } from './arith';
import { applyGate, copyInputs, emit, Flag, GATE_BYTES, isLive } from './cell';
import { EXP2, HIGH, LOW, MINUS_LOG2E, ONE, ROUND, TWO_LOG2E } from './constants';
import { sigmoid, sigmoidWith, tanh, tanhWith } from './gates';
import { gemm } from './gemm';
import { withoutTiny } from './tiny';

/**
 * Gated recurrent unit (Cho et al. 2014), with the reset gate after the recurrent product (cuDNN, PyTorch) or before:
 *
 *     r = σ(Wr·x + bir + Ur·h + bhr)        z = σ(Wz·x + biz + Uz·h + bhz)
 *     resetAfter:  n = tanh(Wn·x + bin + r∘(Un·h + bhn))
 *     otherwise:   n = tanh(Wn·x + bin + Un·(r∘h) + bhn)
 *     h' = (1 - z)∘n + z∘h
 *
 * x and h are two sums, added once: that is what the equations with resetAfter need, and what keeps the
 * bits the same when x's part was computed for the whole sequence.
 */

/** A layer as the kernel reads it: 19 fields of 4 bytes. groups = ceil(units/4). */
@unmanaged
export class GruLayer {
  inputs: i32;
  units: i32;
  /** Packed `[inputs][3·groups vectors]`, columns `[group][r4 z4 n4]`. */
  wIh: usize;
  /** `[group][r4 z4 n4]` */
  biasIh: usize;
  /** Packed `[units]`: resetAfter columns `[group][r4 z4 n4]`; otherwise `[group][r4 z4]`. */
  wHh: usize;
  /** In the columns of wHh. */
  biasHh: usize;
  /** Without resetAfter: packed `[units][groups vectors]`; otherwise 0. */
  wHn: usize;
  /** Without resetAfter: `[group][n4]`. */
  biasHn: usize;
  /** Bounds the input of every activation; 0: none. */
  clip: f32;
  flags: i32;
  // Three activations follow: r z n.
}

const ACTIVATIONS: usize = offsetof<GruLayer>();

/**
 * One timestep for `rows` rows; the parameters of `lstm`, except:
 *
 * @param raw x's part of the gates, `[group][r4 z4 n4]`; left holding the activated gates
 * @param scratch `[rows][4·groups vectors]`, h's part and r∘h; then `[rows][pad4(inputs)]`, x
 * @param state row 0's h `[pad4(units)]`; with `Flag.keepsOutput` y `[pad4(units)]` follows
 */
export function gru(
  layer: GruLayer,
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
  const flags = layer.flags;
  const after = flags & Flag.resetAfter;
  const bytes = <usize>groups << 4;
  if (x) {
    const front = scratch + <usize>rows * 4 * bytes;
    const frontStride = <usize>rowBytes(inputs);
    copyInputs(flags, x, xStride, front, frontStride, rows, inputs);
    gemm(front, frontStride, rows, layer.wIh, inputs, 0, inputs, 3 * groups, layer.biasIh, 0, raw, rawStride);
  }
  const summed = flags & Flag.summed;
  if (!summed) {
    gemm(
      state, stateStride, rows, layer.wHh, units, 0, units, (after ? 3 : 2) * groups,
      layer.biasHh, 0, scratch, 4 * bytes,
    );
  }
  for (let r = 0; r < rows; r++) {
    const y = state + bytes;
    if (!isLive(mask, maskStride, r)) emit(flags, false, state, y, bytes, out);
    else if (flags & Flag.general || !after) {
      if (after) generalGates(layer, raw, scratch, state, groups);
      else {
        const reset = scratch + 2 * bytes;
        const n = scratch + 3 * bytes;
        if (!summed) {
          resetState(layer, raw, scratch, state, reset, groups);
          gemm(reset, 0, 1, layer.wHn, units, 0, units, groups, layer.biasHn, 0, n, 0);
        }
        candidate(layer, raw, n, state, groups);
      }
      emit(flags, true, state, y, bytes, out);
    } else {
      // h goes to its three places as it is made; where one is not wanted, to h once more.
      standardGates(raw, scratch, state, flags & Flag.keepsOutput ? y : state, out ? out : state, groups);
    }
    raw += rawStride;
    scratch += 4 * bytes;
    state += stateStride;
    if (out) out += outStride;
  }
}

/**
 * raw and hidden `[groups][r4 z4 n4]`; h, and y and out which receive it too, `[groups·4]`; resetAfter. In two passes, as for the
 * LSTM: n has to wait for r.
 */
function standardGates(raw: usize, hidden: usize, h: usize, y: usize, out: usize, groups: i32): void {
  const low = LOW();
  const high = HIGH();
  const round = ROUND();
  const one = ONE();
  const minusLog2e = MINUS_LOG2E();
  const twoLog2e = TWO_LOG2E();
  const p0 = EXP2(0);
  const p1 = EXP2(1);
  const p2 = EXP2(2);
  const p3 = EXP2(3);
  const p4 = EXP2(4);
  const end = h + (<usize>groups << 4);
  let gate = raw;
  for (let at = h; at < end; at += 16) {
    let r = f32x4.add(v128.load(gate, 0), v128.load(hidden, 0));
    r = sigmoidWith(r, low, high, round, one, minusLog2e, p0, p1, p2, p3, p4);
    v128.store(gate, r, 0);
    v128.store(gate, madd(v128.load(gate, 32), r, v128.load(hidden, 32)), 32);
    const z = f32x4.add(v128.load(gate, 16), v128.load(hidden, 16));
    v128.store(gate, sigmoidWith(z, low, high, round, one, minusLog2e, p0, p1, p2, p3, p4), 16);
    gate += 48;
    hidden += 48;
  }
  while (h < end) {
    const n = tanhWith(v128.load(raw, 32), low, high, round, one, twoLog2e, p0, p1, p2, p3, p4);
    v128.store(raw, n, 32);
    const next = blend(v128.load(raw, 16), n, v128.load(h), one);
    v128.store(h, next);
    v128.store(y, next);
    v128.store(out, next);
    raw += 48;
    h += 16;
    y += 16;
    out += 16;
  }
}

/** As `standardGates`, with any activations. */
function generalGates(layer: GruLayer, raw: usize, hidden: usize, h: usize, groups: i32): void {
  const gates = changetype<usize>(layer) + ACTIVATIONS;
  const clip = layer.clip;
  const end = h + (<usize>groups << 4);
  while (h < end) {
    const r = applyGate(gates, f32x4.add(v128.load(raw, 0), v128.load(hidden, 0)), clip);
    const z = applyGate(gates + GATE_BYTES, f32x4.add(v128.load(raw, 16), v128.load(hidden, 16)), clip);
    const n = applyGate(gates + 2 * GATE_BYTES, madd(v128.load(raw, 32), r, v128.load(hidden, 32)), clip);
    v128.store(raw, r, 0);
    v128.store(raw, z, 16);
    v128.store(raw, n, 32);
    v128.store(h, blend(z, n, v128.load(h), ONE()));
    raw += 48;
    hidden += 48;
    h += 16;
  }
}

/**
 * What stands between the two products over h where the reset gate comes first, for whoever makes them in `gru`'s place
 * (`Flag.summed`): `resetState` of `rows` rows.
 */
export function gruReset(
  layer: GruLayer, raw: usize, rawStride: usize, scratch: usize, state: usize, stateStride: usize,
  rows: i32, mask: usize, maskStride: usize,
): void {
  const groups = vectorsFor(layer.units);
  const bytes = <usize>groups << 4;
  for (let r = 0; r < rows; r++) {
    if (isLive(mask, maskStride, r)) resetState(layer, raw, scratch, state, scratch + 2 * bytes, groups);
    raw += rawStride;
    scratch += 4 * bytes;
    state += stateStride;
  }
}

/** Reset before the product, first half: r and z into raw, r∘h into `reset` `[groups·4]`. hidden `[groups][r4 z4]`. */
function resetState(layer: GruLayer, raw: usize, hidden: usize, h: usize, reset: usize, groups: i32): void {
  const general = layer.flags & Flag.general;
  const gates = changetype<usize>(layer) + ACTIVATIONS;
  const end = h + (<usize>groups << 4);
  while (h < end) {
    let r = f32x4.add(v128.load(raw, 0), v128.load(hidden, 0));
    let z = f32x4.add(v128.load(raw, 16), v128.load(hidden, 16));
    r = general ? applyGate(gates, r, layer.clip) : sigmoid(r);
    z = general ? applyGate(gates + GATE_BYTES, z, layer.clip) : sigmoid(z);
    v128.store(raw, r, 0);
    v128.store(raw, z, 16);
    v128.store(reset, withoutTiny(f32x4.mul(r, v128.load(h))));
    raw += 48;
    hidden += 32;
    reset += 16;
    h += 16;
  }
}

/** Second half: n into raw, h' into h. hidden `[groups][n4]`. */
function candidate(layer: GruLayer, raw: usize, hidden: usize, h: usize, groups: i32): void {
  const general = layer.flags & Flag.general;
  const gates = changetype<usize>(layer) + ACTIVATIONS;
  const end = h + (<usize>groups << 4);
  while (h < end) {
    let n = f32x4.add(v128.load(raw, 32), v128.load(hidden));
    n = general ? applyGate(gates + 2 * GATE_BYTES, n, layer.clip) : tanh(n);
    v128.store(raw, n, 32);
    v128.store(h, blend(v128.load(raw, 16), n, v128.load(h), ONE()));
    raw += 48;
    hidden += 16;
    h += 16;
  }
}

/** (1 - z)∘n + z∘h */
// @ts-ignore: decorator
@inline
function blend(z: v128, n: v128, h: v128, one: v128): v128 {
  return withoutTiny(madd(f32x4.mul(f32x4.sub(one, z), n), z, h));
}
