import { readFileSync } from 'node:fs';
import { gunzipSync, crc32 as reference } from 'node:zlib';
import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../../src/importers/formats/crc.js';
import { readZip } from '../../../src/importers/formats/zip.js';
import { fromKeras } from '../../../src/importers/keras/index.js';
import { fromPyTorch, type PyTorchConfig } from '../../../src/importers/pytorch/index.js';
import { Budget, type ImportLimits } from '../../../src/importers/shared/budget.js';
import { fromTensorFlow } from '../../../src/importers/tensorflow/index.js';
import { randomFloats } from '../../support/random.js';
import { refusal } from '../support.js';

const golden = (path: string): Uint8Array => readFileSync(new URL(`../../golden/${path}`, import.meta.url));
const zip = zipSync({ a: strToU8('hello hello hello hello hello hello'), 'b/c': [strToU8('stored'), { level: 0 }] });
const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** Where a signature stands for the n-th time. */
function find(bytes: Uint8Array, signature: number, n = 0): number {
  for (let at = 0, seen = 0; at + 4 <= bytes.length; at++)
    if (view(bytes).getUint32(at, true) === signature && seen++ === n) return at;
  throw new Error('no such record');
}
const [RECORD, END] = [0x02014b50, 0x06054b50];

/** A copy with numbers of 16 bits changed, at offsets behind the n-th record of a kind. */
function changed(signature: number, offset: number, value: number, n = 0, bytes: Uint8Array = zip): Uint8Array {
  const out = bytes.slice();
  view(out).setUint16(find(out, signature, n) + offset, value, true);
  return out;
}

/** Where the bytes of an entry stand in the archive. */
function dataOf(bytes: Uint8Array, name: string): { begin: number; size: number } {
  for (let n = 0; ; n++) {
    const record = find(bytes, RECORD, n);
    const v = view(bytes);
    const length = v.getUint16(record + 28, true);
    if (new TextDecoder().decode(bytes.slice(record + 46, record + 46 + length)) !== name) continue;
    const local = v.getUint32(record + 42, true);
    const begin = local + 30 + v.getUint16(local + 26, true) + v.getUint16(local + 28, true);
    return { begin, size: v.getUint32(record + 20, true) };
  }
}

describe('reading', () => {
  it('entries as another reader gives them, stored and deflated, folders left out', () => {
    const bytes = zipSync({ 'x/': new Uint8Array(), 'x/y': randomBytes(5000), z: [randomBytes(999), { level: 0 }] });
    const { 'x/': _, ...wanted } = unzipSync(bytes);
    expect(Object.fromEntries(readZip(bytes))).toEqual(wanted);
    expect([...readZip(bytes, { only: (name) => name === 'z' }).keys()]).toEqual(['z']);
  });

  it('a comment behind the directory, and bytes of shared memory', () => {
    const comment = strToU8('PK, says the comment');
    const bytes = new Uint8Array(new SharedArrayBuffer(zip.length + comment.length));
    bytes.set(zip);
    bytes.set(comment, zip.length);
    view(bytes).setUint16(find(bytes, END) + 20, comment.length, true);
    expect([...readZip(bytes).keys()]).toEqual(['a', 'b/c']);
  });

  it('an archive whose checks are all zero, as PyTorch writes it when told not to compute them; but not one of them', () => {
    const without = (...records: number[]) =>
      records.reduce<Uint8Array>((bytes, n) => changed(RECORD, 16, 0, n, changed(RECORD, 18, 0, n, bytes)), zip);
    expect(readZip(without(0, 1))).toEqual(readZip(zip));
    expect(refusal(() => readZip(without(1)))).toBe(
      'zip entry "b/c": a damaged zip archive; expected 6 bytes with the CRC-32 0, got other bytes',
    );
  });

  it('its checks of bytes are those of zlib, at every length and alignment', () => {
    const bytes = randomBytes(300);
    for (let begin = 0; begin < 5; begin++)
      for (let end = begin; end < 40; end++)
        expect(crc32(bytes.subarray(begin, end))).toBe(reference(bytes.subarray(begin, end)));
    expect(crc32(bytes)).toBe(reference(bytes));
  });
});

