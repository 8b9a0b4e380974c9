import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromRTNeural, readRTNeural } from '../../../src/importers/rtneural/index.js';
import { createModel } from '../../../src/index.js';
import { largestDifference } from '../../support/bits.js';
import { builds } from '../../support/builds.js';
import { drawn, expectClose, floats, refusal } from '../support.js';

type Json = Record<string, unknown>;
interface Case {
  readonly name: string;
  readonly seed: number;
  readonly shape: number[];
  readonly file: Json & { layers: Json[] };
  readonly output: { shape: number[]; data: string };
}
const file = (name: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../../golden/rtneural-files/${name}.json`, import.meta.url), 'utf8'));
const cases = [...file('keras'), ...file('torch'), ...file('guitarml')];
const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const named = (name: string): Case => structuredClone(cases.find((one) => one.name === name) as Case);

describe.each(builds)('RTNeural JSON, as the framework computes it, %s', (build) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const model = await createModel(fromRTNeural(bytes(one.file)), { build });
    const [y] = Object.values(model.runNamed({ input: drawn(one) }));
    expect(y?.shape).toEqual(one.output.shape);
    expectClose(y?.data as Float32Array, floats(one.output.data));
  });
});

describe('refused', () => {
  const keras = (name: string, change: (layers: Json[], all: Json) => void): string => {
    const one = named(name);
    change(one.file.layers, one.file);
    return refusal(() => fromRTNeural(bytes(one.file)));
  };
  const torch = (change: (all: Record<string, unknown>) => void): string => {
    const one = named('torch_gru');
    change(one.file);
    return refusal(() => fromRTNeural(bytes(one.file)));
  };
  it.each<[string, () => string, RegExp]>([
    [
      'an unknown layer',
      () => keras('keras_lstm', ([layer]) => Object.assign(layer as Json, { type: 'conv2d' })),
      /layers\[0\] \("conv2d"\): a layer that is not honoured; expected dense, .*got "conv2d"/,
    ],
    [
      'an unknown activation',
      () => keras('keras_lstm', ([layer]) => Object.assign(layer as Json, { activation: 'wobble' })),
      /an activation that is not honoured; .*got "wobble"/,
    ],
    [
      'an activation in a cell',
      () => keras('keras_lstm', ([, layer]) => Object.assign(layer as Json, { activation: 'relu' })),
      /an activation that is not honoured in a cell; expected tanh, got "relu"/,
    ],
    [
      'an unknown setting',
      () => keras('keras_lstm', ([layer]) => Object.assign(layer as Json, { wobble: 1 })),
      /a setting that is not honoured: wobble/,
    ],
    [
      'another number of outputs',
      () => keras('keras_lstm', ([layer]) => Object.assign(layer as Json, { shape: [null, null, 9] })),
      /another number of outputs than it states; expected 9, got 4/,
    ],
    [
      'weights of the wrong shape',
      () => keras('keras_lstm', (_, all) => Object.assign(all, { in_shape: [null, null, 3] })),
      /layers\[0\] \("dense"\), weights\[0\]: has the wrong shape; expected \(3, 4\), got \(2, 4\)/,
    ],
    [
      'ragged weights',
      () => keras('keras_lstm', ([layer]) => (layer as { weights: number[][][] }).weights[0]?.[1]?.pop()),
      /a ragged list; expected 4 entries, got 3/,
    ],
    [
      'a weight missing',
      () => keras('keras_lstm', ([, layer]) => (layer as { weights: unknown[] }).weights.pop()),
      /wrong number of weights; expected 3, got 2/,
    ],
    [
      'no inputs',
      () => keras('keras_lstm', (_, all) => Object.assign(all, { in_shape: [] })),
      /in_shape: no number of inputs/,
    ],
    [
      'a module of other weights',
      () => torch((all) => Object.assign(all, { 'extra.gain': [1] })),
      /module "extra": a module that is not honoured; expected LSTM, GRU or Linear, got gain/,
    ],
    [
      'a second direction',
      () => torch((all) => Object.assign(all, { 'first.weight_ih_l0_reverse': [[1]] })),
      /weights that are not honoured; expected one direction, with biases, got weight_ih_l0_reverse/,
    ],
    [
      'an RNN, of which it does not say whether its activation is tanh',
      () => torch((all) => Object.assign(all, { 'first.weight_hh_l0': Array(4).fill([1, 2, 3, 4]) })),
      /a module that is not honoured; expected LSTM \(4 gates\) or GRU \(3 gates\), got 1 gates$/,
    ],
    [
      'a number of gates',
      () => torch((all) => Object.assign(all, { 'first.weight_hh_l0': [[1, 2, 3, 4]] })),
      /a module that is not honoured; expected LSTM \(4 gates\) or GRU \(3 gates\)/,
    ],
    [
      'a number of slopes',
      () =>
        keras('keras_conv', ([, layer]) => {
          Object.assign(layer as Json, { weights: [[1, 2]] });
        }),
      /^layers\[1\] \("prelu"\): wrong number of slopes; expected \d+ or 1, got 2$/,
    ],
    [
      'a layer that is none',
      () => keras('keras_lstm', (_, all) => Object.assign(all, { layers: [7] })),
      /^layers\[0\]: not a layer; expected an object, got 7$/,
    ],
    [
      'a weight of no module',
      () => torch((all) => Object.assign(all, { weight: [[1]] })),
      /^entry "weight": not a weight of a module; expected module.weight…, got weight$/,
    ],
    [
      'a first module without inputs',
      () => refusal(() => fromRTNeural(bytes({ 'norm.weight': [1, 2] }))),
      /^module "norm": a module that is not honoured; expected LSTM, GRU or Linear, got weight$/,
    ],
    [
      'a state dict of nothing',
      () => refusal(() => fromRTNeural(bytes({}))),
      /^file: no weights; expected a state_dict$/,
    ],
    [
      'no recurrent weights',
      () => torch((all) => delete all['first.weight_hh_l0']),
      /^module "first": no weight_hh_l0; expected all weights and biases of the layer$/,
    ],
    [
      'no biases',
      () => torch((all) => delete all['first.bias_hh_l0']),
      /^module "first": no bias_hh_l0; expected all weights and biases of the layer$/,
    ],
    [
      'a first module without a weight',
      () => refusal(() => fromRTNeural(bytes({ 'norm.gamma': [1, 2] }))),
      /^module "norm": a module that is not honoured; expected LSTM, GRU or Linear, got gamma$/,
    ],
    [
      'a layer named like what every object has',
      () => keras('keras_lstm', ([layer]) => Object.assign(layer as Json, { type: 'toString' })),
      /^layers\[0\] \("toString"\): a layer that is not honoured/,
    ],
    [
      'an activation named like what every object has',
      () => keras('keras_lstm', ([layer]) => Object.assign(layer as Json, { activation: 'toString' })),
      /an activation that is not honoured; .*got "toString"/,
    ],
    ...(['keras_lstm', 'keras_gru'] as const).flatMap((name) =>
      [1, 2].map((at): [string, () => string, RegExp] => [
        `${name}: weights[${at}] of another shape`,
        () =>
          keras(name, (layers) => {
            const cell = layers.find(({ type }) => type === 'lstm' || type === 'gru') as { weights: number[][][] };
            // As many units, fewer gates.
            cell.weights[at] = at === 1 ? (cell.weights[1] as number[][]).map(() => [1]) : [[1, 2, 3]];
          }),
        new RegExp(`weights\\[${at}\\]: has the wrong shape; expected`),
      ]),
    ),
    [
      'a bias of another shape',
      () =>
        keras('keras_lstm', ([layer]) => {
          (layer as { weights: unknown[] }).weights[1] = [1, 2, 3];
        }),
      /^layers\[0\] \("dense"\), weights\[1\]: has the wrong shape; expected \(4\), got \(3\)$/,
    ],
    ['other JSON', () => refusal(() => fromRTNeural(bytes([1]))), /not a model of RTNeural/],
  ])('%s', (_, message, expected) => {
    expect(message()).toMatch(expected);
  });

  it('the report tells the order of the gates', () => {
    const { report } = readRTNeural(bytes(named('keras_gru').file));
    expect(report.tensors[0]).toMatchObject({
      tensor: 'gru_0 weights[0]',
      becomes: 'gru_0.weightIh',
      how: 'columns z r h transposed to rows r z n',
    });
  });
});

describe('every setting matters: without it the numbers are others, or the file is refused', () => {
  const run = async (one: Case) => {
    const model = await createModel(fromRTNeural(bytes(one.file)));
    const [y] = Object.values(model.runNamed({ input: drawn(one) }));
    model.dispose();
    return y?.data as Float32Array;
  };
  const settings = file('keras').flatMap((one) =>
    one.file.layers.flatMap((layer, index) =>
      ['activation', 'dilation', 'kernel_size', 'weights'].flatMap((key) =>
        // A cell's activation is tanh, stated or not; the layer that is an activation follows a sigmoid, which relu does not change.
        layer[key] &&
        layer.type !== 'activation' &&
        !(key === 'activation' && ['lstm', 'gru'].includes(layer.type as string))
          ? [[`${one.name}, ${layer.type} ${index}, ${key}`, one.name, index, key] as const]
          : [],
      ),
    ),
  );
  it.each(settings)('%s', async (_, name, index, key) => {
    const one = named(name);
    const wanted = floats(one.output.data);
    delete one.file.layers[index]?.[key];
    if (key === 'kernel_size' || key === 'weights' || key === 'dilation')
      expect(refusal(() => fromRTNeural(bytes(one.file)))).toMatch(
        key === 'weights'
          ? /wrong number of weights; expected .*, got 0$/
          : new RegExp(`no ${key}; expected a size, got nothing$`),
      );
    else {
      const got = await run(one);
      expect(largestDifference(got, wanted)).toBeGreaterThan(1e-3);
    }
  });

  it.each([1, 3])('dilation %d in the place of 2', async (dilation) => {
    const one = named('keras_conv');
    const wanted = await run(one);
    Object.assign(one.file.layers[0] as Json, { dilation: [dilation] });
    const got = await run(one);
    expect(largestDifference(got, wanted)).toBeGreaterThan(1e-3);
  });

  it('groups: each sees its own channels', async () => {
    const layer = {
      type: 'conv1d',
      activation: '',
      shape: [null, null, 2],
      kernel_size: [1],
      dilation: [1],
      groups: 2,
    };
    const grouped = { in_shape: [null, null, 2], layers: [{ ...layer, weights: [[[[3, 5]]]] }] };
    const model = await createModel(fromRTNeural(bytes(grouped)));
    expect([...model.run([[1, 10]])]).toEqual([3, 50]);
    const { groups: _, ...rest } = layer;
    expect(refusal(() => fromRTNeural(bytes({ ...grouped, layers: [{ ...rest, weights: [[[[3, 5]]]] }] })))).toMatch(
      /weights\[0\]: has the wrong shape; expected \(1, 2, 2\), got \(1, 1, 2\)$/,
    );
  });

  it.each(['elu', 'relu', 'sigmoid', 'softmax', 'tanh', 'linear', ''])(
    'activation %j is computed',
    async (activation) => {
      const dense = {
        type: 'dense',
        activation,
        shape: [null, null, 2],
        weights: [
          [
            [1, 0],
            [0, 1],
          ],
          [0, 0],
        ],
      };
      const model = await createModel(fromRTNeural(bytes({ in_shape: [null, null, 2], layers: [dense] })));
      const x = [-0.75, 0.5];
      const of: Record<string, (v: number) => number> = {
        elu: (v) => (v > 0 ? v : Math.expm1(v)),
        relu: (v) => Math.max(0, v),
        sigmoid: (v) => 1 / (1 + Math.exp(-v)),
        softmax: (v) => Math.exp(v) / x.reduce((sum, one) => sum + Math.exp(one), 0),
        tanh: Math.tanh,
      };
      expectClose(model.run([x]), x.map(of[activation] ?? ((v) => v)));
    },
  );

  it('settings of convolutions in another layer', () => {
    const one = named('keras_lstm');
    Object.assign(one.file.layers[1] as Json, { dilation: [2] });
    expect(refusal(() => fromRTNeural(bytes(one.file)))).toBe(
      'layers[1] ("lstm"): a setting that is not honoured: dilation; expected type, activation, shape, weights, name, got dilation',
    );
  });
});
