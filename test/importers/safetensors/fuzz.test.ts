import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ImportError } from '../../../src/errors.js';
import { fromPyTorch } from '../../../src/importers/pytorch/index.js';
import { readSafetensors, writeSafetensors } from '../../../src/importers/safetensors/index.js';
import { entry, file, recurrentShapes, tensors } from '../files.js';

const config = { inputSize: 3, layers: [{ type: 'lstm', prefix: 'm', hiddenSize: 2, numLayers: 2 }] } as const;
const whole = writeSafetensors(tensors(recurrentShapes(4, 3, 2, { prefix: 'm.', layers: 2 })), { format: 'pt' });
const headerEnd = 8 + new DataView(whole.buffer).getUint32(0, true);

/** True if the read refused with an ImportError, false if it succeeded; any other exception fails the test. */
function refusedBy(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch (error) {
    expect(error).toBeInstanceOf(ImportError);
    return true;
  }
}

it('every truncation and every extension is refused', () => {
  for (let length = 0; length < whole.length; length++) {
    expect(
      refusedBy(() => readSafetensors(whole.slice(0, length))),
      `${length} bytes`,
    ).toBe(true);
  }
  expect(refusedBy(() => readSafetensors(new Uint8Array([...whole, 0])))).toBe(true);
  expect(refusedBy(() => readSafetensors(whole))).toBe(false);
});

it('flipped bits in the header are refused or read, never another exception', () => {
  const flips = fc.array(fc.tuple(fc.nat(headerEnd - 1), fc.nat(7)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(flips, (all) => {
      const bytes = whole.slice();
      for (const [at, bit] of all) bytes[at] = (bytes[at] as number) ^ (1 << bit);
      refusedBy(() => fromPyTorch(bytes, config));
    }),
    { numRuns: 3000 },
  );
});

it('any single flipped bit in the header length is refused', () => {
  for (let bit = 0; bit < 64; bit++) {
    const bytes = whole.slice();
    bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
    expect(
      refusedBy(() => readSafetensors(bytes)),
      `bit ${bit}`,
    ).toBe(true);
  }
});

it('arbitrary bytes are refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(refusedBy(() => readSafetensors(bytes))).toBe(true);
    }),
  );
});

it('arbitrary JSON as header is refused or read', () => {
  const odd = fc.oneof(fc.integer(), fc.double(), fc.string(), fc.constant(null), fc.jsonValue());
  const near = fc.record(
    {
      dtype: fc.oneof(fc.constantFrom('F32', 'F64', 'BF16', 'I64'), odd),
      shape: fc.oneof(fc.array(odd), odd),
      data_offsets: fc.oneof(fc.array(odd), odd),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.oneof(near, odd)), fc.nat(64), (header, data) => {
      refusedBy(() => readSafetensors(file(header, data)));
    }),
    { numRuns: 1000 },
  );
});

it('reads a layout exactly if it covers the data once', () => {
  const range = fc.tuple(fc.nat(12), fc.nat(6));
  fc.assert(
    fc.property(fc.array(range, { maxLength: 4 }), fc.nat(12), (ranges, words) => {
      const header = Object.fromEntries(
        ranges.map(([begin, count], index) => [`t${index}`, entry('F32', [count], 4 * begin, 4 * (begin + count))]),
      );
      // The obvious twin: a count per word; empty tensors must stand where no tensor is cut by them.
      const uses = new Array<number>(words).fill(0);
      let inside = true;
      for (const [begin, count] of ranges) {
        for (let word = begin; word < begin + count; word++) {
          if (word < words) uses[word] = (uses[word] as number) + 1;
          else inside = false;
        }
        const cuts = ranges.some(([b, n]) => count === 0 && b < begin && begin < b + n);
        if (cuts || begin > words) inside = false;
      }
      const covered = inside && uses.every((n) => n === 1);
      expect(refusedBy(() => readSafetensors(file(header, 4 * words)))).toBe(!covered);
    }),
    { numRuns: 5000 },
  );
});

it('reads any partition of the data, whatever the order of the names', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(5), { minLength: 1, maxLength: 8 }),
      fc.infiniteStream(fc.nat(1000)),
      (counts, order) => {
        let at = 0;
        const entries = counts.map((count, index) => {
          const begin = at;
          at += 4 * count;
          return [`t${index}`, entry('F32', [count], begin, at)] as const;
        });
        const shuffled = entries.map((pair) => [order.next().value ?? 0, pair] as const).sort((a, b) => a[0] - b[0]);
        const values = Float32Array.from({ length: at / 4 }, (_, index) => index);
        const bytes = file(Object.fromEntries(shuffled.map(([, pair]) => pair)), new Uint8Array(values.buffer));
        const { tensors: read } = readSafetensors(bytes);
        expect(counts.flatMap((_, index) => [...(read[`t${index}`]?.data ?? [])])).toEqual([...values]);
      },
    ),
  );
});
