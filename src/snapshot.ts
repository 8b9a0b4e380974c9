import type { ModelEngine } from './engine.js';
import { StateError } from './errors.js';
import { WordHash } from './fingerprint.js';

/**
 * A stream's state as bytes, little-endian:
 *
 *     0   4  "GWST"             16  4  batch
 *     4   4  version (1)        20  4  floats that follow
 *     8   8  model fingerprint  24  …  h, c (LSTM), last output of each layer, row by row
 *     …   8  hash of all the above
 *
 * The numbers are plain: bytes saved by one build or processor restore on another.
 */
const MAGIC = 0x54535747;
const VERSION = 1;
const HEADER = 24;
const TRAILER = 8;

type Owner = Pick<ModelEngine, 'arena' | 'cells' | 'slotBytes'>;

export function encodeState(
  engine: Owner,
  fingerprint: readonly [number, number],
  state: number,
  batch: number,
): Uint8Array {
  const floats = batch * floatsPerRow(engine);
  const bytes = new Uint8Array(HEADER + floats * 4 + TRAILER);
  const view = new DataView(bytes.buffer);
  setWords(view, 0, [MAGIC, VERSION, ...fingerprint, batch, floats]);
  let at = HEADER;
  eachFloat(engine, state, batch, (index) => {
    view.setFloat32(at, engine.arena.f32[index] as number, true);
    at += 4;
  });
  setWords(view, at, hashOf(bytes));
  return bytes;
}

/**
 * Puts saved bytes into a state.
 * @throws {StateError} not such bytes, truncated, corrupted, of another version, model or batch; nothing has changed then.
 */
export function decodeState(
  engine: Owner,
  fingerprint: readonly [number, number],
  state: number,
  batch: number,
  bytes: Uint8Array,
): void {
  const where = 'saved state';
  if (!(bytes instanceof Uint8Array))
    throw new StateError('not bytes', { where, expected: 'the Uint8Array that save() returned' });
  if (bytes.length < HEADER + TRAILER) {
    throw new StateError('truncated', {
      where,
      expected: `at least ${HEADER + TRAILER} bytes`,
      got: String(bytes.length),
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (index: number): number => view.getUint32(index * 4, true);
  const same = (index: number, expected: number, what: string): void => {
    if (word(index) !== expected)
      throw new StateError(what, { where, expected: String(expected), got: String(word(index)) });
  };
  same(0, MAGIC, 'not a saved state');
  same(1, VERSION, 'another version of the format');
  const length = HEADER + word(5) * 4 + TRAILER;
  if (bytes.length !== length)
    throw new StateError('wrong length', { where, expected: `${length} bytes`, got: String(bytes.length) });
  hashOf(bytes).forEach((expected, index) => {
    if (view.getUint32(length - TRAILER + index * 4, true) !== expected)
      throw new StateError('corrupted', { where, expected: 'the bytes as they were saved' });
  });
  if (word(2) !== fingerprint[0] || word(3) !== fingerprint[1]) {
    throw new StateError('of another model', { where, expected: hex(fingerprint), got: hex([word(2), word(3)]) });
  }
  same(4, batch, 'of another batch size');
  same(5, batch * floatsPerRow(engine), 'of another size');
  let at = HEADER;
  eachFloat(engine, state, batch, (index) => {
    engine.arena.f32[index] = view.getFloat32(at, true);
    at += 4;
  });
}

function floatsPerRow({ cells }: Owner): number {
  return cells.reduce(
    (sum, { outputLength, units, place }) => sum + 2 * outputLength + (place.c === undefined ? 0 : units),
    0,
  );
}

/** Calls with the float32 index of every number of the state, in the order of the format. */
function eachFloat({ cells, slotBytes }: Owner, state: number, batch: number, visit: (index: number) => void): void {
  for (let b = 0; b < batch; b++) {
    for (const { place, outputLength, units } of cells) {
      const parts = [
        [place.h, outputLength],
        ...(place.c === undefined ? [] : [[place.c, units]]),
        [place.y, outputLength],
      ];
      for (const [offset, n] of parts as [number, number][]) {
        const start = (state + b * slotBytes + offset) / 4;
        for (let i = 0; i < n; i++) visit(start + i);
      }
    }
  }
}

function setWords(view: DataView, at: number, words: readonly number[]): void {
  words.forEach((word, index) => {
    view.setUint32(at + index * 4, word, true);
  });
}

function hashOf(bytes: Uint8Array): [number, number] {
  const hash = new WordHash();
  hash.bytes(bytes.subarray(0, bytes.length - TRAILER));
  return hash.digest();
}

const hex = (words: readonly number[]): string => words.map((word) => word.toString(16).padStart(8, '0')).join('');
