import { create, toBinary } from '@bufbuild/protobuf';
import type { HostileFile } from '../little-heap.js';
import { float, floats, ints, model, node } from './build.js';
import { ModelSchema, type Node, OperatorSetIdSchema, type Tensor, TensorSchema } from './proto/onnx_pb.js';

// ONNX files made to keep a reader busy or to fill its memory, and large ones that are meant.

const spent = (what: string): RegExp =>
  new RegExp(`too many ${what} for a file of \\d+ bytes.*limits.${what} allows more`);
const repeat = (count: number, make: (i: number) => Node): Node[] => Array.from({ length: count }, (_, i) => make(i));
export const chain = (count: number, make: (from: string, to: string) => Node, first = 'X', last = 'Y'): Node[] =>
  repeat(count, (i) => make(i === 0 ? first : `v${i}`, i === count - 1 ? last : `v${i + 1}`));
/** The run's time as a number. */
export const time = [node('Shape', 'X', 's'), node('Gather', 's one', 't')];
const one = { one: ints([1], []) };

/** A field of bytes, `count` times, in a message in a message. */
function repeated(outer: readonly number[], inner: readonly number[], count: number): Uint8Array {
  const body = new Uint8Array(inner.length * count);
  for (let i = 0; i < count; i++) body.set(inner, i * inner.length);
  const wrap = (number: number, bytes: Uint8Array): Uint8Array => {
    const head = [(number << 3) | 2];
    for (let left = bytes.length; ; left >>>= 7) {
      head.push(left > 127 ? (left & 127) | 128 : left);
      if (left <= 127) break;
    }
    const out = new Uint8Array(head.length + bytes.length);
    out.set(head);
    out.set(bytes, head.length);
    return out;
  };
  const inside = [...outer].reverse().reduce<Uint8Array>((bytes, number) => wrap(number, bytes), body);
  const opset = toBinary(
    ModelSchema,
    create(ModelSchema, { opsetImport: [create(OperatorSetIdSchema, { version: 17n })] }),
  );
  const file = new Uint8Array(opset.length + inside.length);
  file.set(opset);
  file.set(inside, opset.length);
  return file;
}

const raw = (dims: readonly number[], dataType: number, rawData: Uint8Array): Tensor =>
  create(TensorSchema, { dims: dims.map(BigInt), dataType, rawData: rawData as Uint8Array<ArrayBuffer> });

export const int8 = (rows: number, columns: number): Tensor =>
  raw(
    [rows, columns],
    3,
    Uint8Array.from({ length: rows * columns }, (_, i) => i % 251),
  );

/** A product of two matrices of n by n, of which nothing in the file is as large. */
export const product = (n: number): Uint8Array =>
  model({
    nodes: [
      node('ConstantOfShape', 'd', 'c'),
      node('MatMul', 'c c', 'p'),
      node('ReduceSum', 'p', 'r', { keepdims: 0 }),
      node('Add', 'X r'),
    ],
    init: { d: ints([n, n]) },
  });

/** A layer of int8 weights with one scale. */
function quantised(rows: number, columns: number): Uint8Array {
  return model({
    nodes: [node('DequantizeLinear', 'W scale', 'w'), node('MatMul', 'X w', 'Y')],
    inputs: { X: { dims: ['batch', 'time', rows] } },
    init: { W: int8(rows, columns), scale: floats([], [0.01]) },
  });
}

