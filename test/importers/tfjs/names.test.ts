import { readFileSync } from 'node:fs';
import { strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { fromTfjs } from '../../../src/importers/tfjs/index.js';
import { bytesOf, casesOf, converted } from '../keras/cases.js';
import { refusal } from '../support.js';

// TensorFlow.js finds a weight by its name (tfjs-layers, Container.loadWeights), wherever it stands in the manifest.

interface Weight {
  readonly name: string;
  readonly shape: number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string };
}
interface Model {
  readonly weightsManifest: { readonly paths: string[]; readonly weights: Weight[] }[];
}
const BYTES: Readonly<Record<string, number>> = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1, bool: 1 };
const sizeOf = ({ shape, dtype, quantization }: Weight): number =>
  shape.reduce((product, n) => product * n, BYTES[quantization?.dtype ?? dtype] as number);

const withWeights = ({ weightsManifest, ...rest }: Model, weights: readonly Weight[]): object => ({
  ...rest,
  weightsManifest: [{ paths: ['a'], weights }],
});
const weightsOf = ({ weightsManifest }: Model): Weight[] => weightsManifest.flatMap(({ weights }) => weights);

/** The same model, its weights from the last to the first. */
function reversed(model: Model, shard: Uint8Array): { model: object; shard: Uint8Array } {
  const weights = weightsOf(model);
  const bytes = new Uint8Array(shard.length);
  let [from, to] = [0, shard.length];
  for (const weight of weights) {
    const size = sizeOf(weight);
    to -= size;
    bytes.set(shard.subarray(from, from + size), to);
    from += size;
  }
  return { model: withWeights(model, weights.reverse()), shard: bytes };
}
const read = ({ model, shard }: { model: object; shard: Uint8Array }) =>
  fromTfjs(strToU8(JSON.stringify(model)), [shard]);

const golden = (file: string): { name: string; model: Model; shards: Record<string, string> | string[] }[] =>
  JSON.parse(readFileSync(new URL(`../../golden/tfjs-files/${file}.json`, import.meta.url), 'utf8'));
const ofTfjs = ['models', 'converted'].flatMap((file) =>
  golden(file).map(({ name, model, shards }) => {
    const paths = model.weightsManifest.flatMap((group) => group.paths);
    const parts = Array.isArray(shards) ? shards : paths.map((path) => shards[path] as string);
    const shard = new Uint8Array(Buffer.concat(parts.map((text) => Buffer.from(text, 'base64'))));
    return [`${file} ${name}`, { model, shard }] as const;
  }),
);
const ofKeras = (['keras2', 'keras3', 'keras-old'] as const).flatMap((file) =>
  casesOf(file)
    .filter(({ name, format }) => format === 'h5' && name !== 'normalization_adapted')
    .map(
      (one) =>
        [
          `${file} ${one.name}`,
          converted(bytesOf(file, one)) as unknown as { model: Model; shard: Uint8Array },
        ] as const,
    ),
);

describe('in another order, the same model', () => {
  it('of many layers', () => expect([...ofTfjs, ...ofKeras].length).toBeGreaterThan(150));
  it.each([...ofTfjs, ...ofKeras])('%s', (_, { model, shard }) => {
    const straight = read({ model: withWeights(model, weightsOf(model)), shard });
    expect(read(reversed(model, shard))).toEqual(straight);
  });
});

const input = { class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, 1] } };
const dense = (name: string) => ({ class_name: 'Dense', config: { name, units: 1, use_bias: false } });
const model = (name: string, ...layers: object[]) => ({ class_name: 'Sequential', config: { name, layers } });
const bidirectional = (config: object = {}) => ({
  class_name: 'Bidirectional',
  config: {
    name: 'b',
    merge_mode: 'concat',
    layer: { class_name: 'SimpleRNN', config: { name: 'r', units: 1, use_bias: false, return_sequences: true } },
    ...config,
  },
});
const sequence = { class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, 3, 1] } };
/** A model whose weights of one number are counted from 1. */
const numbered = (topology: object, ...names: string[]) =>
  read({
    model: {
      modelTopology: topology,
      weightsManifest: [{ paths: ['a'], weights: names.map((name) => ({ name, shape: [1, 1], dtype: 'float32' })) }],
    },
    shard: new Uint8Array(Float32Array.from(names, (_, index) => index + 1).buffer),
  });
const numbersOf = (spec: ReturnType<typeof read>): Record<string, number[]> =>
  Object.fromEntries(Object.entries(spec.tensors).map(([name, { data }]) => [name, Array.from(data as Float32Array)]));

