import { describe, expect, it } from 'vitest';
import { MOST_EXPANSION } from '../../../src/importers/formats/zip.js';
import { fromKeras } from '../../../src/importers/keras/index.js';
import { refusal } from '../support.js';
import { bytesOf, caseOf } from './cases.js';

// Datasets in chunks, told otherwise than they are: what is refused before anything is unpacked.

const packed = (): Uint8Array => bytesOf('keras-old', caseOf('keras-old', 'packed_lstm'));
const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

function places(bytes: Uint8Array, wanted: readonly number[]): number[] {
  const found: number[] = [];
  for (let i = 0; i + wanted.length <= bytes.length; i++)
    if (wanted.every((byte, k) => bytes[i + k] === byte)) found.push(i);
  return found;
}
/** Layouts of version 3 in chunks, with two axes: address, then the chunk's sizes. */
function chunked(bytes: Uint8Array, ...sizes: number[]): void {
  const all = places(bytes, [3, 2, 3]);
  expect(all.length).toBeGreaterThan(0);
  for (const layout of all) {
    for (const [axis, size] of sizes.entries()) viewOf(bytes).setUint32(layout + 11 + 4 * axis, size, true);
  }
}

describe('chunks of HDF5', () => {
  it('the file they are made of is good', () => {
    expect(refusal(() => fromKeras(packed()))).toBe('nothing was thrown');
  });

  it('another filter than deflate and shuffle', () => {
    const bytes = packed();
    // A filter: its number, the length of its name, flags, how many values; then the name.
    const name = [...new TextEncoder().encode('deflate')];
    const [at] = places(bytes, name);
    expect(at).toBeGreaterThan(0);
    for (const place of places(bytes, name)) viewOf(bytes).setUint16(place - 8, 4, true);
    expect(refusal(() => fromKeras(bytes))).toMatch(
      /a filter that is not honoured; expected deflate \(1\), shuffle \(2\), got 4/,
    );
  });

  it('chunks that together are far larger than their array', () => {
    const bytes = packed();
    chunked(bytes, 1, Math.floor((bytes.length * MOST_EXPANSION) / 4));
    expect(refusal(() => fromKeras(bytes))).toMatch(/more numbers than the file can hold; expected at most \d+ bytes/);
  });

  it('more chunks than there is room to list', () => {
    const bytes = packed();
    chunked(bytes, 1, 1);
    const shape = [...new Uint8Array(BigUint64Array.of(4n, 28n).buffer)];
    for (const place of places(bytes, shape)) {
      viewOf(bytes).setBigUint64(place, 1000n, true);
      viewOf(bytes).setBigUint64(place + 8, 1000n, true);
    }
    expect(refusal(() => fromKeras(bytes))).toMatch(
      new RegExp(
        `more numbers than the file can hold; expected at most ${bytes.length} bytes, got \\(1000, 1000\\) f4`,
      ),
    );
  });
});

const text = (value: string): number[] => [...new TextEncoder().encode(value)];

it.each(['keras2', 'keras3'] as const)('a layer of an .h5 file with more arrays than its config makes: %s', (file) => {
  const bytes = bytesOf(file, caseOf(file, 'lstm_sequences'));
  const all = places(bytes, text('"use_bias": true'));
  expect(all.length).toBeGreaterThan(0);
  for (const place of all) bytes.set(text('"use_bias":false'), place);
  expect(refusal(() => fromKeras(bytes))).toMatch(/layer "lstm_1": wrong number of weights; expected 2, got 3: .*bias/);
});

describe('layers that an .h5 file lists in another order', () => {
  it.each(['keras2', 'keras3'] as const)('%s', (file) => {
    const bytes = bytesOf(file, caseOf(file, 'lstm_sequences'));
    expect(refusal(() => fromKeras(bytes))).toBe('nothing was thrown');
    // Behind name (16 bytes), type and space (24 each): which text of a heap, 16 bytes for each.
    const [attribute] = places(bytes, text('layer_names')) as [number];
    const first = attribute + 16 + 24 + 24;
    bytes.set([...bytes.slice(first + 16, first + 32), ...bytes.slice(first, first + 16)], first);
    expect(refusal(() => fromKeras(bytes))).toBe(
      'file: layer_names in another order than the layers; expected lstm_1, lstm_2, got lstm_2, lstm_1',
    );
  });
});
