/** Operations on two numbers. */
export const OPERATION = {
  add: 0,
  subtract: 1,
  multiply: 2,
  divide: 3,
  maximum: 4,
  minimum: 5,
  power: 6,
  equal: 7,
  less: 8,
  less_equal: 9,
  greater: 10,
  greater_equal: 11,
} as const;

export type Operation = (typeof OPERATION)[keyof typeof OPERATION];

/**
 * `y[j] = operation(a[j·aStep], b[j·bStep]) / divisor` for j below `n`, each rounded to float32 once; a, b and y are indices into
 * memory. One loop with a switch inside: a function for each operation would box every number it is handed, and a step
 * allocates nothing.
 */
export function combineRow(
  f32: Float32Array,
  operation: Operation,
  a: number,
  aStep: number,
  b: number,
  bStep: number,
  y: number,
  n: number,
  divisor: number,
): void {
  // What stands between products comes first, in loops without a choice inside.
  if (divisor === 1 && operation === OPERATION.subtract) {
    for (let j = 0; j < n; j++) f32[y + j] = (f32[a + j * aStep] as number) - (f32[b + j * bStep] as number);
    return;
  }
  if (divisor === 1 && operation === OPERATION.multiply) {
    for (let j = 0; j < n; j++) f32[y + j] = (f32[a + j * aStep] as number) * (f32[b + j * bStep] as number);
    return;
  }
  for (let j = 0; j < n; j++) {
    const p = f32[a + j * aStep] as number;
    const q = f32[b + j * bStep] as number;
    let result = 0;
    switch (operation) {
      case OPERATION.add:
        result = p + q;
        break;
      case OPERATION.subtract:
        result = p - q;
        break;
      case OPERATION.multiply:
        result = p * q;
        break;
      case OPERATION.divide:
        result = p / q;
        break;
      case OPERATION.maximum:
        result = Math.max(p, q);
        break;
      case OPERATION.minimum:
        result = Math.min(p, q);
        break;
      case OPERATION.power:
        result = p ** q;
        break;
      case OPERATION.equal:
        result = p === q ? 1 : 0;
        break;
      case OPERATION.less:
        result = p < q ? 1 : 0;
        break;
      case OPERATION.less_equal:
        result = p <= q ? 1 : 0;
        break;
      case OPERATION.greater:
        result = p > q ? 1 : 0;
        break;
      case OPERATION.greater_equal:
        result = p >= q ? 1 : 0;
        break;
    }
    f32[y + j] = result / divisor;
  }
}
