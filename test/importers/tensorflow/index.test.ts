import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/importers/tensorflow/crc32c.js';
import { readBundle } from '../../../src/importers/tensorflow/index.js';
import { refusal } from '../support.js';
import { entry, field, noRestarts, table, u32, varint } from './table.js';

// Checkpoint indices that no TensorFlow writes.

/** One float32 array of two numbers. */
const two = new Uint8Array(Float32Array.of(1.5, -2).buffer);
const described = (size: number, ...more: number[]) => [
  ...field(1, 1),
  ...field(2, field(2, field(1, 2))),
  ...field(5, size),
  ...[6 * 8 + 5, ...u32(crc32c(two.subarray(0, size)))],
  ...more,
];
const variables = (...entries: number[][]) => table([...entries.flat(), ...noRestarts]);

it('an index of one variable', () => {
  const [[name, array] = []] = [...readBundle(variables(entry('', field(1, 1)), entry('v', described(8))), [two])];
  expect([name, array?.shape, [...(array?.data ?? [])]]).toEqual(['v', [2], [1.5, -2]]);
});

it('variables of the same bytes: decoded once, looked at once each', () => {
  const index = variables(entry('a', described(8)), entry('b', described(8)));
  const read = (operations: number) => readBundle(index, [two], { limits: { operations } });
  const least = [...Array(1000).keys()].find((n) => refusal(() => read(n)) === 'nothing was thrown') as number;
  const arrays = read(least);
  expect(arrays.get('a')?.data).toBe(arrays.get('b')?.data);
  // Both blocks of the index, and the variables' 8 bytes each.
  expect(refusal(() => read(least - 1))).toMatch('variable "b": too many operations');
  expect(refusal(() => read(least - 9))).toMatch('variable "a": too many operations');
});

describe('refusals', () => {
  it('a variable twice', () => {
    const twice = variables(entry('a', described(8)), entry('a', described(8)));
    expect(refusal(() => readBundle(twice, [two]))).toBe('variable "a": a variable twice; expected every name once');
  });

  it('an index that is none', () => {
    for (const bytes of [new Uint8Array(0), new Uint8Array(60), variables().slice(1, -1)])
      expect(refusal(() => readBundle(bytes, [two]))).toBe(
        'index: not a checkpoint index; expected a LevelDB table, got other bytes',
      );
  });

  it('a block whose checksum does not fit', () => {
    const good = variables(entry('v', described(8)));
    expect(refusal(() => readBundle(good, [two]))).toBe('nothing was thrown');
    // Each byte of the data block, then of the block that lists it.
    const [data, list] = [0, good.length - 48 - 5 - 1].map((place) => {
      const bytes = good.slice();
      bytes[place] = (bytes[place] as number) ^ 1;
      return refusal(() => readBundle(bytes, [two]));
    });
    expect([data, list]).toEqual(Array(2).fill('index: a checksum that does not fit; expected undamaged bytes'));
  });

  it.each<[string, Uint8Array, string]>([
    [
      'a block of less than its trailer',
      table([1, 2, 3]),
      'index: a block too short; expected at least 4 bytes, got 3',
    ],
    ['restarts without room', table(u32(7)), 'index: restarts beyond the block; expected 4 bytes, got 7'],
    [
      'a block beyond the end',
      table([...noRestarts], { footer: [0, 0, ...varint(90), ...varint(900)] }),
      'index: a block beyond the end; expected 72 bytes, got 900 from 90 on',
    ],
    [
      'compression',
      table([...noRestarts], { compression: 1 }),
      'index: a compressed block; expected uncompressed, as TensorFlow writes them, got compression 1',
    ],
    [
      'a key that repeats what is not there',
      variables(entry('v', [], 3)),
      'index: a key that shares more than there is; expected 0, got 3',
    ],
    ['big-endian numbers', variables(entry('', field(2, 1))), 'index: big-endian numbers; expected little-endian'],
    [
      'a checkpoint of the first format',
      variables(entry('', field(1, field(1, 1)))),
      'index: a checkpoint of format V1; expected V2: an .index and its .data files, as tf.train.Saver writes since 1.0',
    ],
    ['another number of shards', variables(entry('', field(1, 2))), 'data: wrong number of shards; expected 2, got 1'],
    [
      'a variable in slices',
      variables(entry('v', described(8, ...field(7, [])))),
      'variable "v": saved in slices; expected whole variables',
    ],
    [
      'bytes that are not the shape',
      variables(entry('v', described(4))),
      'variable "v": wrong size; expected 8 bytes for (2), got 4',
    ],
    [
      'a shard that is not there',
      variables(entry('v', described(8, ...field(3, 1)))),
      'variable "v": a shard that is not given; expected shard 1, got 1 shards',
    ],
    [
      'bytes beyond the shard',
      variables(entry('v', described(8, ...field(4, 1)))),
      'variable "v": beyond the end of its shard; expected 8 bytes, got 8 from 1 on',
    ],
    ['a number cut short', table([0x80, ...noRestarts]), 'index: truncated; expected a number, got the end'],
    [
      'a number beyond exact ones',
      table([...Array(8).fill(0xff), 1, ...noRestarts]),
      'index: a number that cannot be; expected below 2^53, got 144115188075855870',
    ],
    [
      'a number without end',
      table([...Array(10).fill(0x80), ...noRestarts]),
      'index: a number that does not end; expected at most 10 bytes',
    ],
    ['a key cut short', table([0, 9, 0, 0x76, ...noRestarts]), 'index: truncated; expected 9 bytes, got 1'],
    ['a group in a message', variables(entry('v', [11])), 'index: not a message; expected a wire type, got 3'],
  ])('%s', (_, index, message) => {
    expect(refusal(() => readBundle(index, [two]))).toBe(message);
  });
});

it('counters and other integers are read when they are asked for, and then refused if float32 does not hold them', () => {
  const steps = new Uint8Array(BigInt64Array.of(2n ** 53n + 1n).buffer);
  const scalar = [...field(1, 9), ...field(5, 8), 6 * 8 + 5, ...u32(crc32c(steps))];
  const arrays = readBundle(variables(entry('global_step', scalar)), [steps]);
  expect(arrays.get('global_step')?.shape).toEqual([]);
  expect(refusal(() => arrays.get('global_step')?.data)).toBe(
    'variable "global_step": element 0 does not fit float32; expected a value that float32 holds, got 9007199254740993 (I64)',
  );
});
