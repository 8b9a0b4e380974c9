import type { ModelEngine } from '../engine/engine.js';
import { MemoryLimitError } from '../errors.js';
import { badInput, describe, raise } from '../refuse.js';
import { arrayType, type Floats, lengthOf, plainFloats } from '../typed.js';

/** What a run may give, however small the memory limit is: that is of the WebAssembly memory, which long runs need little of. */
const ALWAYS = 64 * 1024 * 1024;

/**
 * Whether there may be so many numbers: those of a run's outputs, or of a trace, which no `out` of the caller's takes up.
 * @throws {MemoryLimitError} more bytes than the memory limit, and than 64 MiB.
 */
export function checkOutputs({ memoryLimit }: ModelEngine, lengths: readonly number[]): void {
  const bytes = lengths.reduce((sum, length) => sum + 4 * length, 0);
  const most = Math.max(ALWAYS, memoryLimit);
  if (bytes > most) tooLarge(bytes, `at most ${most} bytes`);
}

const tooLarge = (bytes: number, expected?: string): never =>
  raise(MemoryLimitError, 'output', 'the output of one run is too large', expected, `${bytes}`);

/** Room for so many numbers. @throws {MemoryLimitError} the runtime has none. */
export function newFloats(length: number): Floats {
  try {
    return new Float32Array(length);
  } catch {
    return tooLarge(4 * length);
  }
}

/** An output of the caller's, freed of what may hang on it, or a fresh one. @throws {InputError} */
export function outputFor(out: unknown, length: number): Float32Array {
  if (out === undefined) return newFloats(length);
  if (arrayType(out) !== 'Float32Array') badInput('out', 'wrong type', 'a Float32Array', describe(out));
  const got = lengthOf(out);
  if (got !== length) badInput('out', 'wrong length', `${length} numbers (the output)`, `${got}`);
  return plainFloats(out);
}