describe('which variable a name means', () => {
  it('layers of one name in two models have weights of their own', () => {
    const topology = model('m', input, model('a', input, dense('d')), model('b', input, dense('d')));
    const spec = numbered(topology, 'b/d/kernel', 'a/d/kernel');
    expect(spec.nodes).toMatchObject([{ tensors: { weight: 'd.weight' } }, { tensors: { weight: 'd.weight:1' } }]);
    expect(numbersOf(spec)).toEqual({ 'd.weight': [2], 'd.weight:1': [1] });
  });
  it('directions of a layer', () => {
    const kinds = (direction: string) => [`b/${direction}_r/kernel`, `b/${direction}_r/cell/recurrent_kernel`];
    const spec = numbered(model('m', sequence, bidirectional()), ...kinds('backward'), ...kinds('forward'));
    expect(numbersOf(spec)).toEqual({
      'b.backward.weightIh': [1],
      'b.backward.weightHh': [2],
      'b.forward.weightIh': [3],
      'b.forward.weightHh': [4],
    });
  });
  it('numbers, those of both directions together', () => {
    const spec = numbered(model('m', sequence, bidirectional()), 'b/r/3', 'b/r/1', 'b/r/0', 'b/r/2');
    expect(numbersOf(spec)).toEqual({
      'b.forward.weightIh': [3],
      'b.forward.weightHh': [2],
      'b.backward.weightIh': [4],
      'b.backward.weightHh': [1],
    });
  });
  it('cells by their names, or as TensorFlow.js numbers them', () => {
    const cell = (name: string) => ({ class_name: 'SimpleRNNCell', config: { name, units: 1, use_bias: false } });
    const stacked = { class_name: 'StackedRNNCells', config: { cells: [cell('p'), cell('q')] } };
    const rnn = { class_name: 'RNN', config: { name: 'r', cell: stacked, return_sequences: true } };
    const read = (...cells: string[]) =>
      numbersOf(
        numbered(model('m', sequence, rnn), ...cells.flatMap((c) => [`r/${c}/recurrent_kernel`, `r/${c}/kernel`])),
      );
    const wanted = { 'r.0.weightIh': [4], 'r.0.weightHh': [3], 'r.1.weightIh': [2], 'r.1.weightHh': [1] };
    expect(read('s/q', 's/p')).toEqual(wanted);
    expect(read('RNNCell_1', 'RNNCell_0')).toEqual(wanted);
  });
  it.each<[string, object, string[], string]>([
    [
      'another name than the variable has',
      model('m', input, dense('d')),
      ['d/bias'],
      'layer "d": a weight whose place its name does not tell; expected kernel, got d/bias',
    ],
    [
      'no direction',
      model('m', sequence, bidirectional()),
      ['b/kernel', 'b/recurrent_kernel', 'b/x/kernel', 'b/x/recurrent_kernel'],
      'layer "b": a weight whose place its name does not tell; expected kernel, recurrent_kernel, got b/kernel',
    ],
    [
      'one direction twice',
      model('m', sequence, bidirectional()),
      ['b/forward_r/kernel', 'b/forward_r/c/kernel', 'b/backward_r/kernel', 'b/backward_r/recurrent_kernel'],
      'layer "b": a weight whose place its name does not tell; expected kernel, recurrent_kernel, got b/forward_r/c/kernel',
    ],
    [
      'a number too large',
      model('m', input, dense('d')),
      ['d/1'],
      'layer "d": a weight whose place its name does not tell; expected kernel, got d/1',
    ],
  ])('%s is refused', (_, topology, names, says) => {
    expect(refusal(() => numbered(topology, ...names))).toBe(says);
  });
});

describe('shards', () => {
  const topology = model('m', { ...dense('d'), config: { ...dense('d').config, batch_input_shape: [null, 4] } });
  const weights = [{ name: 'd/kernel', shape: [4, 1], dtype: 'float32' }];
  const bytes = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);
  const of = (paths: string[], files: Parameters<typeof fromTfjs>[1], ...options: [object?]) =>
    (fromTfjs as (...all: unknown[]) => ReturnType<typeof fromTfjs>)(
      strToU8(JSON.stringify({ modelTopology: topology, weightsManifest: [{ paths, weights }] })),
      files,
      ...options,
    );
  it('of any size, none among them', () => {
    const cuts = [0, 0, 3, 4, 4, 9, 16, 16];
    const files = cuts.slice(1).map((end, k) => bytes.slice(cuts[k], end));
    const spec = of(
      files.map((_, k) => `${k}`),
      files,
    );
    expect(spec.tensors['d.weight']?.data).toEqual(Float32Array.of(1, 2, 3, 4));
    expect(spec).toEqual(of(['a'], { a: bytes }));
  });
  it('one that is named thousands of times is not copied', () => {
    const says = /^weightsManifest\[0\]: too many operations for a file of \d+ bytes; expected at most \d+ in all/;
    expect(refusal(() => of(Array(3000).fill('a'), { a: new Uint8Array(2 ** 22) }))).toMatch(says);
    expect(refusal(() => of(['a', 'a'], { a: bytes }))).toBe(
      'weightsManifest[0]: shards of the wrong size; expected 16 bytes, got 32',
    );
  });
  it('something else in their place is refused', () => {
    for (const files of [undefined, null, 3, bytes])
      expect(refusal(() => of(['a'], files as never))).toMatch(
        /^shards: not files; expected files in a list, or by their paths, got /,
      );
  });
});
