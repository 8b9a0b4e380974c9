import { strToU8, unzipSync, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { fromKeras } from '../../../src/importers/keras/index.js';
import { refusal } from '../support.js';
import { bytesOf, caseOf, type FileName, type Json, type ModelJson, readChanged } from './cases.js';
import {
  called,
  dense,
  functional,
  gru,
  input,
  layer,
  lstm,
  type Made,
  plain,
  ROWS,
  said,
  sequential,
  tensor,
  with2,
  with3,
  x,
} from './made.js';

// Whatever is refused is refused in words that say where, what was expected, and what came. Keras and TensorFlow.js share one
// mapping of layers, so small `model.json`s stand for both.

describe('models that are good, so that each of the others is refused for what it says', () => {
  it.each<[string, () => string]>([
    ['sequential', () => sequential(ROWS, lstm('l', { return_sequences: true }), dense('d', 2))],
    ['functional', () => functional([x, with2(lstm('l'), 'x'), with2(dense('d', 2), 'l')])],
    ['of Keras 2', () => functional([x, with2(lstm('l'), 'x')], {}, '2.15.0')],
    ['with a state', () => functional([x, input('s', 2), with2(gru('g'), 'x', 's')])],
  ])('%s', (_, read) => {
    expect(read()).toBe('nothing was thrown');
  });
});

const both = (forward: Made, more: Json = {}): Made => ({
  ...layer('b', 'Bidirectional', { layer: plain(forward), ...more }),
  weights: [...forward.weights, ...forward.weights],
});
const masking = with2(layer('m', 'Masking', { mask_value: 0 }), 'x');
const backwards = lstm('l', { go_backwards: true });
const nested = (depth: number): unknown => (depth === 0 ? tensor('x') : [nested(depth - 1)]);
const cells = (...config: Json[]): Made =>
  layer(
    'r',
    'RNN',
    {
      cell: config.map((one) => ({ class_name: 'SimpleRNNCell', config: { units: 4, ...one } })),
      return_sequences: true,
    },
    config.flatMap(() => [[4, 4], [4, 4], [4]]),
  );
const notEqual = (value: unknown, source = 'x') => with3(layer('ne', 'NotEqual'), [tensor(source), value]);
const any = (config: Json = { axis: -1, keepdims: false }) => with3(layer('any', 'Any', config), [tensor('ne')]);
const masked = (given: string) => with3(lstm('l'), [tensor('m')], { mask: tensor(given) });
const inner = (...shape: number[]): Made => ({
  layer: {
    class_name: 'Functional',
    name: 'inner',
    config: {
      name: 'inner',
      layers: [plain(input('i', ...shape))],
      input_layers: [['i', 0, 0]],
      output_layers: [['i', 0, 0]],
    },
  },
  weights: [],
});

const REFUSED: [string, () => string, string][] = [
  // Settings of layers.
  [
    'a bound that is no number',
    () => sequential(ROWS, layer('a', 'ReLU', { max_value: 'x' })),
    'layer "a" (ReLU): max_value is not honoured; expected a number, got "x"',
  ],
  [
    'a threshold and a bound',
    () => sequential(ROWS, layer('a', 'ReLU', { threshold: 0.5, max_value: 1 })),
    'layer "a" (ReLU): threshold together with max_value or negative_slope; expected one of them, got 0.5',
  ],
  [
    'a bound and a slope',
    () => sequential(ROWS, layer('a', 'ReLU', { max_value: 1, negative_slope: 0.1 })),
    'layer "a" (ReLU): max_value together with negative_slope; expected one of them, got 1',
  ],
  [
    'no units',
    () => sequential(ROWS, layer('d', 'Dense', {}, [[4, 3], [3]])),
    'layer "d" (Dense): no units; expected a whole number of at least 1, got nothing',
  ],
  [
    'two sizes of one axis',
    () => sequential(ROWS, layer('c', 'Conv1D', { filters: 2, kernel_size: [1, 2] }, [[1, 4, 2], [2]])),
    'layer "c" (Conv1D): kernel_size is not honoured; expected one size, got [1, 2]',
  ],
  [
    'a padding that is none',
    () => sequential(ROWS, layer('p', 'ZeroPadding1D', { padding: 'x' })),
    'layer "p" (ZeroPadding1D): padding is not honoured; expected a size or two, got "x"',
  ],
  [
    'a shape of another size',
    () => sequential(ROWS, layer('r', 'Reshape', { target_shape: [5, 5] })),
    'layer "r" (Reshape): target_shape is not honoured; expected one or two sizes of 24 numbers, got [5, 5]',
  ],
  [
    'an axis that is not the features',
    () => sequential(ROWS, layer('n', 'Normalization', { axis: 1, mean: 0, variance: 1 })),
    'layer "n" (Normalization): axis is not honoured; expected -1, the features, got 1',
  ],
  [
    'three means of four features',
    () => sequential(ROWS, layer('n', 'Normalization', { axis: -1, mean: [1, 2, 3], variance: 1 })),
    'layer "n" (Normalization): mean has the wrong size; expected 4, got 3',
  ],
  [
    'two scales of four features',
    () => sequential(ROWS, layer('r', 'Rescaling', { scale: [1, 2] })),
    'layer "r" (Rescaling): scale is not honoured; expected a number, or 4 of them, got [1, 2]',
  ],
  // Keys that nobody knows.
  [
    'a key of a layer',
    () => sequential(ROWS, { ...dense('d'), layer: { ...plain(dense('d')), wobble: 3 } }),
    'model "m": a key that is not known; expected class_name, config, name, ',
  ],
  [
    'a key of a model',
    () => said({ wobble: 3 }, [x, dense('d')]),
    'model "m": a key that is not known; expected name, trainable, layers, ',
  ],
  [
    'a key of an input',
    () => said({}, [layer('x', 'InputLayer', { batch_input_shape: [null, 6, 4], wobble: 3 }), dense('d')]),
    'input "x": a key that is not known; expected name, batch_input_shape, ',
  ],
  [
    'rows of several lengths',
    () => said({}, [layer('x', 'InputLayer', { batch_input_shape: [null, 6, 4], ragged: true }), dense('d')]),
    'input "x": ragged is not honoured; expected false, got true',
  ],
  // What a layer is given.
  [
    'open time where it must be known',
    () => sequential([null, 4], layer('f', 'Flatten')),
    'layer "f" (Flatten): needs a known number of timesteps; expected an input shape with its time, got None',
  ],
  [
    'a vector where a sequence is due',
    () => sequential([4], lstm('l')),
    'layer "l" (LSTM): its input has no timesteps; expected (batch, time, features), got (batch, features)',
  ],
  [
    'a sequence where a vector is due',
    () => sequential(ROWS, layer('r', 'RepeatVector', { n: 2 })),
    'layer "r" (RepeatVector): its input has timesteps; expected (batch, features), got (batch, time, features)',
  ],
  [
    'token ids that were computed',
    () => sequential(ROWS, dense('d', 4, 1), layer('e', 'Embedding', { output_dim: 2 }, [[5, 2]])),
    'layer "e" (Embedding): token ids that are worked out; expected an input of the model',
  ],
  [
    'two inputs of a layer of one',
    () => functional([x, with2(dense('d'), 'x', 'x')]),
    'layer "d" (Dense): wrong number of inputs; expected 1, got 2',
  ],
  [
    'one input of a layer of many',
    () => functional([x, with2(layer('a', 'Add'), 'x')]),
    'layer "a" (Add): nothing to merge; expected two or more inputs, got 1',
  ],
  [
    'a mask where Keras means something else by it',
    () => functional([x, masking, with2(layer('s', 'Softmax'), 'm')]),
    'layer "s" (Softmax): a masked input; expected one without a mask',
  ],
  [
    'a product of a sequence and a vector',
    () => functional([x, input('v', 4), with2(layer('d', 'Dot', { axes: [2, 1] }), 'x', 'v')]),
    'layer "d" (Dot): axes are not honoured; expected two sequences, or two vectors, got [2, 1]',
  ],
  [
    'masked factors',
    () => functional([x, masking, with2(layer('p', 'Multiply'), 'm', 'm')], {}, '2.15.0'),
    'layer "p" (Multiply): a product or an extreme of masked values, whose masked timesteps Keras 2 and 3 treat differently; expected values without a mask',
  ],
  [
    'values of different masks',
    () => functional([x, masking, with2(layer('a', 'Add'), 'm', 'x')], {}, '2.15.0'),
    'layer "a" (Add): merges values that are masked differently, which Keras 2 and 3 treat differently; expected one mask, or none',
  ],
  [
    'a convolution at each timestep',
    () =>
      sequential(
        ROWS,
        layer(
          't',
          'TimeDistributed',
          { layer: { class_name: 'Conv1D', config: { name: 'c', filters: 2, kernel_size: 1 } } },
          [[1, 4, 2], [2]],
        ),
      ),
    'layer "t" (TimeDistributed): a wrapped layer that is not honoured; expected Dense, Activation, ',
  ],
  // Recurrent layers.
  [
    'a mask that a state made a layer forget',
    () =>
      functional([
        x,
        input('s', 2),
        masking,
        with2(gru('g', { return_sequences: true }), 'm', 's'),
        with2(lstm('l', {}, 2), 'g'),
      ]),
    'layer "l" (LSTM): a mask that a layer called with initial_state has forgotten; expected values without a mask, got a masked one',
  ],
  [
    'a cell of another kind',
    () => sequential(ROWS, layer('r', 'RNN', { cell: { class_name: 'MyCell', config: { units: 2 } } })),
    'layer "r" (RNN): a cell that is not honoured; expected LSTMCell, GRUCell, SimpleRNNCell, got MyCell',
  ],
  [
    'one state of two',
    () => functional([x, input('s', 2), with2(lstm('l'), 'x', 's')]),
    'layer "l" (LSTM): wrong number of initial states; expected 2 for each cell, got 1',
  ],
  [
    'two states of one',
    () => functional([x, input('s', 2), with2(gru('g'), 'x', 's', 's')]),
    'layer "g" (GRU): too many initial states; expected one per state, got 2',
  ],
  [
    'both ways over a mask by TensorFlow 1.14 to 2.2',
    () => functional([x, masking, with2(both(lstm('l', { return_sequences: true })), 'm')], {}, '2.2.4-tf'),
    'layer "b" (Bidirectional): a mask that makes outputs zero, as some releases of TensorFlow do and others do not under one version of Keras; expected no mask, or a file of Keras 2.4',
  ],
  [
    'calls that Keras 3.1 counted together with others',
    () => {
      const twice = called(dense('d', 4, 4), [[['x', 0, 0, {}]], [['x', 0, 0, {}]]]);
      return functional(
        [x, twice, called(layer('a', 'Activation', { activation: 'tanh' }), [[['d', 1, 0, {}]]])],
        {},
        '3.1.1',
      );
    },
    'layer "d" (Dense): calls that Keras before 3.2 counts together with those outside the model; expected one call, or one that is number 0, got 1',
  ],
  [
    'states of stacked cells of an old TensorFlow',
    () => functional([x, input('s', 2), with2(cells({}, {}), 'x', 's', 's', 's', 's')], {}, '2.1.6-tf'),
    'layer "r" (RNN): states of stacked cells, whose order is not known of TensorFlow before 1.13; expected one cell, got 2',
  ],
  [
    'stacked cells walking backwards over a mask',
    () =>
      functional([
        x,
        masking,
        with2(
          {
            ...cells({}, {}),
            layer: {
              ...plain(cells({}, {})),
              config: { ...(plain(cells({}, {})).config as Json), go_backwards: true },
            },
          },
          'm',
        ),
      ]),
    'layer "r" (RNN): stacked cells walking backwards over a mask; expected one of them',
  ],
  [
    'stacked cells without a list',
    () => sequential(ROWS, layer('r', 'RNN', { cell: { class_name: 'StackedRNNCells', config: { cells: 3 } } })),
    'layer "r": no cells; expected a list, got 3',
  ],
  [
    'another layer both ways',
    () => sequential(ROWS, both(dense('d'))),
    'layer "b" (Bidirectional): a layer that is not honoured both ways; expected LSTM, GRU, SimpleRNN, got Dense',
  ],
  [
    'a layer both ways of a class that every object has',
    () => sequential(ROWS, both(layer('l', 'constructor'))),
    'layer "b" (Bidirectional): a layer that is not honoured both ways; expected LSTM, GRU, SimpleRNN, got constructor',
  ],
  [
    'a cell of a class that every object has',
    () => sequential(ROWS, layer('r', 'RNN', { cell: { class_name: 'constructor', config: { name: 'c' } } })),
    'layer "r" (RNN): a cell that is not honoured; expected LSTMCell, GRUCell, SimpleRNNCell, got constructor',
  ],
  [
    'a backward layer that walks forward',
    () => sequential(ROWS, both(lstm('l'), { backward_layer: plain(lstm('k')) })),
    'layer "b" (Bidirectional): the backward layer walks the wrong way; expected forward and backward, got go_backwards false',
  ],
  [
    'a forward layer that walks backwards',
    () => sequential(ROWS, both(backwards)),
    'layer "b" (Bidirectional): a wrapped layer that walks backwards; expected go_backwards false, got true',
  ],
  [
    'halves that disagree',
    () =>
      sequential(
        ROWS,
        both(lstm('l'), { backward_layer: plain(lstm('k', { go_backwards: true, return_sequences: true })) }),
      ),
    'layer "b" (Bidirectional): halves that disagree; expected one return_sequences and return_state',
  ],
  [
    'three states for both ways',
    () => functional([x, input('s', 2), with2(both(lstm('l')), 'x', 's', 's', 's')]),
    'layer "b" (Bidirectional): wrong number of initial states; expected 4, got 3',
  ],
  [
    'a mask and states both ways',
    () => functional([x, input('s', 2), masking, with2(both(lstm('l')), 'm', 's', 's', 's', 's')]),
    'layer "b" (Bidirectional): a masked input together with initial_state; expected one of them',
  ],
  // Masks that are given by name.
  [
    'a mask of another number',
    () => functional([x, masking, notEqual(1), any(), masked('any')]),
    'layer "l" (LSTM): called with a mask that its input does not carry; expected any of x != 0, got any of x != 1',
  ],
  [
    'a mask of one feature',
    () => functional([x, masking, notEqual(0), masked('ne')]),
    'layer "l" (LSTM): called with a mask that its input does not carry; expected any of x != 0, got for each feature, any of x != 0',
  ],
  [
    'a mask of what has none',
    () => functional([x, notEqual(0), any(), with3(lstm('l'), [tensor('x')], { mask: tensor('any') })]),
    'layer "l" (LSTM): called with a mask that its input does not carry; expected no mask, got any of x != 0',
  ],
  [
    'a mask for a value',
    () => functional([x, notEqual(0), with3(dense('d'), [tensor('ne')])]),
    'layer "d" (Dense): a mask where a value is due; expected a value of the model, got any of x != 0',
  ],
  [
    'any along another axis',
    () => functional([x, notEqual(0), any({ axis: 1 })]),
    'layer "any" (Any): an operation that is not honoured; expected one that makes masks of masks, got ["a value"]',
  ],
  [
    'unequal to a value',
    () => functional([x, notEqual(tensor('x'))]),
    'layer "ne" (NotEqual): an operation that is not honoured; expected one that makes masks of masks, got ["a value", "a value"]',
  ],
  [
    'either of a mask and one of each feature',
    () => functional([x, notEqual(0), any(), with3(layer('o', 'LogicalOr'), [tensor('ne'), tensor('any')])]),
    'layer "o" (LogicalOr): an operation that is not honoured; expected one that makes masks of masks, got ["a value", "a value"]',
  ],
  [
    'either of nothing',
    () => functional([x, with3(layer('o', 'LogicalOr'), [])]),
    'layer "o" (LogicalOr): an operation that is not honoured; expected one that makes masks of masks, got []',
  ],
  [
    'a mask with an axis in front',
    () => functional([x, notEqual(0), any(), with3(layer('e', 'ExpandDims', { axis: 0 }), [tensor('any')])]),
    'layer "e" (ExpandDims): an operation that is not honoured; expected one that makes masks of masks, got ["a value"]',
  ],
  [
    'masked factors of different shapes',
    () => functional([x, masking, with2(dense('d', 4, 1), 'm'), with2(layer('p', 'Multiply'), 'm', 'd')]),
    'layer "p" (Multiply): masked values of different shapes; expected one shape, got 4, 1',
  ],
  [
    'an unrolled walk backwards that makes masked outputs zero',
    () =>
      functional([
        x,
        masking,
        with2(lstm('l', { go_backwards: true, unroll: true, return_sequences: true, zero_output_for_mask: true }), 'm'),
      ]),
    'layer "l" (LSTM): an unrolled backward walk over a mask that makes outputs zero; expected unroll false, got true',
  ],
  [
    'an unrolled walk both ways over a mask',
    () => functional([x, masking, with2(both(lstm('l', { unroll: true, return_sequences: true })), 'm')]),
    'layer "b" (Bidirectional): an unrolled backward walk over a mask that makes outputs zero; expected unroll false, got true',
  ],
  // The graph.
  [
    'two layers of one name',
    () => functional([x, with2(layer('d', 'ReLU'), 'x'), with2(layer('d', 'ReLU'), 'x')]),
    'model "m": layers of one name; expected every name once, got d',
  ],
  [
    'a layer called with nothing',
    () => functional([x, with3(lstm('l'), [])]),
    'layer "l" (LSTM): wrong number of inputs; expected at least 1, got 0',
  ],
  [
    'a model of another kind',
    () => said({}, [x, with2(dense('d'), 'x')], { className: 'Wobble' }),
    'model "m": a model that is not honoured; expected Sequential or Functional, got Wobble',
  ],
  [
    'a model called with too few',
    () => functional([x, with2(inner(6, 4), 'x', 'x')]),
    'model "inner": wrong number of inputs; expected 1, got 2',
  ],
  [
    'no calls',
    () => functional([x, called(dense('d'), undefined)]),
    'layer "d": no inbound_nodes; expected a list, got nothing',
  ],
  [
    'an output that is not there',
    () => functional([x, called(dense('d'), [[['x', 0, 1, {}]]])]),
    'model "m": no such output; expected of layer x, got 1',
  ],
  [
    'no shape',
    () => said({}, [dense('d')]),
    'input "d_input": no shape; expected batch_shape of the input layer, got nothing',
  ],
  [
    'films',
    () => sequential([6, 4, 3, 2, 2], layer('f', 'Flatten')),
    'input "x": a shape that is not honoured; expected (batch, features), (batch, time, features), (batch, time, frequency, channels), (batch, time, rows, columns, channels), or (batch, time) of token ids, got [null, 6, 4, 3, 2, 2]',
  ],
  [
    'outputs that are no references',
    () => functional([x, with2(dense('d'), 'x')], { output_layers: 5 }),
    'model "m": its inputs or outputs cannot be told; expected [[layer, node, tensor], …], got 5',
  ],
  [
    'another argument of a call',
    () => functional([x, with3(dense('d'), [tensor('x')], { constants: 3 })]),
    'layer "d": called with constants; expected its inputs and initial_state, got 3',
  ],
  [
    'another argument of a call, Keras 2',
    () => functional([x, called(dense('d'), [[['x', 0, 0, { constants: 3 }]]])]),
    'layer "d": called with constants; expected its inputs and initial_state, got 3',
  ],
  [
    'a call that is none',
    () => functional([x, called(dense('d'), ['x'])]),
    'layer "d": a call that cannot be read; expected a list, got "x"',
  ],
  [
    'a call with no layer',
    () => functional([x, called(dense('d'), [[[1, 2]]])]),
    'layer "d": a call that cannot be read; expected [layer, node, tensor, …], got [1, 2]',
  ],
  [
    'a state that is none',
    () => functional([x, called(lstm('l'), [[['x', 0, 0, { initial_state: 'h' }]]])]),
    'layer "l": an initial_state that cannot be read; expected [[layer, node, tensor], …], got "h"',
  ],
  [
    'arguments in lists in lists',
    () => functional([x, with3(dense('d'), [nested(6)])]),
    'layer "d": arguments within arguments; expected lists of values',
  ],
  [
    'a constant',
    () => functional([x, with3(dense('d'), [3])]),
    'layer "d": called with a constant; expected values of the model, got 3',
  ],
  // Layers that are none.
  [
    'a number for a layer',
    () => said({}, [x, { layer: 3 as unknown as Json, weights: [] }]),
    'model "m": not a layer; expected {class_name, config}, got 3',
  ],
  [
    'a layer without a config',
    () => said({}, [{ layer: { class_name: 'Dense' }, weights: [] }]),
    'model "m": a layer without a config; expected an object, got nothing',
  ],
  [
    'a model without layers',
    () => said({}, [{ layer: { class_name: 'Sequential', config: { name: 's' } }, weights: [] }]),
    'model "s": no layers; expected a list, got nothing',
  ],
];

describe('refused, by where, what, expected and got', () => {
  it.each(REFUSED)('%s', (_, read, expected) => {
    expect(read()).toContain(expected);
  });
});

describe('files of Keras', () => {
  const h5 = (change: (bytes: Uint8Array) => void): string => {
    const bytes = bytesOf('keras2', caseOf('keras2', 'lstm'));
    change(bytes);
    return refusal(() => fromKeras(bytes));
  };
  /** Bytes of a file put in the place of others. */
  const patch =
    (from: string | number[], to: string | number[]) =>
    (bytes: Uint8Array): void => {
      const raw = (text: string | number[]): number[] => (typeof text === 'string' ? [...strToU8(text)] : text);
      const [old, fresh] = [raw(from), raw(to)];
      let found = 0;
      for (let at = 0; at + old.length <= bytes.length; at++) {
        if (old.every((byte, i) => bytes[at + i] === byte)) {
          bytes.set(fresh, at);
          found++;
        }
      }
      expect(found).toBeGreaterThan(0);
    };
  it('an .h5 file that is changed is a good one', () => {
    expect(h5(() => {})).toBe('nothing was thrown');
  });
  it.each<[string, (bytes: Uint8Array) => void, string]>([
    [
      'Keras 1',
      patch('2.21.0', '1.21.0'),
      'file: a version of Keras that is not honoured; expected 2.0 or newer, got 1.21.0',
    ],
    [
      'a group without its names',
      patch('weight_names', 'weight_namez'),
      'file: no weight_names in model_weights/lstm; expected a list of names, got nothing',
    ],
    [
      'texts for weights',
      patch([0x11, 0x20, 0x1f, 0, 4, 0, 0, 0], [0x13, 0x20, 0x1f, 0, 4, 0, 0, 0]),
      'a type that is not honoured; expected floats or whole numbers, got S4',
    ],
  ])('%s', (_, change, expected) => {
    expect(h5(change)).toContain(expected);
  });

  const archive = (change: (entries: Record<string, Uint8Array>) => void): string => {
    const entries = unzipSync(bytesOf('keras3', caseOf('keras3', 'lstm_go_backwards')));
    change(entries);
    return refusal(() => fromKeras(zipSync(entries)));
  };
  it('an archive of no version', () => {
    const message = archive((entries) => {
      entries['metadata.json'] = strToU8('{"keras_version":3}');
    });
    expect(message).toBe('metadata.json: no keras_version; expected a version, got 3');
  });

  it.each<FileName>(['keras3', 'keras2'])('%s: models within models within models', (version) => {
    const deep =
      (levels: number) =>
      (model: ModelJson): void => {
        let one: Json = { class_name: 'Dense', config: { name: 'd', units: 1 } };
        for (let depth = 0; depth < levels; depth++)
          one = { class_name: 'Sequential', config: { name: `m${depth}`, layers: [one] } };
        model.config.layers.push(one as unknown as ModelJson['config']['layers'][0]);
      };
    const one = caseOf(version, 'lstm_no_bias');
    expect(refusal(() => readChanged(version, one, deep(60)))).toMatch(
      /^model(Topology)?: nested too deep; expected at most 120 levels, got more$/,
    );
    // Few enough levels are walked, and the weights of that Dense are missed.
    expect(refusal(() => readChanged(version, one, deep(10)))).toMatch(
      /layer "m9": wrong number of weights; expected 2, got 0/,
    );
  });

  it('fifty thousand models within one another', () => {
    const text = `${'{"class_name":"Sequential","config":{"name":"m","layers":['.repeat(50_000)}${']}}'.repeat(50_000)}`;
    const parts = { 'metadata.json': strToU8('{"keras_version":"3.0.0"}') };
    const message = archive((entries) => Object.assign(entries, parts, { 'config.json': strToU8(text) }));
    expect(message).toMatch(/^config\.json: nested too deep; expected at most 1000 objects and lists/);
  });
});
