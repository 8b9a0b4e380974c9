import { describe, expect, it } from 'vitest';
import { ImportError, InputError } from '../../../src/errors.js';
import type { FileBytes } from '../../../src/importers/formats/bytes.js';
import { readSafetensors, toSafetensors, writeSafetensors } from '../../../src/importers/safetensors/index.js';
import type { ModelSpec } from '../../../src/index.js';
import { entry, file, tensors } from '../files.js';

const bytesOf = (...numbers: number[]) => new Uint8Array(numbers);
const one = (dtype: string, data: Uint8Array, count = 1) => file({ t: entry(dtype, [count], 0, data.length) }, data);
const first = (bytes: FileBytes, options = {}) => [...(readSafetensors(bytes, options).tensors.t?.data ?? [])];

describe('reading', () => {
  it('gives back what was written: shapes, bits, order, metadata', () => {
    const written = tensors({ 'a.weight': [3, 5], scalar: [], empty: [0, 4], 'ünïcode "quoted"': [7] });
    const bytes = writeSafetensors(written, { format: 'pt', note: 'a\nb' });
    const read = readSafetensors(bytes);
    expect(read.tensors).toEqual(written);
    expect(Object.keys(read.tensors)).toEqual(Object.keys(written));
    expect(read.metadata).toEqual({ format: 'pt', note: 'a\nb' });
    expect(read.dtypes).toEqual({ 'a.weight': 'F32', scalar: 'F32', empty: 'F32', 'ünïcode "quoted"': 'F32' });
    const headerLength = new DataView(bytes.buffer).getUint32(0, true);
    expect(headerLength % 8).toBe(0);
  });

  it('takes any view at any alignment, of private or shared memory, and keeps no hold of it', () => {
    const bytes = file({ t: entry('F32', [2], 0, 8) }, new Uint8Array(Float32Array.of(1.5, -2).buffer), { pad: ' ' });
    for (let shift = 0; shift < 8; shift++) {
      for (const memory of [new ArrayBuffer(bytes.length + 16), new SharedArrayBuffer(bytes.length + 16)]) {
        const at = new Uint8Array(memory, shift, bytes.length);
        at.set(bytes);
        const { tensors } = readSafetensors(at);
        expect(tensors.t?.data).toEqual(Float32Array.of(1.5, -2));
        at.fill(0);
        expect(tensors.t?.data).toEqual(Float32Array.of(1.5, -2));
      }
    }
    expect(first(bytes.buffer)).toEqual([1.5, -2]);
    expect(first(new DataView(bytes.buffer))).toEqual([1.5, -2]);
  });

  it('converts F64, F16 and BF16', () => {
    expect(first(one('F64', new Uint8Array(Float64Array.of(0.1, -Infinity, 1e-60).buffer), 3))).toEqual([
      Math.fround(0.1),
      -Infinity,
      0,
    ]);
    // 1, -2, the largest, the smallest normal and subnormal, the infinities: IEEE 754-2019 binary16.
    const half = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x83ff, 0x7c00, 0xfc00, 0x7e00, 0x3555);
    expect(first(one('F16', new Uint8Array(half.buffer), 10))).toEqual([
      1,
      -2,
      65504,
      2 ** -14,
      2 ** -24,
      -1023 * 2 ** -24,
      Infinity,
      -Infinity,
      NaN,
      0.333251953125,
    ]);
    const brain = Uint16Array.of(0x3f80, 0xc000, 0x3eab, 0x7f80, 0x0001);
    expect(first(one('BF16', new Uint8Array(brain.buffer), 5))).toEqual([1, -2, 0.333984375, Infinity, 2 ** -133]);
  });

  it('keeps NaN, infinities, negative zero and subnormals of F32', () => {
    const values = Float32Array.of(NaN, Infinity, -Infinity, -0, 2 ** -149, 1e30);
    expect(first(one('F32', new Uint8Array(values.buffer), 6))).toEqual([...values]);
  });

  it('converts integers when asked, and only those that float32 holds', () => {
    const integers = { integers: true };
    expect(first(one('I64', new Uint8Array(BigInt64Array.of(-3n, 2n ** 24n).buffer), 2), integers)).toEqual([
      -3,
      2 ** 24,
    ]);
    expect(first(one('U8', bytesOf(0, 255), 2), integers)).toEqual([0, 255]);
    expect(first(one('I16', new Uint8Array(Int16Array.of(-32768).buffer)), integers)).toEqual([-32768]);
    expect(first(one('BOOL', bytesOf(1, 0), 2), integers)).toEqual([1, 0]);
    for (const [dtype, array] of [
      ['I32', Int32Array.of(2 ** 24 + 1)],
      ['U64', BigUint64Array.of(2n ** 53n + 1n)],
      ['I64', BigInt64Array.of(2n ** 62n + 1n)],
    ] as const) {
      expect(() => first(one(dtype, new Uint8Array(array.buffer)), integers)).toThrow(/element 0 does not fit float32/);
    }
  });

  it('leaves out what it is told to, whatever its type', () => {
    const bytes = file(
      { n: entry('I64', [], 0, 8), f: entry('F8_E4M3', [3], 8, 11), t: entry('F32', [1], 11, 15) },
      15,
    );
    expect(Object.keys(readSafetensors(bytes, { skip: ['n', 'f'] }).tensors)).toEqual(['t']);
  });

  it('treats names of the prototype as names', () => {
    const bytes = file(
      '{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"constructor":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}',
      8,
    );
    const { tensors } = readSafetensors(bytes);
    expect(Object.keys(tensors)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(tensors)).toBe(null);
  });
});

