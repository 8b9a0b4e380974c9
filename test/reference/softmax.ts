import { mapRows, type Value } from './value.js';

/** `e^x / Σ e^x` over the features; the greatest x is taken off first, which changes nothing but overflow. */
export function softmax(x: Value): Value {
  return mapRows(x, x.features, (v) => {
    const most = v.reduce((a, b) => Math.max(a, b));
    const powers = v.map((a) => Math.exp(a - most));
    const total = powers.reduce((a, b) => a + b, 0);
    return powers.map((a) => a / total);
  });
}
