// How TensorFlow Lite rounds what 8-bit weights are multiplied by: a row of float32 to whole numbers of 8 bits times a step of its own, worked out in the widths that
// its kernels have. Nothing here allocates.

const { fround } = Math;

/** Rounds `count` numbers from an index of float32, to another or in place. */
export type RoundRow = (f32: Float32Array, from: number, to: number, count: number) => void;

/** Adding and taking it off rounds a float32 below 2^22 to a whole number, halves to the even one. */
const WHOLE = 1.5 * 2 ** 23;

const LOW = -128;
const HIGH = 127;

/** To the nearest whole number, halves away from zero. */
const away = (x: number): number => (x < 0 ? Math.ceil(x - 0.5) : Math.floor(x + 0.5));

/** `SymmetricQuantizeFloats`: steps of the 127th part of the largest magnitude. */
const symmetric: RoundRow = (f32, from, to, count) => {
  let most = 0;
  for (let i = from; i < from + count; i++) most = Math.max(most, Math.abs(f32[i] as number));
  if (most === 0) {
    f32.copyWithin(to, from, from + count);
    return;
  }
  const step = fround(most / HIGH);
  const times = fround(HIGH / most);
  for (let i = 0; i < count; i++)
    f32[to + i] = Math.min(HIGH, Math.max(-HIGH, away(fround((f32[from + i] as number) * times)))) * step;
};

/** `AsymmetricQuantizeFloats`: steps of the 255th part of the range that the numbers and 0 span, 0 being a whole number of them. */
const asymmetric: RoundRow = (f32, from, to, count) => {
  let least = 0;
  let most = 0;
  for (let i = from; i < from + count; i++) {
    least = Math.min(least, f32[i] as number);
    most = Math.max(most, f32[i] as number);
  }
  if (least === most) {
    f32.copyWithin(to, from, from + count);
    return;
  }
  const exact = (most - least) / (HIGH - LOW);
  const nearer = -LOW - least / exact < HIGH + most / exact;
  const zero = Math.min(HIGH, Math.max(LOW, away(nearer ? LOW - least / exact : HIGH - most / exact)));
  const step = fround(exact);
  const times = fround(1 / step);
  for (let i = 0; i < count; i++) {
    const whole = away(fround(zero + fround((f32[from + i] as number) * times)));
    f32[to + i] = (Math.min(HIGH, Math.max(LOW, whole)) - zero) * step;
  }
};

/** XNNPACK's `xnn_f32_qd8_asymmetric_quantization_params`: the same range, in float32 throughout, halves to the even number. */
const xnnpack: RoundRow = (f32, from, to, count) => {
  let least = 0;
  let most = 0;
  for (let i = from; i < from + count; i++) {
    least = Math.min(least, f32[i] as number);
    most = Math.max(most, f32[i] as number);
  }
  const times = least === most ? 1 : fround((HIGH - LOW) / fround(most - least));
  const below = fround(least * times);
  const above = fround(most * times);
  const nearer = fround(fround(LOW + below) + fround(HIGH + above)) > 0;
  const place = Math.min(HIGH, Math.max(LOW, nearer ? fround(LOW - below) : fround(HIGH - above)));
  const zero = fround(fround(place + WHOLE) - WHOLE);
  const step = fround(1 / times);
  for (let i = 0; i < count; i++) {
    const whole = fround(fround(fround((f32[from + i] as number) * times) + WHOLE) - WHOLE);
    f32[to + i] = Math.min(HIGH - zero, Math.max(LOW - zero, whole)) * step;
  }
};

export const RULES = { symmetric, asymmetric, xnnpack } as const;
