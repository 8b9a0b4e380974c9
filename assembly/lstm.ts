import { madd, rowBytes, splat, vectorsFor } from './arith';
import { applyGate, bounded, copyInputs, emit, Flag, GATE_BYTES, isLive } from './cell';
import { EXP2, HIGH, LOW, MINUS_LOG2E, ONE, ROUND, TWO_LOG2E } from './constants';
import { sigmoidWith, tanhWith } from './gates';
import { gemm } from './gemm';
import { copyRowsWithoutTiny, withoutTiny } from './tiny';

/**
 * Long short-term memory (Hochreiter & Schmidhuber 1997; forget gate of Gers et al. 2000; peepholes of Gers &
 * Schmidhuber 2000; projection of Sak et al. 2014):
 *
 *     i = σ(Wi·x + Ui·h + bi [+ pi∘c])      f = σ(Wf·x + Uf·h + bf [+ pf∘c])  [f = 1 - i if coupled]
 *     g = tanh(Wg·x + Ug·h + bg)            c' = f∘c + i∘g                    [bounded to ±cellClip]
 *     o = σ(Wo·x + Uo·h + bo [+ po∘c'])     h' = o∘tanh(c')                   [h' = Wr·h' with a projection]
 */

/** A layer as the kernel reads it: 25 fields of 4 bytes, written by the memory's owner. */
@unmanaged
export class LstmLayer {
  inputs: i32;
  units: i32;
  /** Length of h: `units`, or the projection's. */
  recurrent: i32;
  /** Packed `[inputs + recurrent][4·groups vectors]`, groups = ceil(units/4), columns `[group][i4 f4 g4 o4]`. */
  w: usize;
  /** `[group][i4 f4 g4 o4]` */
  bias: usize;
  /** 0, or `[3][pad4(units)]` in the order i f o. */
  peephole: usize;
  /** 0, or packed `[units][ceil(recurrent/4) vectors]`. */
  projection: usize;
  /** Bounds the input of every activation, the one of c' included; 0: none. */
  clip: f32;
  /** Bounds c'; 0: none. */
  cellClip: f32;
  flags: i32;
  // Five activations follow: i f g o, and the one of c'.
}

/** Bytes of the fields before the activations. */
const ACTIVATIONS: usize = offsetof<LstmLayer>();

/**
 * One timestep for `rows` rows.
 *
 * @param x row 0 of the input, `inputs` floats at any multiple of 4; or 0 where `raw` holds bias + W·x already
 * @param raw row 0 of the gates, `[group][i4 f4 g4 o4]`; left holding the activated gates
 * @param scratch `[rows][pad4(units)]`, used with a projection only
 * @param state row 0's h `[pad4(recurrent)]`; c `[pad4(units)]` and with `Flag.keepsOutput` y `[pad4(recurrent)]` follow, and
 *   the `inputs` floats directly in front of h are the step's to write
 * @param mask 0, or row 0's byte: a row whose byte is 0 keeps its state
 * @param out 0, or row 0 of the output `[pad4(recurrent)]`
 */
export function lstm(
  layer: LstmLayer,
  x: usize, xStride: usize,
  raw: usize, rawStride: usize,
  scratch: usize,
  state: usize, stateStride: usize,
  rows: i32,
  mask: usize, maskStride: usize,
  out: usize, outStride: usize,
): void {
  const inputs = layer.inputs;
  const recurrent = layer.recurrent;
  const groups = vectorsFor(layer.units);
  const k = inputs + recurrent;
  const flags = layer.flags;
  if (x) {
    // x is put in front of h: one sum over [x h], one stream of weights.
    const front = state - (<usize>inputs << 2);
    copyInputs(flags, x, xStride, front, stateStride, rows, inputs);
    gemm(front, stateStride, rows, layer.w, k, 0, k, groups << 2, layer.bias, 0, raw, rawStride);
  } else if (!(flags & Flag.summed)) {
    gemm(state, stateStride, rows, layer.w, k, inputs, recurrent, groups << 2, raw, rawStride, raw, rawStride);
  }
  const projection = layer.projection;
  const hBytes = <usize>rowBytes(recurrent);
  const cBytes = <usize>groups << 4;
  for (let r = 0; r < rows; r++) {
    const c = state + hBytes;
    const y = c + cBytes;
    if (!isLive(mask, maskStride, r)) emit(flags, false, state, y, hBytes, out);
    else if (flags & Flag.general || projection) {
      const h = projection ? scratch : state;
      if (flags & Flag.general) generalGates(layer, raw, c, h, groups);
      else standardGates(raw, c, h, h, h, groups);
      if (projection) {
        gemm(scratch, 0, 1, projection, layer.units, 0, layer.units, vectorsFor(recurrent), 0, 0, state, 0);
        copyRowsWithoutTiny(state, 0, state, 0, 1, recurrent);
      }
      emit(flags, true, state, y, hBytes, out);
    } else {
      // h goes to its three places as it is made; where one is not wanted, to h once more.
      standardGates(raw, c, state, flags & Flag.keepsOutput ? y : state, out ? out : state, groups);
    }
    raw += rawStride;
    scratch += cBytes;
    state += stateStride;
    if (out) out += outStride;
  }
}

