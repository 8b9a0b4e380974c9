import { describe, expect, it } from 'vitest';
import { entryOf } from '../../../src/importers/keras/entries.js';
import type { Stored } from '../../../src/importers/keras/files/stored.js';
import {
  type Kept,
  listWeights,
  treeForm,
  treeWeights,
  type Weights,
} from '../../../src/importers/keras/files/weights.js';
import { refusal } from '../support.js';
import type { Json } from './cases.js';

// Which array of a file is which variable, by lists (.h5: those that train first, then the others) and by trees of groups (.keras).

const layer = (className: string, name: string, config: Json = {}) =>
  entryOf('model', { class_name: className, config: { name, ...config } });
const plain = (className: string, name: string, config: Json = {}): Json => ({
  class_name: className,
  config: { name, ...config },
});
const kept = (name: string): Kept => ({ name, read: () => ({ name, shape: [], data: new Float32Array() }) });
const names = (stored: readonly Stored[]): string[] => stored.map(({ name }) => name);
const listed = (config: Json[], arrays: string[], more: Json = {}): Weights =>
  listWeights([layer('Sequential', 'm', { layers: config, ...more })], () => arrays.map(kept))(0).inner;

describe('lists', () => {
  const normal = plain('BatchNormalization', 'b');
  it('of a layer: what trains, then what does not', () => {
    const weights = listWeights([layer('BatchNormalization', 'b')], () => ['gamma', 'beta', 'mean', 'var'].map(kept));
    expect(names(weights(0).take())).toEqual(['gamma', 'beta', 'mean', 'var']);
  });
  it('of a model: all that trains in it, then all that does not', () => {
    const inner = listed(
      [normal, plain('Dense', 'd'), plain('BatchNormalization', 'c', { scale: false })],
      'gbwxcmvnu'.split(''),
    );
    expect([0, 1, 2].map((index) => names(inner(index).take()).join(''))).toEqual(['gbmv', 'wx', 'cnu']);
  });
  it.each<[string, Json, Json]>([
    ['a layer', { trainable: false }, {}],
    ['the whole model', {}, { trainable: false }],
  ])('with what is frozen by %s among what does not train', (_, own, outer) => {
    const inner = listed([plain('Dense', 'f', own), plain('Dense', 'd')], 'abcd'.split(''), outer);
    const parts = [0, 1].map((index) => names(inner(index).take()).join(''));
    expect(parts).toEqual(own.trainable === false ? ['cd', 'ab'] : ['ab', 'cd']);
  });
  it('of models in a model, frozen or not', () => {
    const model = (name: string, more: Json, ...layers: Json[]) => plain('Functional', name, { layers, ...more });
    const inner = listed(
      [
        model('p', { trainable: false }, plain('Dense', 'd')),
        model('q', {}, normal, plain('Dense', 'e', { use_bias: false })),
      ],
      'gbwxymv'.split(''),
    );
    expect(names(inner(0).inner(0).take()).join('')).toBe('xy');
    expect(['gbmv', 'w']).toEqual([0, 1].map((index) => names(inner(1).inner(index).take()).join('')));
  });
  it('of another length, however long', () => {
    const told = (count: number) =>
      refusal(() =>
        listWeights([layer('Dense', 'd')], () => Array.from({ length: count }, (_, i) => kept(`w${i}`)))(0),
      );
    expect(told(1)).toBe('layer "d": wrong number of weights; expected 2, got 1: w0');
    expect(told(14)).toMatch(/expected 2, got 14: w0, w1, .*, w11$/);
  });
});

describe('trees', () => {
  const tree = (...paths: string[]) => ({
    has: (path: string) => paths.includes(path),
    read: (path: string) => kept(path).read(),
  });
  const form = treeForm('3.9.0');
  it('a group a layer, by class and number', () => {
    const layers = [layer('Dense', 'a'), layer('LSTM', 'l'), layer('Dense', 'b', { use_bias: false })];
    const weights = treeWeights(layers, tree(), form);
    expect(names(weights(1).take())).toEqual([0, 1, 2].map((n) => `layers/lstm/cell/vars/${n}`));
    expect(names(weights(2).take())).toEqual(['layers/dense_1/vars/0']);
  });
  it('and in it those of a model', () => {
    const layers = [layer('Sequential', 's', { layers: [plain('Dense', 'd')] })];
    expect(names(treeWeights(layers, tree(), form)(0).inner(0).take())).toEqual([
      'layers/sequential/layers/dense/vars/0',
      'layers/sequential/layers/dense/vars/1',
    ]);
  });
  it.each([
    ['Dense', 'layers/dense/vars/2'],
    ['LSTM', 'layers/lstm/cell/vars/3'],
    ['LSTM', 'layers/lstm/vars/0'],
    ['ReLU', 'layers/re_lu/vars/0'],
  ])('%s with an array too many', (className, path) => {
    const weights = treeWeights([layer(className, 'x')], tree(path), form);
    expect(refusal(() => weights(0).take())).toMatch(`layer "x": an array that its config does not make; expected `);
    expect(refusal(() => weights(0).take())).toMatch(
      new RegExp(`${className === 'ReLU' ? 'none' : '/vars/'}.*, got ${path}$`),
    );
  });
  it.each([
    ['2.12.0', '_layer_checkpoint_dependencies/', ['dense', 'dense_2', 're_lu', 're_lu_1']],
    ['2.13.1', '_layer_checkpoint_dependencies/', ['dense', 'dense_2', 're_lu', 're_lu_1']],
    ['2.14.0', '_layer_checkpoint_dependencies/', ['dense', 'dense_1', 're_lu', 're_lu_1']],
    ['2.15.0', 'layers/', ['dense', 'dense_1', 're_lu', 're_lu_1']],
    ['3.0.5', 'layers/', ['dense', 'dense_1', 're_lu', 're_lu_1']],
  ])('as Keras %s has them', (version, root, groups) => {
    const { root: own, names: naming } = treeForm(version);
    const layers = [layer('Dense', 'a'), layer('Dense', 'b'), layer('ReLU', 'r'), layer('ReLU', 's')];
    expect([own, naming(layers)]).toEqual([root, groups]);
  });
});
