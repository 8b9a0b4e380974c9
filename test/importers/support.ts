import { expect } from 'vitest';
import { ImportError } from '../../src/index.js';
import { uniform } from '../golden/prng.js';
import { expectNear } from '../support/bits.js';

/** Numbers that a generator kept as base64 of little-endian float32. */
export function floats(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** An input that a generator drew from a seed. */
export const drawn = ({ seed, shape }: { seed: number; shape: number[] }) => ({
  data: uniform(
    seed,
    shape.reduce((product, n) => product * n, 1),
    1,
  ),
  shape,
});

/** Within 1e-5, relative above 1. */
export function expectClose(got: ArrayLike<number>, wanted: ArrayLike<number>, tolerance = 1e-5): void {
  expectNear(got, wanted, tolerance);
}

/** The message of the ImportError that is thrown. */
export function refusal(read: () => unknown): string {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ImportError);
    return (error as Error).message;
  }
  return 'nothing was thrown';
}