/**
 * raw `[groups][i4 f4 g4 o4]`; c and h, and y and out which receive h too, `[groups·4]`.
 *
 * In two passes, because tanh(c') has to wait for all before it: one pass would leave the processor, which looks ahead no further
 * than a group or two, waiting as well.
 */
function standardGates(raw: usize, c: usize, h: usize, y: usize, out: usize, groups: i32): void {
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
  const end = c + (<usize>groups << 4);
  let gate = raw;
  for (let at = c; at < end; at += 16) {
    const i = sigmoidWith(v128.load(gate, 0), low, high, round, one, minusLog2e, p0, p1, p2, p3, p4);
    const f = sigmoidWith(v128.load(gate, 16), low, high, round, one, minusLog2e, p0, p1, p2, p3, p4);
    const g = tanhWith(v128.load(gate, 32), low, high, round, one, twoLog2e, p0, p1, p2, p3, p4);
    const o = sigmoidWith(v128.load(gate, 48), low, high, round, one, minusLog2e, p0, p1, p2, p3, p4);
    const cell = withoutTiny(madd(f32x4.mul(f, v128.load(at)), i, g));
    v128.store(gate, i, 0);
    v128.store(gate, f, 16);
    v128.store(gate, g, 32);
    v128.store(gate, o, 48);
    v128.store(at, cell);
    gate += 64;
  }
  while (c < end) {
    const t = tanhWith(v128.load(c), low, high, round, one, twoLog2e, p0, p1, p2, p3, p4);
    const next = withoutTiny(f32x4.mul(v128.load(raw, 48), t));
    v128.store(h, next);
    v128.store(y, next);
    v128.store(out, next);
    raw += 64;
    c += 16;
    h += 16;
    y += 16;
    out += 16;
  }
}

/** As `standardGates`, with every option. */
function generalGates(layer: LstmLayer, raw: usize, c: usize, h: usize, groups: i32): void {
  const clip = layer.clip;
  const gates = changetype<usize>(layer) + ACTIVATIONS;
  const peephole = layer.peephole;
  const coupled = layer.flags & Flag.coupled;
  const bytes = <usize>groups << 4;
  for (let at: usize = 0; at < bytes; at += 16) {
    const before = v128.load(c + at);
    let i = v128.load(raw, 0);
    let f = v128.load(raw, 16);
    let o = v128.load(raw, 48);
    if (peephole) {
      i = madd(i, v128.load(peephole + at), before);
      f = madd(f, v128.load(peephole + bytes + at), before);
    }
    i = applyGate(gates, i, clip);
    f = coupled ? f32x4.sub(splat(1), i) : applyGate(gates + GATE_BYTES, f, clip);
    const g = applyGate(gates + 2 * GATE_BYTES, v128.load(raw, 32), clip);
    const cell = withoutTiny(bounded(madd(f32x4.mul(f, before), i, g), layer.cellClip));
    if (peephole) o = madd(o, v128.load(peephole + 2 * bytes + at), cell);
    o = applyGate(gates + 3 * GATE_BYTES, o, clip);
    v128.store(raw, i, 0);
    v128.store(raw, f, 16);
    v128.store(raw, g, 32);
    v128.store(raw, o, 48);
    v128.store(c + at, cell);
    // ONNX Runtime does not bound what the output's activation is given.
    v128.store(h + at, withoutTiny(f32x4.mul(o, applyGate(gates + 4 * GATE_BYTES, cell, 0))));
    raw += 64;
  }
}
