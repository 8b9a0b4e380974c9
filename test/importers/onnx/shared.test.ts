import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { fromOnnx, type OnnxOptions } from '../../../src/importers/onnx/index.js';
import { refusal } from '../support.js';
import { float, floats, model, node, type Parts } from './build.js';
import { StringStringEntrySchema, type Tensor, TensorSchema, TypeSchema } from './proto/onnx_pb.js';

// Numbers that many nodes share, or that several readings of the file's axes ask for, are made once.

const read = (parts: Parts, options: OnnxOptions = {}) => fromOnnx(model(parts), options);
/** A chain of nodes of one kind, the last of which makes Y. */
const chain = (count: number, make: (from: string, to: string) => ReturnType<typeof node>) =>
  Array.from({ length: count }, (_, k) => make(k === 0 ? 'X' : `v${k - 1}`, k === count - 1 ? 'Y' : `v${k}`));
const dataOf = (spec: ReturnType<typeof read>): Set<unknown> =>
  new Set(Object.values(spec.tensors).map(({ data }) => data));
const SQUARE = { inputs: { X: { dims: ['batch', 'time', 64] } }, init: { W: floats([64, 64]) } };
/** Bytes of W. */
const BYTES = 4 * 64 * 64;

/** What it takes of the budget, in bytes. */
function bytesOf(parts: Parts, options: OnnxOptions = {}): number {
  let [least, most] = [0, 2 ** 26];
  while (least < most) {
    const bytes = Math.floor((least + most) / 2);
    if (refusal(() => read(parts, { ...options, limits: { bytes } })) === 'nothing was thrown') most = bytes;
    else least = bytes + 1;
  }
  return least;
}
/** What a node more takes, which is far less than the weights that it shares. */
function perNode(of: (count: number) => Parts, options: OnnxOptions = {}): number {
  return (bytesOf(of(20), options) - bytesOf(of(4), options)) / 16;
}

describe('weights that nodes share', () => {
  it.each<[string, (from: string, to: string) => ReturnType<typeof node>]>([
    ['MatMul', (from, to) => node('MatMul', `${from} W`, to)],
    ['MatMul of what is transposed', (from, to) => node('MatMul', `${from} T`, to)],
    [
      'FusedMatMul with a factor',
      (from, to) => node('FusedMatMul', `${from} W`, to, { alpha: float(0.5) }, 'com.microsoft'),
    ],
  ])('%s', (_, make) => {
    const parts = (count: number): Parts => ({
      ...SQUARE,
      nodes: [node('Transpose', 'W', 'T', { perm: [1, 0] }), ...chain(count, make)],
    });
    expect(dataOf(read(parts(5))).size).toBe(1);
    expect(perNode(parts)).toBeLessThan(BYTES / 4);
  });

  it('LSTM', () => {
    const lstm = (from: string, to: string) => node('LSTM', `${from} W R B`, to, { hidden_size: 32 });
    const parts = (count: number): Parts => ({
      inputs: { X: { dims: ['time', 'batch', 32] } },
      init: { W: floats([1, 128, 32]), R: floats([1, 128, 32]), B: floats([1, 256]) },
      nodes: [
        ...chain(count, (from, to) => lstm(from, to === 'Y' ? 'last' : `${to}_`)).flatMap((made, k) => [
          made,
          node('Squeeze', made.output[0], k === count - 1 ? 'Y' : `v${k}`, { axes: [1] }),
        ]),
      ],
      opset: 12,
    });
    const spec = read(parts(3));
    const [first, second] = ['LSTM.v0_', 'LSTM.v1_'].map((name) => spec.tensors[`${name}.weightIh`]?.data);
    expect(second).toBe(first);
    expect(first).toHaveLength(128 * 32);
    expect(perNode(parts)).toBeLessThan(BYTES / 2);
  });
});

describe('bytes of a file beside the model that tensors share', () => {
  const external = (offset = 0): Tensor =>
    create(TensorSchema, {
      dims: [64n, 64n],
      dataType: 1,
      dataLocation: 1,
      externalData: Object.entries({ location: 'w.bin', offset: `${offset}`, length: `${BYTES}` }).map(([key, value]) =>
        create(StringStringEntrySchema, { key, value }),
      ),
    });
  const numbers = Float32Array.from({ length: 2 * 64 * 64 }, (_, k) => k);
  const files = { 'w.bin': new Uint8Array(numbers.buffer) };
  const parts = (count: number, offset = (_: number): number => 0): Parts => ({
    ...SQUARE,
    init: Object.fromEntries(Array.from({ length: count }, (_, k) => [`W${k}`, external(offset(k))])),
    nodes: chain(count, (from, to) => node('MatMul', `${from} W${to === 'Y' ? count - 1 : to.slice(1)}`, to)),
  });
  it('are decoded once', () => {
    expect(dataOf(read(parts(3), { files })).size).toBe(1);
    expect(perNode(parts, { files })).toBeLessThan(BYTES / 4);
  });
  it('others are others', () => {
    const spec = read(
      parts(2, (k) => k * BYTES),
      { files },
    );
    const [first, second] = ['W0', 'W1'].map((name) => spec.tensors[name]?.data as Float32Array);
    expect([first?.[1], second?.[1]]).toEqual([64, 64 * 64 + 64]);
  });
  it('are counted each time that they are looked at', () => {
    expect(refusal(() => read(parts(20), { files, limits: { operations: 10 * BYTES } }))).toMatch(
      /^tensor "W9": too many operations for a file of \d+ bytes/,
    );
  });
});

it('what several readings of the axes ask for is made once', () => {
  // Open sizes may be batch or time in either order; the first readings fail at the sum over an axis.
  const nodes = (reduced: string) => [
    node('MatMul', 'X W', 'h'),
    node('ReduceMean', 'h', 'm', { axes: [1], keepdims: 0 }),
    node('MatMul', `${reduced} W`, 'Y'),
  ];
  const parts = (dims: (number | string)[]): Parts => ({ ...SQUARE, inputs: { X: { dims } }, nodes: nodes('m') });
  const sure = bytesOf(parts(['batch', 'time', 64]), { axes: { X: ['batch', 'time', 'features'] } });
  const tried = bytesOf(parts(['time', 'batch', 64]));
  expect(tried).toBeLessThan(sure + BYTES);
});

describe('what the file declares of its outputs', () => {
  const declares = (elemType: number, opType: string) =>
    refusal(() =>
      fromOnnx(
        model(
          { nodes: [node(opType, opType === 'Greater' ? 'X zero' : 'X', 'Y')], init: { zero: floats([1], [0]) } },
          (made) => {
            const [output] = made.output;
            // A type without a shape.
            if (output) output.type = create(TypeSchema, { tensorType: { elemType } });
          },
        ),
      ),
    );
  it.each([1, 10, 11, 16])('floats of type %d', (type) => expect(declares(type, 'Tanh')).toBe('nothing was thrown'));
  it.each<[number, string, string]>([
    [7, 'Tanh', 'whole numbers, got floats'],
    [9, 'Tanh', 'truth values, got floats'],
    [1, 'Greater', 'floats, got truth values'],
  ])('type %d of %s is refused', (type, operator, says) => {
    expect(declares(type, operator)).toBe(`output "Y": is not what the file declares; expected ${says}`);
  });
});
