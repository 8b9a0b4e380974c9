import { SpecError } from '../errors.js';
import type { Int8TensorSpec, TensorSpec } from '../spec.js';
import { compensated } from './compensate.js';
import type { Covariance } from './covariance.js';

/** -127 to 127: as many above zero as below it. */
const MOST = 127;

/** Scales up to here are usable, docs/int8.md. */
const LARGEST = MOST * 2 ** 96;

/**
 * Rounds weights `(outputs, …)` to int8, the largest magnitude of each output being ±127.
 * @param known what they multiply; each row is then rounded so that its sums change least. Default: each weight by itself.
 * @throws {SpecError} a weight that is not finite, or beyond 127 · 2^96.
 */
export function roundTensor(name: string, { shape, data }: TensorSpec, known?: Covariance): Int8TensorSpec {
  const outputs = shape[0] as number;
  const length = data.length / outputs;
  const scales = new Float32Array(outputs);
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
    const scale = Math.fround(most / MOST);
    scales[output] = scale;
    // What is too small for a scale is zeros.
    if (scale === 0) continue;
    const [from, end] = [output * length, (output + 1) * length];
    roundRow(data.subarray(from, end), scale, MOST, int8.subarray(from, end));
  }
  return { shape, data: int8, scales };
}

function roundEach(row: Float32Array, scale: number, most: number, to: Int8Array): void {
  row.forEach((weight, j) => {
    to[j] = Math.max(-most, Math.min(most, Math.round(weight / scale)));
  });
}
