import type { TensorSpec } from '../spec.js';

/** A rounding of float32 of the weight, one of the scale, and one of a factor that an importer multiplied in. */
const TOLERANCE = 2 ** -22;

/** Scales outside are not usable, or not exact. */
const [LEAST_SCALE, LARGEST_SCALE] = [2 ** -100, 2 ** 96];

/**
 * The scale of which all these weights are multiples already, by -128 to 127, as those of a file are that was quantised before: rounding
 * by another scale would lose what it keeps. It is the largest of them; where one gives the weights bit for bit, that one. Files whose
 * scales are no float32 (TensorFlow.js) give weights that are multiples within a rounding of float32, and so are these.
 *
 * @param to where the multiples go.
 * @returns undefined if there is none.
 */
export function scaleOf(row: Float32Array, to: Int8Array): number | undefined {
  let [low, high] = [0, 0];
  for (const weight of row) [low, high] = [Math.min(low, weight), Math.max(high, weight)];
  const most = Math.max(-low, high);
  if (most === 0) return 0;
  for (let steps = 1; steps <= 128; steps++) {
    // The 128th step is there on one side alone.
    const scale = steps === 128 && high === most ? -most / steps : most / steps;
    if (Math.abs(scale) > LARGEST_SCALE) continue;
    if (Math.abs(scale) < LEAST_SCALE) return undefined;
    if (areMultiples(row, scale)) return settled(row, scale, to);
  }
  return undefined;
}

/** Whether all weights `(outputs, …)` are such multiples, each output's of a scale of its own. */
export function isExact({ shape, data }: TensorSpec): boolean {
  const length = data.length / (shape[0] as number);
  const to = new Int8Array(length);
  for (let from = 0; from < data.length; from += length) {
    if (scaleOf(data.subarray(from, from + length), to) === undefined) return false;
  }
  return true;
}

function areMultiples(row: Float32Array, scale: number): boolean {
  for (const weight of row) {
    const q = Math.round(weight / scale);
    if (!(q <= 127 && Math.abs(q * scale - weight) <= TOLERANCE * Math.abs(weight))) return false;
  }
  return true;
}

/** The float32 scale that gives these weights, bit for bit if one does. */
function settled(row: Float32Array, scale: number, to: Int8Array): number {
  let [products, squares] = [0, 0];
  row.forEach((weight, j) => {
    const q = Math.round(weight / scale);
    to[j] = q;
    products += q * weight;
    squares += q * q;
  });
  // The weights were rounded: what they say of the scale is a step of float32 off at most.
  const fitted = Math.fround(products / squares);
  const candidates = [fitted, stepped(fitted, 1), stepped(fitted, -1)];
  return candidates.find((one) => row.every((weight, j) => Math.fround((to[j] as number) * one) === weight)) ?? fitted;
}

/** The float32 number after this one, or before it. */
function stepped(x: number, by: 1 | -1): number {
  const one = Float32Array.of(x);
  (new Int32Array(one.buffer)[0] as number) += by;
  return one[0] as number;
}

/** The multiple of a scale, within ±`most`, that is nearest to a weight. What is too small for a scale is zeros. */
export const nearest = (weight: number, scale: number, most: number): number =>
  scale === 0 ? 0 : Math.max(-most, Math.min(most, Math.round(weight / scale)));
