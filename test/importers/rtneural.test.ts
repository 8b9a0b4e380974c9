import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromRTNeural, readRTNeural } from '../../src/importers/rtneural/index.js';
import { createModel } from '../../src/index.js';
import { builds } from '../support/builds.js';
import { drawn, expectClose, floats, refusal } from './support.js';

type Json = Record<string, unknown>;
interface Case {
  readonly name: string;
  readonly seed: number;
  readonly shape: number[];
  readonly file: Json & { layers: Json[] };
  readonly output: { shape: number[]; data: string };
}
const file = (name: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../golden/rtneural-files/${name}.json`, import.meta.url), 'utf8'));
const cases = [...file('keras'), ...file('torch')];
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