const FILES: readonly { name: string; bytes: () => Uint8Array; says: RegExp | number }[] = [
  {
    name: 'a constant of 8192 by 8192 whole numbers',
    bytes: () =>
      model({
        nodes: [
          node('ConstantOfShape', 'd', 'c', { value: ints([1]) }),
          node('Gather', 'c zero', 'r'),
          node('Add', 'X r'),
        ],
        init: { d: ints([8192, 8192]), zero: ints([0], []) },
      }),
    says: spent('bytes'),
  },
  {
    name: 'a product of matrices of 1000 by 1000',
    bytes: () => product(1000),
    says: spent('operations'),
  },
  {
    name: 'a split into 2^31 parts',
    bytes: () => model({ nodes: [node('Split', 'X', 'Y', { axis: 2, num_outputs: 2 ** 31 })], opset: 18 }),
    says: /num_outputs are not its outputs; expected 1, got 2147483648/,
  },
  {
    name: 'a size squared 26 times',
    bytes: () =>
      model({
        nodes: [
          ...time,
          ...chain(26, (from, to) => node('Mul', `${from} ${from}`, to), 't', 'u'),
          node('Cast', 'u', 'f', { to: 1 }),
          node('Mul', 'X f'),
        ],
        init: one,
      }),
    says: /a size that is made of very many others; expected at most 64/,
  },
  {
    name: 'a size of 2^40 in a shape',
    bytes: () =>
      model({
        nodes: [node('Reshape', 'X d', 'r'), node('Tanh', 'r')],
        inputs: { X: { dims: ['batch', 'time', 2 ** 40] } },
        init: { d: ints([-1, 4]) },
      }),
    says: 3,
  },
  {
    name: 'a thousand sums of a million numbers',
    bytes: () =>
      model({
        nodes: [
          node('ConstantOfShape', 'd', 'c'),
          ...chain(1000, (from, to) => node('Add', `${from} c`, to), 'c', 'u'),
          node('ReduceSum', 'u', 'r', { keepdims: 0 }),
          node('Add', 'X r'),
        ],
        init: { d: ints([1_000_000]) },
      }),
    says: spent('bytes'),
  },
  { name: 'two million empty nodes', bytes: () => repeated([7], [0x0a, 0], 2_000_000), says: spent('bytes') },
  {
    name: 'two million empty attributes of a node',
    bytes: () => repeated([7, 1], [0x2a, 0], 2_000_000),
    says: spent('bytes'),
  },
  {
    name: 'two million fields that are not known',
    bytes: () => repeated([7], [0xfa, 0x01, 0], 1_300_000),
    says: /fields that are not honoured/,
  },
  {
    name: 'a name of a size of 200,000 letters',
    bytes: () => model({ nodes: [node('Tanh')], inputs: { X: { dims: ['ba'.repeat(100_000), 'time', 6] } } }),
    says: 2,
  },
  {
    name: 'a chain of 20,000 layers',
    bytes: () => model({ nodes: chain(20_000, (from, to) => node('Tanh', from, to)) }),
    says: 20_001,
  },
  {
    name: '2,000 inputs, added',
    bytes: () => {
      const inputs = Object.fromEntries(
        Array.from({ length: 2000 }, (_, i) => [`x${i}`, { dims: ['batch', 'time', 6] }]),
      );
      return model({ nodes: [node('Sum', Object.keys(inputs).join(' '))], inputs });
    },
    says: 1999,
  },
  {
    name: '1,000 inputs and 1,000 outputs',
    bytes: () => {
      const inputs = Object.fromEntries(
        Array.from({ length: 1000 }, (_, i) => [`x${i}`, { dims: ['batch', 'time', 6] }]),
      );
      const outputs = Array.from({ length: 1000 }, (_, i) => `y${i}`);
      return model({ nodes: repeat(1000, (i) => node('Tanh', `x${i}`, `y${i}`)), inputs, outputs });
    },
    says: 2000,
  },
  {
    name: 'an LSTM of 4 MB, five hundred times',
    bytes: () =>
      model({
        inputs: { X: { dims: ['time', 'batch', 2] } },
        init: { W: raw([1, 2000, 2], 1, new Uint8Array(16_000)), R: raw([1, 2000, 500], 1, new Uint8Array(4_000_000)) },
        nodes: repeat(500, (i) => node('LSTM', 'X W R', `v${i}`, { hidden_size: 500 })),
        outputs: Array.from({ length: 500 }, (_, i) => `v${i}`),
      }),
    // Each with the axis of directions that its output has.
    says: 1000,
  },
  {
    name: 'a product of 4 MB, by two thousand factors',
    bytes: () =>
      model({
        inputs: { X: { dims: ['batch', 2] } },
        init: { W: raw([2, 500_000], 1, new Uint8Array(4_000_000)) },
        nodes: repeat(2000, (i) => node('Gemm', 'X W', `v${i}`, { alpha: float(1.5 + i) })),
        outputs: Array.from({ length: 2000 }, (_, i) => `v${i}`),
      }),
    says: spent('bytes'),
  },
  {
    name: 'a bias of one number for half a million',
    bytes: () =>
      model({
        inputs: { X: { dims: ['batch', 2] } },
        init: { W: raw([2, 500_000], 1, new Uint8Array(4_000_000)), C: floats([1]) },
        nodes: repeat(2000, (i) => node('Gemm', 'X W C', `v${i}`)),
        outputs: Array.from({ length: 2000 }, (_, i) => `v${i}`),
      }),
    says: spent('bytes'),
  },
  {
    name: 'a constant of a million numbers, two thousand times',
    bytes: () =>
      model({
        inputs: { X: { dims: ['batch', 'time', 1_000_000] } },
        init: { C: raw([1, 1, 1_000_000], 1, new Uint8Array(4_000_000)) },
        nodes: repeat(2000, (i) => node('Add', 'X C', `v${i}`)),
        outputs: Array.from({ length: 2000 }, (_, i) => `v${i}`),
      }),
    says: 2000,
  },
  {
    name: 'fifty thousand products, each of its own weights',
    bytes: () =>
      model({
        inputs: { X: { dims: ['batch', 'time', 2] } },
        init: Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`w${i}`, floats([2, 2])])),
        nodes: repeat(50_000, (i) =>
          node('MatMul', `${i === 0 ? 'X' : `v${i}`} w${i}`, i === 49_999 ? 'Y' : `v${i + 1}`),
        ),
      }),
    says: 50_000,
  },
  { name: 'int8 weights of 40 MB', bytes: () => quantised(5000, 8000), says: 1 },
];

export const HOSTILE: readonly HostileFile[] = FILES.map(({ name, bytes, says }) => ({
  name,
  reader: 'onnx',
  files: () => [bytes()],
  says,
}));
