import { expect, it } from 'vitest';
import { fromTflite } from '../../../src/importers/tflite/index.js';
import { ImportError } from '../../../src/index.js';
import { file, type GraphParts } from './build.js';

// Files made to hurt: loops within themselves, and tables that share what they refer to.

const loop = (condition: number, body: number, more: Partial<GraphParts> = {}): GraphParts => ({
  tensors: { a: { shape: [1, 4] }, b: { shape: [1, 4] } },
  operators: [
    {
      type: 'WHILE',
      inputs: ['a'],
      outputs: ['b'],
      options: ['While', { 0: { i32: condition }, 1: { i32: body } }],
    },
  ],
  inputs: ['a'],
  outputs: ['b'],
  ...more,
});

const plain: GraphParts = {
  tensors: { a: { shape: [1, 4] }, b: { shape: [1, 4] } },
  operators: [{ type: 'TANH', inputs: ['a'], outputs: ['b'] }],
  inputs: ['a'],
  outputs: ['b'],
};

/** Two loops one after the other, of one subgraph. */
function twice(body: number): GraphParts {
  const { operators } = loop(body, body);
  const [first] = operators as [GraphParts['operators'][0]];
  return {
    tensors: { a: { shape: [1, 4] }, c: { shape: [1, 4] }, b: { shape: [1, 4] } },
    operators: [
      { ...first, outputs: ['c'] },
      { ...first, inputs: ['c'] },
    ],
    inputs: ['a'],
    outputs: ['b'],
  };
}

it.each<[string, GraphParts[]]>([
  ['that is its own body', [loop(0, 0)]],
  ['that is its own condition', [loop(0, 1), plain]],
  ['whose body holds it', [loop(2, 1), loop(2, 0), plain]],
])('a loop %s is refused', (_, graphs) => {
  expect(() => fromTflite(file(graphs))).toThrow(
    /^node "b" \(WHILE, operator 0\), its (body|condition): a subgraph within itself; expected subgraphs that end, got a circle$/,
  );
});

it('loops of two loops each, thirty deep, are refused', () => {
  const graphs = Array.from({ length: 30 }, (_, i) => twice(i + 1));
  expect(() => fromTflite(file([...graphs, plain]))).toThrow(
    'loops within one another; expected at most 10000 operators, got more',
  );
});

it('a loop whose step is reshaped out of itself is refused', () => {
  const reshape = (from: string, to: string) => ({
    type: 'RESHAPE',
    inputs: [from],
    outputs: [to],
    options: ['Reshape', { 0: { i32s: [1, 4] } }] as const,
  });
  const circle: GraphParts = {
    tensors: { a: { shape: [1, 4] }, b: { shape: [1, 4] }, c: { shape: [1, 4] } },
    operators: [reshape('c', 'b'), reshape('b', 'c')],
    inputs: ['a'],
    outputs: ['b'],
  };
  expect(() => fromTflite(file([loop(1, 2), plain, circle]))).toThrow(ImportError);
});
