import { describe, expect, it } from 'vitest';
import { fromPyTorch, type PyTorchConfig } from '../../../src/importers/pytorch/index.js';
import { Part, Storage, type Tensor, view } from '../../../src/importers/pytorch/tensor.js';
import { Budget } from '../../../src/importers/shared/budget.js';
import { refusal } from '../support.js';
import { dict, id, stream, tensor, text } from './pickles.js';

// Tensors are views of parts of storages. Those of the same numbers have them in common; no others do.

const NUMBERS = Float32Array.from({ length: 12 }, (_, i) => i);
function storage(): Storage {
  const made = new Storage('0', 'F32', 12);
  made.fill(new Uint8Array(NUMBERS.slice().buffer));
  return made;
}
const read = (part: Part, offset: number, shape: number[], strides: number[]): Tensor =>
  view(part, offset, shape, strides, new Budget(0));
const values = (tensor: Tensor): number[] => [...tensor.read()];

describe('views of one storage', () => {
  it('parts that begin elsewhere have other numbers at one offset', () => {
    const own = storage();
    const parts = [0, 2, 4, 10].map((begin) => new Part(own, begin, 12 - begin));
    for (const offset of [0, 1]) {
      for (const [index, part] of parts.entries()) {
        const from = ([0, 2, 4, 10][index] as number) + offset;
        expect(values(read(part, offset, [1], [1]))).toEqual([from]);
      }
    }
    expect(values(read(parts[0] as Part, 0, [2], [1]))).toEqual([0, 1]);
    expect(values(read(parts[1] as Part, 0, [2], [1]))).toEqual([2, 3]);
  });

  it('offsets, shapes and strides tell views apart', () => {
    const whole = new Part(storage(), 0, 12);
    const views: [number, number[], number[], number[]][] = [
      [0, [2, 2], [2, 1], [0, 1, 2, 3]],
      [1, [2, 2], [2, 1], [1, 2, 3, 4]],
      [0, [2, 2], [1, 2], [0, 2, 1, 3]],
      [0, [2, 2], [4, 1], [0, 1, 4, 5]],
      [0, [4], [1], [0, 1, 2, 3]],
      [0, [4], [2], [0, 2, 4, 6]],
      [11, [1], [1], [11]],
      [1, [1], [1], [1]],
      [0, [1, 2, 3], [6, 3, 1], [0, 1, 2, 3, 4, 5]],
      [0, [1, 2, 3], [6, 1, 2], [0, 2, 4, 1, 3, 5]],
    ];
    for (const [offset, shape, strides, wanted] of [...views, ...views]) {
      expect(values(read(whole, offset, shape, strides))).toEqual(wanted);
    }
  });

  it('the same part is read once', () => {
    const own = storage();
    const [a, b] = [read(new Part(own, 2, 4), 0, [2], [1]), read(new Part(own, 2, 4), 0, [2], [1])];
    expect(a.read()).toBe(b.read());
  });

  it('of half precision and of integers as of floats', () => {
    const half = new Storage('1', 'F16', 2);
    half.fill(new Uint8Array(Uint16Array.of(0x3c00, 0xc000).buffer));
    expect(values(read(new Part(half, 0, 2), 0, [2], [1]))).toEqual([1, -2]);
    const long = new Storage('2', 'I64', 2);
    long.fill(new Uint8Array(BigInt64Array.of(-3n, 4n).buffer));
    expect(values(read(new Part(long, 1, 1), 0, [1], [1]))).toEqual([4]);
  });
});

it('a tensor whose numbers have the other sign, as views of a conjugate have, is refused', () => {
  const of = (bits: string) => stream(dict({ weight: `${tensor(id('a')).slice(0, -2)}}${bits}tR` }));
  const config: PyTorchConfig = { inputSize: 2, layers: [{ type: 'linear', bias: false }] };
  expect(fromPyTorch(of(''), config).nodes[0]?.type).toBe('dense');
  expect(refusal(() => fromPyTorch(of(`${text('neg')}\x88s`), config))).toBe(
    'pickle: a tensor whose numbers are not as they lie; expected tensor.resolve_neg() before saving, got ["neg"]',
  );
});
