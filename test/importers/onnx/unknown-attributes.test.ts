import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { fromOnnx } from '../../../src/importers/onnx/index.js';
import { MICROSOFT, OPERATORS } from '../../../src/importers/onnx/ops/all.js';
import { refusal } from '../support.js';
import { floats, ints, model, node, type Parts } from './build.js';
import { AttributeSchema, type Graph, ModelSchema } from './proto/onnx_pb.js';
import { bytes, recorded } from './recorded.js';

// An attribute that an operator does not have could mean anything, so it is refused by name, on every operator there is: in some model that
// ONNX Runtime agrees on, or in a small one of those here.

const NAME = 'unheard_of';
const REFUSED = new RegExp(`an attribute that is not honoured: ${NAME}`);

/** Models of what the recorded ones have none of. */
const OTHERS: readonly Parts[] = [
  { nodes: [node('Ceil')] },
  { nodes: [node('Dropout')] },
  { nodes: [node('Sum', 'X X')] },
  { nodes: [node('Equal', 'X X', 'e'), node('Or', 'e e')] },
  {
    nodes: [
      node('Shape', 'n', 'k'),
      node('TopK', 'n k', 'v order'),
      node('Unsqueeze', 'order last', 'each'),
      node('Squeeze', 'k first', 'many'),
      node('Range', 'zero many one', 'rows'),
      node('ScatterND', 'order each rows', 'back'),
      node('Gather', 'v back', 'Y'),
    ],
    inputs: { n: { dims: ['batch'], type: 7 } },
    init: { last: ints([-1]), first: ints([0]), zero: ints([0], []), one: ints([1], []) },
  },
  {
    nodes: [node('Scatter', 'c i u', 's'), node('Mul', 'X s')],
    init: { c: floats([6]), i: ints([5]), u: floats([1]) },
    opset: 10,
  },
];

function refusesMore(file: Uint8Array, options: Parameters<typeof fromOnnx>[1], found: Set<string>): void {
  const made = fromBinary(ModelSchema, file);
  for (const own of (made.graph as Graph).node) {
    const key = `${own.domain === 'ai.onnx' ? '' : own.domain}:${own.opType}`;
    if (found.has(key)) continue;
    own.attribute.push(create(AttributeSchema, { name: NAME, i: 1n }));
    if (REFUSED.test(refusal(() => fromOnnx(toBinary(ModelSchema, made), options)))) found.add(key);
    own.attribute.pop();
  }
}

it('an attribute that no operator has is refused on every operator', () => {
  const found = new Set<string>();
  for (const name of [
    'models',
    'graphs',
    'around',
    'exports',
    'torch',
    'stateful',
    'attention',
    'attention-torch',
    'lengths',
    'keras3',
    'keras2',
    'lengths-old',
    'quantised',
    'shipped',
  ])
    for (const one of recorded(name)) refusesMore(bytes(one), one.options, found);
  for (const parts of OTHERS) refusesMore(model(parts), {}, found);
  const all = [
    ...[...Object.keys(OPERATORS), 'If', 'Loop', 'Constant'].map((type) => `:${type}`),
    ...Object.keys(MICROSOFT).map((type) => `com.microsoft:${type}`),
  ];
  expect(all.filter((key) => !found.has(key))).toEqual([]);
});
