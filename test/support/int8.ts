import type { Int8TensorSpec, ModelSpec, TensorSpec } from '../../src/index.js';

// The integer arithmetic once more, in plain float32 steps: what both builds of the kernels have to give, bit for bit.

const { fround } = Math;

/** Integers of 14 bits and their scale: `x ≈ scale · a`. */
export interface Quantised {
  readonly a: readonly number[];
  readonly scale: number;
}

/** Numbers below 2^-100 are lifted by 2^100 before they are divided by the largest. */
const SMALL = 2 ** -100;

/** To the nearest whole number, halves to the even one. */
function toEven(x: number): number {
  const below = Math.floor(x);
  const over = x - below;
  if (over !== 0.5) return Math.round(x);
  return below % 2 === 0 ? below : below + 1;
}

/** @param least the maximum that is taken where the numbers' own is below it. */
export function quantised(x: ArrayLike<number>, least = 0): Quantised {
  const row = Array.from(x, fround);
  if (row.some((value) => !Number.isFinite(value))) return { a: row.map(() => 0), scale: Number.NaN };
  const most = row.reduce((largest, value) => Math.max(largest, Math.abs(value)), least);
  const lift = most < SMALL ? 2 ** 100 : 1;
  const factor = most === 0 ? 0 : fround(8191 / fround(most * lift));
  return { a: row.map((value) => toEven(fround(fround(value * lift) * factor))), scale: fround(most / 8191) };
}

/** `init + Σ_j x[j]·data[output, from + j]·scale` for each output, in blocks of 2048 terms, or of fewer where an output has several scales. */
export function int8Product(
  { shape, data, scales }: Int8TensorSpec,
  x: ArrayLike<number>,
  init: ArrayLike<number>,
  { least = 0, from = 0 } = {},
): Float32Array {
  const outputs = shape[0] as number;
  const length = data.length / outputs;
  const { a, scale } = quantised(x, least);
  const blocks = scales.length / outputs;
  const block = blocks === 1 ? 2048 : 4 * Math.ceil(length / blocks / 4);
  return Float32Array.from({ length: outputs }, (_, output) => {
    let sum = init[output] as number;
    for (let start = 0; start < a.length; start += block) {
      let integer = 0;
      for (let j = start; j < Math.min(a.length, start + block); j++) {
        integer += (a[j] as number) * (data[output * length + from + j] as number);
      }
      sum = fround(
        sum +
          fround(
            fround(fround(integer) * (scales[output * blocks + (blocks === 1 ? 0 : start / block)] as number)) * scale,
          ),
      );
    }
    return sum;
  });
}

/** Rounded to -127…127 by each output's largest. */
function int8Tensor({ shape, data }: TensorSpec): Int8TensorSpec {
  const outputs = shape[0] as number;
  const length = data.length / outputs;
  const scales = new Float32Array(outputs);
  const int8 = new Int8Array(data.length);
  for (let output = 0; output < outputs; output++) {
    const row = data.subarray(output * length, (output + 1) * length);
    const scale = row.reduce((most, w) => Math.max(most, Math.abs(w)), 0) / 127;
    scales[output] = scale;
    row.forEach((w, j) => {
      int8[output * length + j] = scale === 0 ? 0 : Math.round(w / scale);
    });
  }
  return { shape, data: int8, scales };
}

const FIELDS = ['weightIh', 'weightHh', 'weight'];

/** The spec with the matrices of these nodes as int8; all nodes' by default. */
export function int8Spec(spec: ModelSpec, only?: readonly string[]): ModelSpec {
  const names = new Set<string>();
  for (const node of spec.nodes) {
    if (only && !only.includes(node.name)) continue;
    const parts = node.type === 'bidirectional' ? [node.forward, node.backward] : [node];
    for (const part of parts) {
      if (!('tensors' in part)) continue;
      for (const [field, name] of Object.entries(part.tensors as Record<string, string>)) {
        if (FIELDS.includes(field)) names.add(name);
      }
    }
  }
  const floats = Object.entries(spec.tensors).filter(([name]) => !names.has(name));
  const int8 = [...names].map((name) => [name, int8Tensor(spec.tensors[name] as TensorSpec)]);
  return { ...spec, tensors: Object.fromEntries(floats), int8: Object.fromEntries(int8) };
}