function randomBytes(length: number) {
  return Uint8Array.from(randomFloats(length, length), (x) => x * 256);
}

describe('refusals', () => {
  const damaged = (bytes: Uint8Array) => refusal(() => readZip(bytes));
  it.each<[string, Uint8Array, string]>([
    ['other bytes', strToU8('not a zip'), 'file: not a zip archive; expected PK\\x03\\x04, got other bytes'],
    ['no directory', zip.slice(0, -23), 'file: a damaged zip archive; expected a directory at its end, got none'],
    [
      'a directory elsewhere',
      changed(END, 16, 3),
      'file: a damaged zip archive; expected a record at byte 3, got other bytes',
    ],
    [
      'more records than there are',
      changed(END, 10, 3),
      `file: a damaged zip archive; expected a record at byte ${find(zip, END)}, got other bytes`,
    ],
    [
      'an entry twice',
      // The second record's name is cut to one byte, which becomes that of the first.
      changed(RECORD, 46, 0x61, 1, changed(RECORD, 28, 1, 1, changed(RECORD, 30, 2, 1))),
      'zip entry "a": an entry twice; expected every name once',
    ],
    [
      'encryption',
      changed(RECORD, 8, 1),
      'zip entry "a": packed in another way; expected stored or deflated, not encrypted, got method 8, flags 1',
    ],
    [
      'another method',
      changed(RECORD, 10, 12),
      'zip entry "a": packed in another way; expected stored or deflated, not encrypted, got method 12, flags 0',
    ],
    [
      'an entry elsewhere',
      changed(RECORD, 42, 1),
      'zip entry "a": a damaged zip archive; expected an entry at byte 1, got other bytes',
    ],
    [
      'more bytes than declared',
      changed(RECORD, 24, 5),
      /^zip entry "a": a damaged zip archive; expected 5 bytes with the CRC-32 \w+, got other bytes$/.source,
    ],
    [
      'bytes that do not unpack',
      Uint8Array.from(zip, (byte, at) => (at === dataOf(zip, 'a').begin ? 0xff : byte)),
      /^zip entry "a": a damaged zip archive; expected 35 bytes with the CRC-32 \w+, got other bytes$/.source,
    ],
    [
      'a size that cannot be',
      changed(RECORD, 26, 9000),
      /^zip entry "a": a size that cannot be; expected at most \d+ packed bytes, got \d+ packed, \d+ unpacked$/.source,
    ],
  ])('%s', (_, bytes, message) => {
    if (message.startsWith('^')) expect(damaged(bytes)).toMatch(new RegExp(message));
    else expect(damaged(bytes)).toBe(message);
  });

  it('more than the budget, over all entries: bytes that are made, operations on all of them', () => {
    const read = (limits: ImportLimits) => readZip(zip, { budget: new Budget(zip.length, limits) }).size;
    expect(read({ bytes: 35, operations: 41 })).toBe(2);
    expect(refusal(() => read({ bytes: 34 }))).toBe(
      `zip entry "a": too many bytes for a file of ${zip.length} bytes; expected at most 34 in all; limits.bytes allows more, got 35`,
    );
    expect(refusal(() => read({ operations: 40 }))).toMatch('zip entry "b/c": too many operations');
  });

  it('entries of the same bytes: unpacked once, counted each', () => {
    const twice = zipSync({ a: new Uint8Array(1000), b: new Uint8Array(1000) });
    const shared = changed(RECORD, 42, view(twice).getUint16(find(twice, RECORD) + 42, true), 1, twice);
    const read = (bytes: number) => readZip(shared, { budget: new Budget(0, { bytes }) });
    const entries = read(2000);
    expect(entries.get('b')).toBe(entries.get('a'));
    expect(refusal(() => read(1999))).toMatch('zip entry "b": too many bytes');
  });

  it('every truncation and every flipped bit, or nothing has changed', () => {
    const wanted = readZip(zip);
    for (let length = 0; length < zip.length; length++) damaged(zip.slice(0, length));
    for (let bit = 0; bit < zip.length * 8; bit++) {
      const bytes = zip.slice();
      bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
      let entries = wanted;
      const message = refusal(() => {
        entries = readZip(bytes);
      });
      // A name or time may have changed, or an entry become a folder; what is read is what was written.
      if (message === 'nothing was thrown')
        for (const data of entries.values()) expect([...wanted.values()]).toContainEqual(data);
    }
  });
});

