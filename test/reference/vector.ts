/**
 * The linear algebra of the twins: plain float64 vectors, one small function per operation, so that a
 * cell's code reads like its equation. Slow on purpose; nothing here is shared with the engine.
 */
export type Vector = Float64Array;
/** One row per output. */
export type Matrix = readonly Vector[];

/** Element `i` of anything that has one there; out of range is a mistake of the twin, never a zero. */
export function at(values: ArrayLike<number>, i: number): number {
  const value = values[i];
  if (value === undefined) throw new RangeError(`expected an index below ${values.length}, got ${i}`);
  return value;
}

export const zeros = (n: number): Vector => new Float64Array(n);

/** The sum of vectors of one length; those that a cell does not have are left out. */
export function sum(first: Vector, ...others: (Vector | undefined)[]): Vector {
  return others.reduce<Vector>((total, other) => (other ? zip(total, other, (a, b) => a + b) : total), first);
}

/** Elementwise (Hadamard) product, `a ∘ b`. */
export const times = (a: Vector, b: Vector): Vector => zip(a, b, (x, y) => x * y);

/** `1 - a` */
export const oneMinus = (a: Vector): Vector => a.map((x) => 1 - x);

/** `W · x` */
export function product(matrix: Matrix, x: Vector): Vector {
  const y = zeros(matrix.length);
  for (let i = 0; i < matrix.length; i++) y[i] = dot(matrix[i] as Vector, x);
  return y;
}

/** Every element bounded to [-bound, bound]; no bound, no change. NaN stays NaN. */
export const clip = (a: Vector, bound: number | undefined): Vector =>
  bound === undefined ? a : a.map((x) => Math.min(bound, Math.max(-bound, x)));

export function concat(...parts: readonly Vector[]): Vector {
  const whole = zeros(parts.reduce((length, part) => length + part.length, 0));
  let from = 0;
  for (const part of parts) {
    whole.set(part, from);
    from += part.length;
  }
  return whole;
}

function zip(a: Vector, b: Vector, f: (x: number, y: number) => number): Vector {
  sameLength(a, b);
  const y = zeros(a.length);
  for (let i = 0; i < a.length; i++) y[i] = f(a[i] as number, b[i] as number);
  return y;
}

function dot(a: Vector, b: Vector): number {
  sameLength(a, b);
  let total = 0;
  for (let i = 0; i < a.length; i++) total += (a[i] as number) * (b[i] as number);
  return total;
}

function sameLength(a: Vector, b: Vector): void {
  if (a.length !== b.length) throw new RangeError(`expected vectors of one length, got ${a.length} and ${b.length}`);
}
