import { expect, it } from 'vitest';
import { fromOnnx } from '../../../src/importers/onnx/index.js';
import { createModel } from '../../../src/index.js';
import { floats, model, node } from './build.js';

// The shape of a single number is a list of nothing, and parts of a list may be.

it.each([
  ['ReduceSum', 0],
  ['ReduceSumSquare', 0],
  ['ReduceL1', 0],
  ['ReduceL2', 0],
  ['ReduceProd', 1],
  // The exponential of which is 0.
  ['ReduceLogSum', 0],
  ['ReduceLogSumExp', 0],
])('%s of nothing is %d', async (type, expected) => {
  const parts = {
    nodes: [
      node(type, 'c', 'l', { keepdims: 0 }),
      node(type.includes('Log') ? 'Exp' : 'Identity', 'l', 'r'),
      node('Add', 'X r'),
    ],
    init: { c: floats([0]) },
  };
  const made = await createModel(fromOnnx(model(parts)));
  const [x] = [Float32Array.of(1, 2, 3, 4, 5, 6)];
  expect([...made.run(x as Float32Array)]).toEqual([...(x as Float32Array)].map((n) => n + expected));
});

it('rows of sums of nothing are zeros', async () => {
  const parts = {
    nodes: [node('ReduceSum', 'c a', 'r', { keepdims: 0 }), node('Add', 'X r')],
    init: { c: floats([6, 0]), a: { ...floats([1], [1]), dataType: 7, floatData: [], int64Data: [1n] } },
  };
  const made = await createModel(fromOnnx(model(parts)));
  expect([...made.run(Float32Array.of(1, 2, 3, 4, 5, 6))]).toEqual([1, 2, 3, 4, 5, 6]);
});