const t = entry('F32', [2], 0, 8);
/** What is wrong → the whole message. */
const refused: [string, FileBytes, string, object?][] = [
  [
    'no bytes',
    'text' as unknown as FileBytes,
    'bytes: not the bytes of a file; expected an ArrayBuffer, or a view of one, got string',
  ],
  [
    'null',
    null as unknown as FileBytes,
    'bytes: not the bytes of a file; expected an ArrayBuffer, or a view of one, got null',
  ],
  ['an empty file', new Uint8Array(0), 'safetensors header: file too short; expected at least 8 bytes, got 0'],
  [
    'a header longer than the file',
    file('{}', 0, { length: 3n }),
    'safetensors header: length beyond the file; expected at most 2 bytes, got 3',
  ],
  [
    'a header length of 2^64 - 1',
    file('{}', 0, { length: 2n ** 64n - 1n }),
    'safetensors header: length beyond the file; expected at most 2 bytes, got 18446744073709551615',
  ],
  ['an empty header', file('', 4), 'safetensors header: not a JSON object; expected an object from its first byte on'],
  [
    'white space before the header',
    file(' {}'),
    'safetensors header: not a JSON object; expected an object from its first byte on',
  ],
  [
    'a byte order mark',
    file('\ufeff{}'),
    'safetensors header: not a JSON object; expected an object from its first byte on',
  ],
  ['a list', file('[]'), 'safetensors header: not a JSON object; expected an object from its first byte on'],
  [
    'another file format',
    new TextEncoder().encode('PK\u0003\u0004 and more'),
    'safetensors header: length beyond the file; expected at most ',
  ],
  ['broken JSON', file('{"t":'), 'safetensors header: not valid JSON; expected JSON, got '],
  ['text after the JSON', file('{} x'), 'safetensors header: not valid JSON; expected JSON, got '],
  [
    'bytes that are no UTF-8',
    file('{"\u00ff":1}').map((byte) => (byte === 0xc3 ? 0xff : byte)),
    'safetensors header: not valid text; expected UTF-8, got other bytes',
  ],
  [
    'the same tensor twice',
    file(
      '{"t":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"\\u0074" : {"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
      8,
    ),
    'safetensors header: the same key twice; expected every key once, got "t"',
  ],
  [
    'the same field twice',
    file('{"t":{"dtype":"F32","shape":[2],"shape":[1,2],"data_offsets":[0,8]}}', 8),
    'safetensors header: the same key twice; expected every key once, got "shape"',
  ],
  [
    'metadata of numbers',
    file({ __metadata__: { n: 1 } }),
    'safetensors __metadata__: "n" is not a text; expected an object of texts, got 1',
  ],
  [
    'metadata that is no object',
    file({ __metadata__: null }),
    'safetensors __metadata__: not an object; expected an object of texts, got null',
  ],
  [
    'an entry that is no object',
    file({ t: 3 }),
    'tensor "t": not described; expected {dtype, shape, data_offsets}, got 3',
  ],
  [
    'an unknown field',
    file({ t: { ...t, strides: [1] } }, 8),
    'tensor "t": not described; expected {dtype, shape, data_offsets}, got {dtype, shape, data_offsets, strides}',
  ],
  [
    'no dtype',
    file({ t: { ...t, dtype: undefined } }, 8),
    'tensor "t": not described; expected a text as dtype, sizes, and data_offsets begin <= end, got nothing, [2], [0, 8]',
  ],
  [
    'no shape',
    file({ t: { ...t, shape: undefined } }, 8),
    'tensor "t": not described; expected a text as dtype, sizes, and data_offsets begin <= end, got "F32", nothing, [0, 8]',
  ],
  [
    'a negative size',
    file({ t: { ...t, shape: [-2] } }, 8),
    'tensor "t": not described; expected a text as dtype, sizes, and data_offsets begin <= end, got "F32", [-2], [0, 8]',
  ],
  [
    'a fractional size',
    file({ t: { ...t, shape: [1.5] } }, 8),
    'tensor "t": not described; expected a text as dtype, sizes, and data_offsets begin <= end, got "F32", [1.5], [0, 8]',
  ],
  [
    'a size as text',
    file({ t: { ...t, shape: ['2'] } }, 8),
    'tensor "t": not described; expected a text as dtype, sizes, and data_offsets begin <= end, got "F32", ["2"], [0, 8]',
  ],
  [
    'sizes beyond counting',
    file({ t: { ...t, shape: [2 ** 40, 2 ** 40] } }, 8),
    'tensor "t": shape and data_offsets disagree; expected 1.2089258196146292e+24 elements, got "F32", [1099511627776, 1099511627776], [0, 8]',
  ],
  [
    'a shape that does not fit its bytes',
    file({ t: { ...t, shape: [3] } }, 8),
    'tensor "t": shape and data_offsets disagree; expected 3 elements, got "F32", [3], [0, 8]',
  ],
  [
    'three offsets',
    file({ t: { ...t, data_offsets: [0, 4, 8] } }, 8),
    'tensor "t": not described; expected a text as dtype, sizes, and data_offsets begin <= end, got "F32", [2], [0, 4, 8]',
  ],
  [
    'a negative offset',
    file({ t: { ...t, data_offsets: [-8, 0] } }, 8),
    'tensor "t": not described; expected a text as dtype, sizes, and data_offsets begin <= end, got "F32", [2], [-8, 0]',
  ],
  [
    'offsets that run backwards',
    file({ t: { ...t, data_offsets: [8, 0] } }, 8),
    'tensor "t": not described; expected a text as dtype, sizes, and data_offsets begin <= end, got "F32", [2], [8, 0]',
  ],
  ['data beyond the file', file({ t }, 7), 'tensor "t": data beyond the file; expected an end of at most 7, got 8'],
  ['bytes after the data', file({ t }, 9), 'safetensors data: bytes that belong to no tensor; expected 8 bytes, got 9'],
  ['bytes and no tensors', file({}, 1), 'safetensors data: bytes that belong to no tensor; expected 0 bytes, got 1'],
  [
    'a hole at the start',
    file({ t: entry('F32', [2], 4, 12) }, 12),
    'tensor "t": leaves a hole before it; expected data from byte 0, got 4',
  ],
  [
    'a hole',
    file({ t, u: entry('F32', [1], 12, 16) }, 16),
    'tensor "u": leaves a hole before it; expected data from byte 8, got 12',
  ],
  [
    'an overlap',
    file({ u: entry('F32', [2], 4, 12), t }, 12),
    'tensor "u": overlaps the tensor before it; expected data from byte 8, got 4',
  ],
  [
    'two tensors in one place',
    file({ t, u: t }, 8),
    'tensor "u": overlaps the tensor before it; expected data from byte 8, got 0',
  ],
  [
    'integers unasked',
    one('I64', new Uint8Array(8)),
    'tensor "t": a type that is not for weights; expected one of F64, F32, F16, BF16, got "I64"',
  ],
  [
    'an unknown type',
    one('F8_E4M3', new Uint8Array(1)),
    'tensor "t": a type that is not for weights; expected one of F64, F32, F16, BF16, got "F8_E4M3"',
  ],
  [
    'an unknown type, integers asked',
    one('C64', new Uint8Array(8)),
    'tensor "t": a type that is not for weights; expected one of F64, F32, F16, BF16, I64, U64, I32, U32, I16, U16, I8, U8, BOOL, got "C64"',
    { integers: true },
  ],
  [
    'a type of the prototype',
    one('constructor', new Uint8Array(8)),
    'tensor "t": a type that is not for weights; expected one of F64, F32, F16, BF16, got "constructor"',
  ],
  [
    'a number beyond float32',
    one('F64', new Uint8Array(Float64Array.of(1e300).buffer)),
    'tensor "t": element 0 does not fit float32; expected a value that float32 holds, got 1e+300 (F64)',
  ],
  [
    'an unknown tensor to leave out',
    file({ t }, 8),
    'tensor "v": to be left out, but not in the file; expected a tensor of the file',
    { skip: ['v'] },
  ],
];

