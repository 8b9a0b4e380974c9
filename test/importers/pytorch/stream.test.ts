import { describe, expect, it } from 'vitest';
import { ImportError } from '../../../src/errors.js';
import { fromPyTorch, type PyTorchConfig } from '../../../src/importers/pytorch/index.js';
import { dict, float4, id, int, length, stream, tensor, text } from './pickles.js';

const weight = (one: string) => dict({ weight: one });
const config: PyTorchConfig = { inputSize: 2, layers: [{ type: 'linear', bias: false }] };
const read = (file: Uint8Array) => [...(fromPyTorch(file, config).tensors.weight?.data ?? [])];

describe('tensors', () => {
  it('a whole storage, part of one, and a transposed one', () => {
    expect(read(stream(weight(tensor(id('a')))))).toEqual([1, 2, 3, 4]);
    expect(read(stream(weight(tensor(id('a'), { strides: [1, 2] }))))).toEqual([1, 3, 2, 4]);
    const part = id('a', 'Float', 4, `(${text('b')}${int(2)}${int(2)}t`);
    expect(read(stream(weight(tensor(part, { shape: [1, 2], strides: [2, 1] }))))).toEqual([3, 4]);
  });

  it('a dict as Python 2 wrote it, with its items as an argument', () => {
    const items = `ccollections\nOrderedDict\n](${text('weight')}${tensor(id('a'))}\x86e\x85R`;
    expect(read(stream(items))).toEqual([1, 2, 3, 4]);
  });

  it('storages of the old name for memory of a GPU', () => {
    const cuda = id('a').replace('ctorch\nFloat', 'ctorch.cuda\nFloat');
    expect(read(stream(weight(tensor(cuda))))).toEqual([1, 2, 3, 4]);
  });
});

const large = String.fromCharCode(...new Uint8Array(Float64Array.of(1e300).buffer));
const odd = String.fromCharCode(...new Uint8Array(Int32Array.of(16777217).buffer));
const one = { shape: [1, 1], strides: [1, 1] };
const state = `storage "a": `;
/** What is wrong → the whole message. */
const refused: [string, Uint8Array, string][] = [
  [
    'a storage whose key comes with other numbers',
    stream(dict({ weight: tensor(id('a')), other: tensor(id('a', 'Float', 5)) })),
    `${state}described in two ways; expected one type and length`,
  ],
  [
    'a storage of two types',
    stream(dict({ weight: tensor(id('a')), other: tensor(id('a', 'Int')) })),
    `${state}described in two ways; expected one type and length`,
  ],
  [
    'a persistent id of another kind',
    stream(`${text('module')}Q`),
    "pickle: an unknown persistent id; expected ('storage', type, key, location, elements)",
  ],
  [
    'a part that ends behind its storage',
    stream(weight(tensor(id('a', 'Float', 4, `(${text('b')}${int(3)}${int(2)}t`)))),
    `${state}a part beyond it; expected (key, begin, elements) inside it`,
  ],
  ['a tensor of no storage', stream(weight(tensor('N'))), 'pickle: a tensor without a storage; expected a storage'],
  [
    'a negative offset',
    stream(weight(tensor(id('a'), { offset: -1 }))),
    `${state}not a tensor; expected an offset, a shape and its strides, got [-1, […], […]]`,
  ],
  [
    'strides of another rank',
    stream(weight(tensor(id('a'), { strides: [1] }))),
    `${state}not a tensor; expected an offset, a shape and its strides, got [0, […], […]]`,
  ],
  [
    'an offset beyond the storage',
    stream(weight(tensor(id('a'), { offset: 1 }))),
    `${state}a tensor larger than its storage; expected at most 4 elements, got offset 1, shape [2,2], strides [2,1]`,
  ],
  [
    'strides beyond the storage',
    stream(weight(tensor(id('a'), { strides: [3, 1] }))),
    `${state}a tensor larger than its storage; expected at most 4 elements, got offset 0, shape [2,2], strides [3,1]`,
  ],
  [
    'a shape that has no number of elements',
    stream(weight(tensor(id('a'), { shape: [2 ** 31 - 1, 2 ** 31 - 1], strides: [0, 0] }))),
    `${state}a tensor larger than its storage; expected at most 4 elements, got offset 0, shape [2147483647,2147483647], strides [0,0]`,
  ],
  [
    'a tensor without elements',
    stream(weight(tensor(id('a'), { shape: [0, 2] }))),
    'tensor "weight": not the shape that linear_0.weight has; expected (any, 2), got (0, 2)',
  ],
  [
    'a number beyond float32',
    stream(weight(tensor(id('a', 'Double', 1), one)), ['a'], length(1) + large),
    `${state}element 0 does not fit float32; expected a value that float32 holds, got 1e+300 (F64)`,
  ],
  [
    'an integer between two float32',
    stream(weight(tensor(id('a', 'Int', 1), one)), ['a'], length(1) + odd),
    `${state}element 0 does not fit float32; expected a value that float32 holds, got 16777217 (I32)`,
  ],
  [
    'a storage without bytes',
    stream(weight(tensor(id('a'))), [], ''),
    `${state}not its bytes; expected 16 bytes, got none`,
  ],
  [
    'bytes of an unknown storage',
    stream(weight(tensor(id('a'))), ['b']),
    'file: bytes of a storage that no tensor has; expected each storage once',
  ],
  [
    'bytes of a storage twice',
    stream(weight(tensor(id('a'))), ['a', 'a'], `${length(4)}${float4}`.repeat(2)),
    'file: bytes of a storage that no tensor has; expected each storage once',
  ],
  [
    'a storage longer than the file',
    stream(weight(tensor(id('a', 'Float', 2 ** 31 - 1)))),
    `${state}not its length; expected 2147483647, got 4`,
  ],
  [
    'a tensor without a name',
    stream(`}${int(1)}${tensor(id('a'))}s`),
    'file: a tensor without a name; expected a text as key',
  ],
  [
    'a dict of something else',
    stream('ccollections\nOrderedDict\nN\x85R'),
    'pickle: not items of a dict; expected a list of pairs',
  ],
];

describe('refusals', () => {
  it.each(refused)('%s', (_, file, message) => {
    const small: PyTorchConfig =
      message.includes('F64') || message.includes('I32') ? { ...config, inputSize: 1 } : config;
    let got: unknown;
    try {
      fromPyTorch(file, small);
    } catch (error) {
      got = error;
    }
    expect(got).toBeInstanceOf(ImportError);
    expect((got as Error).message).toBe(message);
  });

  it('views that make more numbers than the budget has bytes', () => {
    // A storage of 10,000 bytes seen from 1,000 offsets.
    const views = Array.from({ length: 64 }, (_, k) => [
      `l${k}.weight`,
      tensor(id('a', 'Byte', 10_064), { offset: k, shape: [100, 100], strides: [100, 1] }),
    ]);
    const data = `\x50\x27\0\0\0\0\0\0${'\x01'.repeat(10_064)}`;
    const layers = views.map((_, k) => ({ type: 'linear', prefix: `l${k}`, bias: false }) as const);
    const file = stream(dict(Object.fromEntries(views)), ['a'], data);
    // The storage, and each view in bytes and as float32; what else is in the pickle takes some tens of thousands.
    const read = (bytes: number) => fromPyTorch(file, { inputSize: 100, layers, limits: { bytes } }).nodes.length;
    expect(read(10_064 + 64 * 50_000 + 100_000)).toBe(64);
    expect(() => read(10_064 + 60 * 50_000)).toThrow(
      /^storage "a": too many bytes for a file of \d+ bytes; expected at most /,
    );
  });
});
