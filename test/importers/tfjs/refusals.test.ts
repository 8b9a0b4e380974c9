import { strToU8 } from 'fflate';
import { expect, it } from 'vitest';
import { fromTfjs, readTfjs } from '../../../src/importers/tfjs/index.js';
import { refusal } from '../support.js';

// What a `model.json` can say wrong around its layers; `keras-refusals.test.ts` has the layers.

type Weight = Record<string, unknown>;
const dense = {
  class_name: 'Dense',
  name: 'd',
  config: { name: 'd', units: 1, use_bias: false, batch_input_shape: [null, 2] },
};
const topology = { class_name: 'Sequential', config: { name: 'm', layers: [dense] } };
const kernel: Weight = { name: 'd/kernel', shape: [2, 1], dtype: 'float32' };
const model = (more: object = {}, ...weights: Weight[]): object => ({
  modelTopology: topology,
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
    'a group that is a number',
    said(model({ weightsManifest: [3] })),
    'weightsManifest[0]: not a group; expected { paths, weights }, got 3',
  ],
  [
    'a group without paths',
    said(model({ weightsManifest: [{ weights: [] }] })),
    'weightsManifest[0]: not a group; expected { paths, weights }, got {weights}',
  ],
  [
    'a group without weights',
    said(model({ weightsManifest: [{ paths: [] }] })),
    'weightsManifest[0]: not a group; expected { paths, weights }, got {paths}',
  ],
  ['a shard of more bytes', said(model(), 9), 'weightsManifest[0]: shards of the wrong size; expected 8 bytes, got 9'],
  [
    'a shard of fewer bytes',
    said(model(), 7),
    'weight "d/kernel": beyond the end of its shards; expected 8 bytes, got 7',
  ],
  [
    'a type named like what every object has',
    said(model({}, { ...kernel, dtype: 'toString' })),
    'weight "d/kernel": a type that is not honoured; expected float32, int32, uint8, uint16, float16, bool, got "toString"',
  ],
  [
    'a type that is no word',
    said(model({}, { ...kernel, dtype: 32 })),
    'weight "d/kernel": a type that is not honoured; expected float32, int32, uint8, uint16, float16, bool, got 32',
  ],
  [
    'a topology of neither kind',
    said(model({ modelTopology: { class_name: 'Model' } })),
    'modelTopology: a layer without a config; expected an object, got nothing',
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

it('shards by path: none, and others', () => {
  const read = (shards: Record<string, Uint8Array>) =>
    refusal(() => fromTfjs(strToU8(JSON.stringify(model())), shards));
  expect(read({})).toBe('weightsManifest[0]: a shard that is not given; expected "a", got no files');
  expect(read({ b: new Uint8Array(8), 'a./': new Uint8Array(8) })).toBe(
    'weightsManifest[0]: a shard that is not given; expected "a", got b, a./',
  );
});

it('only a version in words is one', () => {
  const stated = (keras_version: unknown) => {
    const file = { ...model(), modelTopology: { ...topology, keras_version } };
    return readTfjs(strToU8(JSON.stringify(file)), [new Uint8Array(8)]).report.format;
  };
  expect(stated('2.4.0')).toBe('TensorFlow.js layers model of Keras 2.4.0');
  expect(stated(3.7)).toBe('TensorFlow.js layers model');
});

it('a weight belongs to the layer that its path names, or what that layer wraps', () => {
  const named = (name: string, config: object = {}) => ({
    class_name: 'Dense',
    config: { name, units: 2, use_bias: false, ...config },
  });
  const wrapped = (name: string, inner: string) => ({
    class_name: 'TimeDistributed',
    config: { name, layer: named(inner) },
  });
  const spec = (...names: string[]) => {
    const layers = [
      named('first', { batch_input_shape: [null, 5, 2] }),
      wrapped('outer', 'in_ner'),
      wrapped('last', 'first'),
    ];
    const weights = names.map((name) => ({ name, shape: [2, 2], dtype: 'float32' }));
    const file = model({
      modelTopology: { class_name: 'Sequential', config: { name: 'm', layers } },
      weightsManifest: [{ paths: ['a'], weights }],
    });
    const data = Float32Array.from({ length: 4 * names.length }, (_, index) => index);
    return readTfjs(strToU8(JSON.stringify(file)), [new Uint8Array(data.buffer)]).report.tensors.map(
      ({ tensor, becomes }) => [tensor, becomes],
    );
  };
  const wanted = ['first.weight', 'outer.weight', 'last.weight'];
  for (const names of [
    ['first/kernel', 'outer/kernel', 'last/kernel'],
    ['first/kernel', 'in_ner/kernel', 'last/first/kernel'],
    ['scope/first/kernel', 'forward_in_ner/kernel', 'more/last/kernel'],
  ])
    expect(spec(...names).map(([, becomes]) => becomes)).toEqual(wanted);
  for (const other of ['in_forward_ner/kernel', 'in_ner_backward_/kernel', 'backward_outer/kernel', 'kernel'])
    expect(refusal(() => spec('first/kernel', other, 'last/kernel'))).not.toBe('nothing was thrown');
});

it('./a and a are one path', () => {
  const bytes = new Uint8Array(8);
  const json = (path: string): Uint8Array =>
    strToU8(JSON.stringify(model({ weightsManifest: [{ paths: [path], weights: [kernel] }] })));
  for (const [path, given] of [
    ['a', './a'],
    ['./a', 'a'],
    ['././b/a', 'b/a'],
    ['b./a', 'b./a'],
  ] as const)
    expect(refusal(() => fromTfjs(json(path), { [given]: bytes }))).toBe('nothing was thrown');
  expect(refusal(() => fromTfjs(json('../a'), { a: bytes }))).toContain('a shard that is not given; expected "../a"');
});

it('options are refused, of which there are none', () => {
  const read = fromTfjs as (...all: unknown[]) => unknown;
  expect(refusal(() => read(strToU8(JSON.stringify(model())), [new Uint8Array(8)], { bacth: 1 }))).toContain('"bacth"');
});
