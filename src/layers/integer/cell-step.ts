import type { IntegerLstmConfig } from '../../spec.js';
import type { Arena } from '../../wasm/arena.js';
import { clamp, FACTOR, putFactor, rescale, roundShift, saturate, sigmoid, tanh } from './fixed-point.js';

/** Bits of an activated gate behind the point. */
const GATE_BITS = 15;
const GATE_STEP = 2 ** -GATE_BITS;

/** Places in the table of factors. */
const [INPUT, RECURRENT, PEEPHOLE, HIDDEN, PROJECTED] = [0, 4 * FACTOR, 8 * FACTOR, 11 * FACTOR, 12 * FACTOR];

/** What is left of a timestep once the sums of products are there. All places are indices of float32. */
export interface IntegerStep {
  /**
   * Gates, c' and o∘tanh(c') of all units.
   * @param raw sums over x, in place of which the activated gates are left, as fractions.
   * @param sums over h, laid out likewise.
   * @param c the cell's state, replaced.
   * @param made takes o∘tanh(c').
   */
  step(raw: number, sums: number, c: number, made: number): void;
  /** h' of the sums of its projection. */
  project(sums: number, h: number): void;
}

/** @param peephole index of the peepholes i f o; 0 for none. */
export function integerStep(config: IntegerLstmConfig, arena: Arena, peephole: number): IntegerStep {
  const { units, coupled = false, cellBits, cellClip = 32768, hidden, projected, projection = 0 } = config;
  const { low, high } = hidden;
  const factors = new Int32Array(13 * FACTOR);
  const put = (at: number, scales: readonly number[] = []): void =>
    scales.forEach((scale, i) => {
      putFactor(factors, at + i * FACTOR, scale);
    });
  put(INPUT, config.inputScales);
  put(RECURRENT, config.recurrentScales);
  put(PEEPHOLE, config.peepholeScales);
  put(HIDDEN, [hidden.scale]);
  put(PROJECTED, projected && [projected.scale]);
  const [productBits, integerBits] = [2 * GATE_BITS - cellBits, GATE_BITS - cellBits];

  return {
    step(raw, sums, c, made) {
      const { f32 } = arena;
      for (let unit = 0; unit < units; unit++) {
        const at = raw + 4 * unit - 3 * (unit & 3);
        if (!isUsable(f32, at, sums - raw, c + unit)) {
          f32[c + unit] = f32[made + unit] = NaN;
          continue;
        }
        const before = (f32[c + unit] as number) | 0;
        let input = 0;
        const own = peephole + unit;
        const over = sums + at - raw;
        let f = argument(f32, at + 4, over + 4, factors, FACTOR);
        if (peephole > 0) f = withPeephole(f, Math.imul(f32[own + units] as number, before), factors, FACTOR);
        f = sigmoid(f);
        if (coupled) input = 32767 - f;
        else {
          input = argument(f32, at, over, factors, 0);
          if (peephole > 0) input = withPeephole(input, Math.imul(f32[own] as number, before), factors, 0);
          input = sigmoid(input);
        }
        const g = tanh(argument(f32, at + 8, over + 8, factors, 2 * FACTOR), 3);
        const kept = roundShift(Math.imul(f, before), GATE_BITS);
        const cell = clamp(saturate(kept + roundShift(Math.imul(input, g), productBits)), -cellClip, cellClip);
        let o = argument(f32, at + 12, over + 12, factors, 3 * FACTOR);
        if (peephole > 0) o = withPeephole(o, Math.imul(f32[own + 2 * units] as number, cell), factors, 2 * FACTOR);
        o = sigmoid(o);
        f32[c + unit] = cell;
        f32[made + unit] = clamp(rescale(Math.imul(o, tanh(cell, integerBits)), factors, HIDDEN), low, high);
        f32[at] = input * GATE_STEP;
        f32[at + 4] = f * GATE_STEP;
        f32[at + 8] = g * GATE_STEP;
        f32[at + 12] = o * GATE_STEP;
      }
    },
    project(sums, h) {
      const { f32 } = arena;
      if (!projected) return;
      for (let i = 0; i < projection; i++) {
        const sum = f32[sums + i] as number;
        f32[h + i] = sum - sum === 0 ? clamp(rescale(sum | 0, factors, PROJECTED), projected.low, projected.high) : NaN;
      }
    },
  };
}

/** Whether all that a unit's gates are made of is finite. */
function isUsable(f32: Float32Array, at: number, over: number, c: number): boolean {
  let all = f32[c] as number;
  for (let gate = 0; gate < 16; gate += 4) all += (f32[at + gate] as number) + (f32[at + over + gate] as number);
  return all - all === 0;
}

/** What a gate is given, in steps of 2^-12: both sums, each rounded by itself and the whole cut off at 16 bits after each. */
function argument(f32: Float32Array, x: number, h: number, factors: Int32Array, gate: number): number {
  const ofX = saturate(rescale((f32[x] as number) | 0, factors, INPUT + gate));
  return saturate(ofX + rescale((f32[h] as number) | 0, factors, RECURRENT + gate));
}

const withPeephole = (sum: number, product: number, factors: Int32Array, gate: number): number =>
  saturate(sum + rescale(product, factors, PEEPHOLE + gate));