describe('one flipped bit of a weight is refused', () => {
  const flipped = (bytes: Uint8Array, name: string, bit: number) => {
    const { begin, size } = dataOf(bytes, name);
    const out = bytes.slice();
    const at = begin + ((bit >> 3) % size);
    out[at] = (out[at] as number) ^ (1 << (bit & 7));
    return out;
  };

  it('.pt, stored as PyTorch does, or deflated', () => {
    const stored = new Uint8Array(golden('pytorch-files/checkpoint.pt'));
    const config: PyTorchConfig = { inputSize: 2, layers: [{ type: 'gru', hiddenSize: 3 }] };
    const wanted = fromPyTorch(stored, config);
    const name = 'checkpoint/data/0';
    for (const bytes of [stored, zipSync(unzipSync(stored))]) {
      expect(fromPyTorch(bytes, config)).toEqual(wanted);
      let refused = 0;
      const { size } = dataOf(bytes, name);
      for (let bit = 0; bit < 8 * size; bit++) {
        const message = refusal(() => expect(fromPyTorch(flipped(bytes, name, bit), config)).toEqual(wanted));
        // Deflate ends with up to seven bits that mean nothing.
        if (message === 'nothing was thrown') continue;
        expect(message).toMatch(
          /^zip entry "checkpoint\/data\/0": a damaged zip archive; expected \d+ bytes with the CRC-32 \w+, got other bytes$/,
        );
        refused++;
      }
      expect(refused).toBeGreaterThan(8 * size - (bytes === stored ? 1 : 8));
    }
  });

  it('.keras', () => {
    const one = JSON.parse(golden('keras-files/keras3.json').toString()).find(
      ({ format }: { format: string }) => format === 'keras',
    );
    const bytes = gunzipSync(golden('keras-files/keras3.bin').subarray(one.at, one.at + one.bytes));
    expect(refusal(() => fromKeras(bytes))).toBe('nothing was thrown');
    const { size } = dataOf(bytes, 'model.weights.h5');
    for (const bit of [0, 1000, 8 * size - 9])
      expect(refusal(() => fromKeras(flipped(bytes, 'model.weights.h5', bit)))).toMatch(
        /^zip entry "model.weights.h5": a damaged zip archive; expected \d+ bytes with the CRC-32 \w+, got other bytes$/,
      );
  });

  it('.npz', () => {
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 2), }\n";
    const npy = Uint8Array.from([
      0x93,
      ...strToU8('NUMPY\x01\0'),
      header.length,
      0,
      ...strToU8(header),
      ...new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer),
    ]);
    const npz = zipSync({ 'd/kernel.npy': [npy, { level: 0 }] });
    const read = (bytes: Uint8Array) =>
      refusal(() =>
        fromTensorFlow(
          { npz: bytes },
          { inputSize: 2, layers: [{ type: 'dense', prefix: 'd', units: 2, bias: false }] },
        ),
      );
    expect(read(npz)).toBe('nothing was thrown');
    for (let byte = 1; byte <= 16; byte++)
      expect(read(flipped(npz, 'd/kernel.npy', 8 * (npy.length - byte) + (byte & 7)))).toMatch(
        /^zip entry "d\/kernel.npy": a damaged zip archive; expected \d+ bytes with the CRC-32 \w+, got other bytes$/,
      );
  });
});
