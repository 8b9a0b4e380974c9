import { StateError } from '../errors.js';
import { describe, raise } from '../refuse.js';
import { copyBytes } from '../typed.js';
import { leastOf, readVector, type StateOwner, type StateVector, stateVectors, writeVector } from './access.js';
import { type Hash, hashWords, hex } from './hash.js';

/**
 * A stream's state as bytes, little-endian like the memory of WebAssembly:
 *
 *     0   4  "GWST"             16  4  batch
 *     4   4  version (2)        20  4  floats that follow
 *     8   8  model fingerprint  24  …  of each layer h, c (LSTM), last output: [batch][length]
 *     …   8  hash of all the above
 *
 * The numbers are plain: bytes saved by one build or processor restore on another.
 */
const MAGIC = 0x54535747;
const VERSION = 2;
const HEADER = 24;
const TRAILER = 8;

export function encodeState(owner: StateOwner, state: number, batch: number): Uint8Array {
  const { vectors, floats } = everything(owner, batch);
  const words = new Uint32Array((HEADER + TRAILER) / 4 + floats);
  words.set([MAGIC, VERSION, ...owner.fingerprint, batch, floats]);
  const numbers = new Float32Array(words.buffer, HEADER, floats);
  let start = 0;
  for (const vector of vectors) {
    readVector(owner, state, batch, vector, numbers, start);
    start += batch * vector.length;
  }
  const bytes = new Uint8Array(words.buffer);
  words.set(hashOf(bytes), words.length - TRAILER / 4);
  return bytes;
}

/**
 * Puts saved bytes into a state.
 * @throws {StateError} not such bytes, truncated, corrupted, of another version, model or batch; nothing has changed then.
 */
export function decodeState(owner: StateOwner, state: number, batch: number, given: Uint8Array | ArrayBuffer): void {
  const bytes = ownBytes(given);
  const { length } = bytes;
  if (length < HEADER + TRAILER) refuseBytes('truncated', `at least ${HEADER + TRAILER} bytes`, `${length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const word = (offset: number): number => view.getUint32(offset, true);
  const same = (offset: number, expected: number, message: string): void => {
    if (word(offset) !== expected) refuseBytes(message, `${expected}`, `${word(offset)}`);
  };
  same(0, MAGIC, 'not a saved state');
  same(4, VERSION, 'another version of the format');
  const expected = HEADER + word(20) * 4 + TRAILER;
  if (length !== expected) refuseBytes('wrong length', `${expected} bytes`, `${length}`);
  if (hex(hashOf(bytes)) !== hex([word(length - 8), word(length - 4)])) {
    refuseBytes('corrupted', 'the bytes as they were saved');
  }
  const saved = hex([word(8), word(12)]);
  const own = hex(owner.fingerprint);
  if (saved !== own) refuseBytes('of another model', own, saved);
  same(16, batch, 'of another batch size');
  const { floats } = everything(owner, batch);
  same(20, floats, 'of another size');
  const numbers = new Float32Array(bytes.buffer, HEADER, floats);
  let start = 0;
  for (const { place } of owner.holders) {
    for (const vector of stateVectors(place)) {
      writeVector(owner, state, batch, vector, numbers, leastOf(place), start);
      start += batch * vector.length;
    }
  }
}

/** A copy: of no others, and aligned. */
function ownBytes(given: unknown): Uint8Array<ArrayBuffer> {
  try {
    return copyBytes(given);
  } catch {
    return refuseBytes(
      'not bytes',
      'the Uint8Array that save() returned, or an ArrayBuffer of its bytes',
      describe(given),
    );
  }
}

function refuseBytes(message: string, expected: string, got?: string): never {
  raise(StateError, 'saved state', message, expected, got);
}

/** The whole state, in the order of the format. */
function everything({ holders }: StateOwner, batch: number): { vectors: readonly StateVector[]; floats: number } {
  const vectors = holders.flatMap(({ place }) => stateVectors(place));
  return { vectors, floats: vectors.reduce((sum, { length }) => sum + batch * length, 0) };
}

const hashOf = (bytes: Uint8Array): Hash => hashWords(bytes.subarray(0, -TRAILER));
