import { strToU8 } from 'fflate';
import { expect, it } from 'vitest';
import { fromTfjs } from '../../../src/importers/tfjs/index.js';
import { refusal } from '../support.js';

// What a `model.json` can say wrong around its layers; `keras-refusals.test.ts` has the layers.

type Weight = Record<string, unknown>;
const dense = {
  class_name: 'Dense',
  name: 'd',
  config: { name: 'd', units: 1, use_bias: false, batch_input_shape: [null, 2] },
};
const kernel: Weight = { name: 'd/kernel', shape: [2, 1], dtype: 'float32' };
const model = (more: object = {}, ...weights: Weight[]): object => ({
  modelTopology: { class_name: 'Sequential', config: { name: 'm', layers: [dense] } },
  weightsManifest: [{ paths: ['a'], weights: weights.length > 0 ? weights : [kernel] }],
  ...more,
});
const said = (file: object, bytes = 8): string =>
  refusal(() => fromTfjs(strToU8(JSON.stringify(file)), [new Uint8Array(bytes)]));

it('the model that is changed is a good one', () => {
  expect(said(model())).toBe('nothing was thrown');
});

it.each<[string, string, string]>([
  ['a list', said([]), 'model.json: not a model; expected an object, got []'],
  [
    'a list for layers',
    said(model({ modelTopology: [] })),
    'model.json, modelTopology: no layers; expected a model, got []',
  ],
  ['no manifest', said(model({ weightsManifest: 3 })), 'weightsManifest: no weights; expected a list of groups, got 3'],
  [
    'a group that is none',
    said(model({ weightsManifest: [{ paths: 3 }] })),
    'weightsManifest[0]: not a group; expected { paths, weights }, got {paths}',
  ],
  [
    'a weight twice',
    said(model({}, kernel, kernel), 16),
    'weightsManifest[0]: a weight twice; expected every name once, got d/kernel',
  ],
  [
    'a weight without a name',
    said(model({}, { shape: [1] })),
    'weightsManifest[0]: not a weight; expected { name, shape, dtype }, got {shape}',
  ],
  [
    'a size below zero',
    said(model({}, { ...kernel, shape: [-2, 1] })),
    'weight "d/kernel": a shape that cannot be; expected sizes, got [-2, 1]',
  ],
  [
    'quantised without a scale',
    said(model({}, { ...kernel, quantization: { dtype: 'uint8' } }), 2),
    'weight "d/kernel": no scale or min; expected numbers, got {dtype}',
  ],
  [
    'a weight of nobody',
    said(model({}, kernel, { ...kernel, name: 'e/kernel' }), 16),
    'weightsManifest: weights of no layer; expected d, got e/kernel',
  ],
  [
    'an unknown key',
    said(model({ wobble: 3 })),
    'model.json: a key that is not known; expected format, generatedBy, convertedBy, modelTopology, weightsManifest, trainingConfig, userDefinedMetadata, signature, got "wobble"',
  ],
  [
    'an unknown key of a weight',
    said(model({}, { ...kernel, wobble: 3 })),
    'weight "d/kernel": a key that is not known; expected name, shape, dtype, quantization, got "wobble"',
  ],
  [
    'quantised whole numbers',
    said(model({}, { ...kernel, dtype: 'int32', quantization: { dtype: 'uint8', scale: 1, min: 0 } }), 2),
    'weight "d/kernel": a quantised type that is not honoured; expected float32, got "int32"',
  ],
  [
    'an unknown key of a quantisation',
    said(model({}, { ...kernel, quantization: { dtype: 'float16', wobble: 3 } }), 4),
    'weight "d/kernel", quantization: a key that is not known; expected dtype, scale, min, original_dtype, got "wobble"',
  ],
])('%s', (_, message, expected) => {
  expect(message).toBe(expected);
});

it('./a and a are one path', () => {
  const bytes = new Uint8Array(8);
  const json = (path: string): Uint8Array =>
    strToU8(JSON.stringify(model({ weightsManifest: [{ paths: [path], weights: [kernel] }] })));
  for (const [path, given] of [
    ['a', './a'],
    ['./a', 'a'],
    ['././b/a', 'b/a'],
  ] as const)
    expect(refusal(() => fromTfjs(json(path), { [given]: bytes }))).toBe('nothing was thrown');
  expect(refusal(() => fromTfjs(json('../a'), { a: bytes }))).toContain('a shard that is not given; expected "../a"');
});

it('options are refused, of which there are none', () => {
  const read = fromTfjs as (...all: unknown[]) => unknown;
  expect(refusal(() => read(strToU8(JSON.stringify(model())), [new Uint8Array(8)], { bacth: 1 }))).toContain('"bacth"');
});
