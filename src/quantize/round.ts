import { SpecError } from '../errors.js';
import { blockTerms } from '../layers/int8/index.js';
import type { Int8TensorSpec, TensorSpec } from '../spec.js';
import { compensated, type RoundRow } from './compensate.js';
import type { Covariance } from './covariance.js';
import { nearest, scaleOf } from './integers.js';

/** -127 to 127: as many above zero as below it. */
const MOST = 127;

/** Scales up to here are usable, docs/int8.md. */
const LARGEST = MOST * 2 ** 96;

export interface Rounded {
  readonly tensor: Int8TensorSpec;
  /** Outputs whose weights are the same numbers as before. */
  readonly exact: number;
}

export interface Rounding {
  /** What the weights multiply: each row is then rounded so that its sums change least. Default: each weight by itself. */
  readonly known?: Covariance | undefined;
  /** Most weights of an output that share a scale. Default: all. */
  readonly block?: number | undefined;
}

/**
 * Rounds weights `(outputs, …)` to int8, the largest magnitude of each output, or of each of its blocks, being ±127. Outputs that are
 * integers times a scale already keep both.
 * @throws {SpecError} a weight that is not finite, or beyond 127 · 2^96.
 */
export function roundTensor(name: string, { shape, data }: TensorSpec, { known, block }: Rounding = {}): Rounded {
  const outputs = shape[0] as number;
  const length = data.length / outputs;
  const terms = block === undefined ? length : blockTerms(length, Math.ceil(length / block));
  const blocks = Math.ceil(length / terms);
  const scales = new Float32Array(outputs * blocks);
  const int8 = new Int8Array(data.length);
  const roundRow = (known && compensated(known)) ?? roundEach;
  let exact = 0;
  for (let output = 0; output < outputs; output++) {
    const [from, end] = [output * length, (output + 1) * length];
    const [row, to] = [data.subarray(from, end), int8.subarray(from, end)];
    checkRow(row, `tensor ${JSON.stringify(name)}, output ${output}`);
    const own = scales.subarray(output * blocks, (output + 1) * blocks);
    if (isWhole(row, own, terms, to)) exact++;
    else {
      for (let i = 0; i < blocks; i++) own[i] = mostOf(row.subarray(i * terms, (i + 1) * terms)) / MOST;
      roundRow(row, own, terms, MOST, to);
    }
  }
  return { tensor: { shape, data: int8, scales }, exact };
}

/** Whether a row is of integers already, with a scale for each block; they and the scales are then set. */
function isWhole(row: Float32Array, scales: Float32Array, terms: number, to: Int8Array): boolean {
  for (let i = 0; i < scales.length; i++) {
    const scale = scaleOf(row.subarray(i * terms, (i + 1) * terms), to.subarray(i * terms, (i + 1) * terms));
    if (scale === undefined) return false;
    scales[i] = scale;
  }
  return true;
}

function checkRow(row: Float32Array, where: string): void {
  const bad = row.find((weight) => !(Math.abs(weight) <= LARGEST));
  if (bad === undefined) return;
  const expected = 'finite weights, at most 127 · 2^96';
  throw new SpecError('a weight that cannot be int8', { where, expected, got: `${bad}` });
}

const mostOf = (row: Float32Array): number => row.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);

const roundEach: RoundRow = (row, scales, terms, most, to) => {
  row.forEach((weight, j) => {
    to[j] = nearest(weight, scales[Math.floor(j / terms)] as number, most);
  });
};
