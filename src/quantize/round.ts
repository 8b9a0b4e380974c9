import { SpecError } from '../errors.js';
import type { Int8TensorSpec, TensorSpec } from '../spec.js';
import { compensated } from './compensate.js';
import type { Covariance } from './covariance.js';
import { scaleOf } from './integers.js';

/** -127 to 127: as many above zero as below it. */
const MOST = 127;

/** Scales up to here are usable, docs/int8.md. */
const LARGEST = MOST * 2 ** 96;

export interface Rounded {
  readonly tensor: Int8TensorSpec;
  /** Outputs whose weights are the same numbers as before. */
  readonly exact: number;
}

/**
 * Rounds weights `(outputs, …)` to int8, the largest magnitude of each output being ±127. Those that are integers times a scale already
 * keep both.
 * @param known what they multiply; each row is then rounded so that its sums change least. Default: each weight by itself.
 * @throws {SpecError} a weight that is not finite, or beyond 127 · 2^96.
 */
export function roundTensor(name: string, { shape, data }: TensorSpec, known?: Covariance): Rounded {
  const outputs = shape[0] as number;
  const length = data.length / outputs;
  const scales = new Float32Array(outputs);
  let exact = 0;
  const int8 = new Int8Array(data.length);
  const roundRow = (known && compensated(known)) ?? roundEach;
  for (let output = 0; output < outputs; output++) {
    let most = 0;
    for (let j = output * length; j < (output + 1) * length; j++) {
      const magnitude = Math.abs(data[j] as number);
      if (!(magnitude <= LARGEST)) {
        throw new SpecError('a weight that cannot be int8', {
          where: `tensor ${JSON.stringify(name)}, output ${output}`,
          expected: 'finite weights, at most 127 · 2^96',
          got: `${data[j]}`,
        });
      }
      most = Math.max(most, magnitude);
    }
    const [from, end] = [output * length, (output + 1) * length];
    const [row, to] = [data.subarray(from, end), int8.subarray(from, end)];
    const own = scaleOf(row, to);
    const scale = own ?? Math.fround(most / MOST);
    scales[output] = scale;
    if (own !== undefined) exact++;
    // What is too small for a scale is zeros.
    else if (scale !== 0) roundRow(row, scale, MOST, to);
  }
  return { tensor: { shape, data: int8, scales }, exact };
}

function roundEach(row: Float32Array, scale: number, most: number, to: Int8Array): void {
  row.forEach((weight, j) => {
    to[j] = Math.max(-most, Math.min(most, Math.round(weight / scale)));
  });
}