describe('refusals', () => {
  it.each(refused)('%s', (_, bytes, message, options = {}) => {
    const read = () => readSafetensors(bytes, options);
    expect(read).toThrow(ImportError);
    expect(read).toThrow(message);
  });

  it('a header that nests or repeats without end costs an error, not the stack', () => {
    const deep = '['.repeat(200_000) + ']'.repeat(200_000);
    for (const header of [
      `{"t":${deep}}`,
      `{"t":{"dtype":"F32","shape":${deep},"data_offsets":[0,8]}}`,
      `{"t":"${'\\n'.repeat(2e6)}"}`,
    ]) {
      expect(() => readSafetensors(file(header, 8))).toThrow(ImportError);
    }
  });

  it('a lying shape is refused before anything of its size is allocated', () => {
    const before = process.memoryUsage().arrayBuffers;
    const lying = file({ t: entry('F32', [2 ** 34], 0, 2 ** 36) }, 8);
    expect(() => readSafetensors(lying)).toThrow('data beyond the file');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 24);
  });
});

describe('writing refuses', () => {
  const data = new Float32Array(6);
  it('a shape that does not fit its data', () => {
    expect(() => writeSafetensors({ t: { shape: [2, 2], data } })).toThrow(InputError);
    expect(() => writeSafetensors({ t: { shape: [2, 2], data } })).toThrow(
      'tensor "t": shape and data disagree; expected 4 numbers for shape [2, 2], got 6',
    );
  });
  it('the name of the metadata', () => {
    expect(() => writeSafetensors({ __metadata__: { shape: [6], data } })).toThrow(
      'tensor "__metadata__": a reserved name',
    );
  });
  it('what is no tensor, no shape or no metadata', () => {
    const write = writeSafetensors as (tensors: unknown, metadata?: unknown) => Uint8Array;
    for (const none of [undefined, null, 1, 'text', [], 10n])
      expect(() => write(none)).toThrow(none === undefined ? /^tensors: not an object/ : InputError);
    expect(() => write({}, null)).toThrow('metadata: not an object; expected an object, got null');
    for (const none of [undefined, null, 1, 'text', [], {}]) expect(() => write({ t: none })).toThrow(InputError);
    for (const shape of [undefined, null, 6, '6', [-2, -3], [6.5], [6n], ['6'], { length: 1 }])
      expect(() => write({ t: { shape, data } })).toThrow(/^tensor "t": a shape that cannot be; expected sizes, got /);
  });
});

describe('a spec is written as it is, or not', () => {
  const spec = (node: object): ModelSpec =>
    ({
      inputs: [{ name: 'x', features: 1 }],
      nodes: [{ name: 'y', inputs: ['x'], ...node }],
      outputs: ['y'],
      tensors: {},
    }) as unknown as ModelSpec;
  it.each([Number.NaN, Number.POSITIVE_INFINITY, 10n, () => 1, Symbol('s')])('%s', (value) => {
    expect(() => toSafetensors(spec({ type: 'masking', maskValue: value }))).toThrow(
      /^spec, "maskValue": cannot be written; expected what JSON has a word for, got /,
    );
  });
  it('a circle, and what is no spec', () => {
    const circle: { self?: object } = {};
    circle.self = circle;
    expect(() => toSafetensors(spec(circle))).toThrow(
      /^spec: cannot be written; expected what JSON has a word for, got /,
    );
    for (const none of [undefined, null, 1, 'text', [], 10n])
      expect(() => toSafetensors(none as unknown as ModelSpec)).toThrow(
        /^spec: not a model; expected a ModelSpec, got /,
      );
    expect(() => toSafetensors({} as ModelSpec)).toThrow('tensors: not an object; expected an object, got nothing');
  });
});
