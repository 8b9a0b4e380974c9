import { expect, it } from 'vitest';
import { fromOnnx } from '../../../src/importers/onnx/index.js';
import { createModel } from '../../../src/index.js';
import { expectClose, refusal } from '../support.js';
import { float, floats, ints, model, node, type Parts } from './build.js';

// Products whose factors are all known are worked out while the file is read: the formulas of MatMul and Gemm, written again.

type Matrix = number[][];
const A: Matrix = [
  [1, -2, 3],
  [0.5, 4, -1],
];
const B: Matrix = [
  [2, 1],
  [-1, 3],
  [0.25, -2],
];
const turned = (m: Matrix): Matrix => (m[0] as number[]).map((_, j) => m.map((row) => row[j] as number));
const times = (a: Matrix, b: Matrix): Matrix =>
  a.map((row) => turned(b).map((column) => row.reduce((sum, x, k) => sum + x * (column[k] as number), 0)));
const tensor = (m: Matrix) => floats([m.length, (m[0] as number[]).length], m.flat());

/** X + what the node makes of known numbers, for X of zeros of its width. */
async function made(one: ReturnType<typeof node>, init: Parts['init'], width: number): Promise<number[]> {
  const flat = node('Reshape', 'm shape', 'v');
  const bytes = model({
    nodes: [one, flat, node('Add', 'X v')],
    inputs: { X: { dims: ['batch', width] } },
    init: { ...init, shape: ints([width]) },
  });
  const run = await createModel(fromOnnx(bytes));
  const y = run.runNamed({ X: { data: new Float32Array(width), shape: [1, width] } });
  run.dispose();
  return [...(Object.values(y)[0]?.data ?? [])];
}

it('MatMul: matrices, and a vector by a matrix', async () => {
  expectClose(await made(node('MatMul', 'a b', 'm'), { a: tensor(A), b: tensor(B) }, 4), times(A, B).flat());
  const vector = A[1] as number[];
  expectClose(
    await made(node('MatMul', 'a b', 'm'), { a: floats([3], vector), b: tensor(B) }, 2),
    times([vector], B).flat(),
  );
});

const C: [string, number[], number[]][] = [
  ['a number', [1], [7, 7, 7, 7]],
  ['a row', [2], [7, 8, 7, 8]],
  ['a column', [2, 1], [7, 7, 8, 8]],
  ['a matrix', [2, 2], [7, 8, 9, 10]],
];
for (const transA of [0, 1]) {
  for (const transB of [0, 1]) {
    it(`Gemm: transA ${transA}, transB ${transB}, scaled, with and without what is added`, async () => {
      const init = { a: tensor(transA ? turned(A) : A), b: tensor(transB ? turned(B) : B) };
      const product = times(A, B).flat();
      expectClose(await made(node('Gemm', 'a b', 'm', { transA, transB }), init, 4), product);
      const scaled = { transA, transB, alpha: float(0.5), beta: float(-2) };
      expectClose(
        await made(node('Gemm', 'a b', 'm', scaled), init, 4),
        product.map((x) => 0.5 * x),
      );
      for (const [, dims, added] of C) {
        const c = floats(dims, [...new Set(added)]);
        expectClose(
          await made(node('Gemm', 'a b c', 'm', { transA, transB }), { ...init, c }, 4),
          product.map((x, i) => x + (added[i] as number)),
        );
        expectClose(
          await made(node('Gemm', 'a b c', 'm', scaled), { ...init, c }, 4),
          product.map((x, i) => 0.5 * x - 2 * (added[i] as number)),
        );
      }
    });
  }
}

it('shapes that do not go together', () => {
  const bytes = model({
    nodes: [node('MatMul', 'a b', 'm'), node('Add', 'X m')],
    inputs: { X: { dims: ['batch', 2] } },
    init: { a: tensor(A), b: tensor(A) },
  });
  expect(refusal(() => fromOnnx(bytes))).toBe(
    'node "MatMul.m" (MatMul): shapes that do not go together; expected [2,3], got [2,3]',
  );
});
