import { sigmoid, tanh } from '../../src/layers/integer/fixed-point.js';
import type { IntegerLstmConfig, IntegerScale, ModelSpec } from '../../src/spec.js';

/**
 * TensorFlow Lite's LSTM of whole numbers, one timestep, in whole numbers of any size: sums, and products that are rounded, are BigInts. σ and tanh of 16 bits
 * are the layer's own, which `test/engine/fixed-point.test.ts` holds to the real ones, and golden files to LiteRT's.
 */
export function integerLstmStep(
  config: IntegerLstmConfig,
  tensors: ModelSpec['tensors'],
  x: readonly number[],
  state: { readonly h: readonly number[]; readonly c: readonly number[] },
): { readonly h: number[]; readonly c: number[]; readonly gates: Record<string, number[]> } {
  const { units, cellBits, cellClip = 32768, coupled = false } = config;
  const names = config.tensors;
  const row = (name: string, at: number, width: number): number[] => [
    ...(tensors[name]?.data.subarray(at * width, (at + 1) * width) ?? []),
  ];
  const dot = (a: readonly number[], b: readonly number[]): bigint =>
    a.reduce((sum, n, i) => sum + BigInt(n) * BigInt(b[i] as number), 0n);
  const bias = (at: number): bigint =>
    [names.biasIh, names.biasHh].reduce((sum, name) => sum + (name ? BigInt(row(name, at, 1)[0] as number) : 0n), 0n);
  const argument = (gate: number, unit: number, c: number): number => {
    const at = gate * units + unit;
    const ofX = short(rescaled(dot(row(names.weightIh, at, x.length), x) + bias(at), config.inputScales[gate] ?? 0));
    const ofH = rescaled(dot(row(names.weightHh, at, state.h.length), state.h), config.recurrentScales[gate] ?? 0);
    const sum = short(ofX + ofH);
    if (!names.peephole || gate === 2) return sum;
    const place = Math.min(gate, 2);
    const [p = 0] = row(names.peephole, place * units + unit, 1);
    return short(sum + rescaled(BigInt(p) * BigInt(c), config.peepholeScales?.[place] ?? 0));
  };
  const gates: Record<string, number[]> = { i: [], f: [], g: [], o: [] };
  const c: number[] = [];
  const hidden = state.c.map((before, unit) => {
    const f = sigmoid(argument(1, unit, before));
    const i = coupled ? 32767 - f : sigmoid(argument(0, unit, before));
    const g = tanh(argument(2, unit, before), 3);
    const sum = short(nearest(f * before, 15) + nearest(i * g, 30 - cellBits));
    const now = Math.min(cellClip, Math.max(-cellClip, sum));
    const o = sigmoid(argument(3, unit, now));
    c.push(now);
    Object.entries({ i, f, g, o }).forEach(([name, value]) => {
      gates[name]?.push(value / 32768);
    });
    return within(rescaled(BigInt(o) * BigInt(tanh(now, 15 - cellBits)), config.hidden.scale), config.hidden);
  });
  const { projected } = config;
  if (!projected || !names.weightHr) return { h: hidden, c, gates };
  const weight = names.weightHr;
  const h = Array.from({ length: config.projection ?? 0 }, (_, i) =>
    within(rescaled(dot(row(weight, i, units), hidden), projected.scale), projected),
  );
  return { h, c, gates };
}

const short = (x: number): number => Math.min(32767, Math.max(-32768, x));
const within = (x: number, { low, high }: IntegerScale): number => Math.min(high, Math.max(low, x));

/** `x / 2^bits` to the nearest, halves away from zero. */
const nearest = (x: number, bits: number): number => Math.sign(x) * Math.floor(Math.abs(x) / 2 ** bits + 0.5) + 0;

/** x times a factor of 31 bits and a power of two: rounded to 31 bits fewer, halves up, and once more, halves away from zero. */
export function rescaled(x: bigint, factor: number): number {
  if (factor === 0) return 0;
  let shift = 0;
  let q = factor;
  for (; q >= 1; shift++) q /= 2;
  for (; q < 0.5; shift--) q *= 2;
  let whole = BigInt(Math.round(q * 2 ** 31));
  if (whole === 2n ** 31n) [whole, shift] = [2n ** 30n, shift + 1];
  if (shift < -31) return 0;
  const product = (x << BigInt(Math.max(0, shift))) * whole + 2n ** 30n;
  return nearest(Number(product >> 31n), Math.max(0, -shift));
}
