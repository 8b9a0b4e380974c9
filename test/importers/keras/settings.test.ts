import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { readKeras } from '../../../src/importers/keras/index.js';
import { createModel } from '../../../src/index.js';
import { largestDifference } from '../../support/bits.js';
import { drawn, expectClose, floats, refusal } from '../support.js';
import { type Case, caseOf, type FileName, type Json, type ModelJson, outputsOf, readChanged } from './cases.js';

// Each setting where it matters: a golden file whose config says something else in that one place must give other numbers than
// Keras gave (or no model at all), and must give the same where the setting is of no consequence.

/** The first layer of that class, also inside of others, has its setting changed; undefined removes it. */
function set(model: ModelJson, className: string, key: string, value: unknown): void {
  const find = (node: unknown): Json | undefined => {
    if (typeof node !== 'object' || node === null) return undefined;
    const { class_name: name, config } = node as { class_name?: string; config?: Json };
    if (name === className && config) return config;
    for (const inner of Object.values(node)) {
      const found = find(inner);
      if (found) return found;
    }
    return undefined;
  };
  const config = find(model);
  if (!config) throw new Error(`no ${className}`);
  // What is set must differ from what stands there, or nothing is tested.
  expect(JSON.stringify(config[key])).not.toBe(JSON.stringify(value));
  if (value === undefined) delete config[key];
  else config[key] = value;
}

/** The largest error relative above 1, or Infinity where shapes differ. */
async function errorOf(one: Case, spec: Parameters<typeof outputsOf>[0]): Promise<number> {
  const got = await outputsOf(spec, one);
  const errors = one.outputs.map(({ shape, data }, index) =>
    `${got[index]?.shape}` === `${shape}`
      ? largestDifference(got[index]?.data, floats(data), { relative: true })
      : Infinity,
  );
  return Math.max(...errors);
}

type Row = [name: string, className: string, key: string, value: unknown];
const OLD: FileName = 'keras3';
const MORE: FileName = 'keras3-options';

/** Settings that change what is computed. */
const MATTERS: [FileName, ...Row][] = [
  [OLD, 'lstm_activation', 'LSTM', 'activation', 'tanh'],
  [OLD, 'gru_activation', 'GRU', 'activation', 'tanh'],
  [OLD, 'simple_rnn_activation', 'SimpleRNN', 'activation', 'tanh'],
  [OLD, 'lstm_hard_sigmoid', 'LSTM', 'recurrent_activation', 'sigmoid'],
  [MORE, 'lstm_gates', 'LSTM', 'recurrent_activation', 'sigmoid'],
  [MORE, 'lstm_gates', 'LSTM', 'activation', 'tanh'],
  [MORE, 'gru_gates', 'GRU', 'recurrent_activation', 'sigmoid'],
  [MORE, 'gru_gates', 'GRU', 'activation', 'tanh'],
  [MORE, 'rnn_backwards', 'SimpleRNNCell', 'activation', 'tanh'],
  [OLD, 'lstm_go_backwards', 'LSTM', 'go_backwards', false],
  [OLD, 'gru_go_backwards', 'GRU', 'go_backwards', undefined],
  [OLD, 'simple_rnn_go_backwards', 'SimpleRNN', 'go_backwards', false],
  [MORE, 'rnn_backwards', 'RNN', 'go_backwards', false],
  [OLD, 'lstm_go_backwards', 'LSTM', 'return_sequences', false],
  [OLD, 'gru_go_backwards', 'GRU', 'return_sequences', undefined],
  [OLD, 'simple_rnn_go_backwards', 'SimpleRNN', 'return_sequences', false],
  [MORE, 'rnn_backwards', 'RNN', 'return_sequences', false],
  [MORE, 'lstm_zero_for_mask', 'LSTM', 'zero_output_for_mask', false],
  [MORE, 'gru_zero_for_mask', 'GRU', 'zero_output_for_mask', undefined],
  [MORE, 'simple_rnn_zero_for_mask', 'SimpleRNN', 'zero_output_for_mask', false],
  [MORE, 'lstm_last_masked', 'LSTM', 'zero_output_for_mask', true],
  [OLD, 'embedding_mask_zero', 'Embedding', 'mask_zero', false],
  [OLD, 'embedding_mask_zero', 'Embedding', 'mask_zero', undefined],
  [MORE, 'masking_value', 'Masking', 'mask_value', 0],
  [MORE, 'masking_value', 'Masking', 'mask_value', undefined],
  [OLD, 'bidirectional_lstm_sum', 'Bidirectional', 'merge_mode', 'ave'],
  [OLD, 'bidirectional_gru_mul', 'Bidirectional', 'merge_mode', 'sum'],
  [OLD, 'bidirectional_lstm_ave', 'Bidirectional', 'merge_mode', 'mul'],
  [OLD, 'bidirectional_lstm_sum', 'Bidirectional', 'merge_mode', undefined],
  [OLD, 'bidirectional_simple_rnn_concat', 'Bidirectional', 'merge_mode', 'sum'],
  [OLD, 'conv1d_same', 'Conv1D', 'padding', 'causal'],
  [OLD, 'conv1d_causal', 'Conv1D', 'padding', 'same'],
  [OLD, 'conv1d_causal', 'Conv1D', 'padding', undefined],
  [OLD, 'conv1d_valid', 'Conv1D', 'activation', 'linear'],
  [OLD, 'conv1d_valid_strided', 'Conv1D', 'strides', [1]],
  [OLD, 'conv1d_same_strided', 'Conv1D', 'strides', undefined],
  [OLD, 'conv1d_same_dilated', 'Conv1D', 'dilation_rate', [1]],
  [OLD, 'conv1d_causal_dilated', 'Conv1D', 'dilation_rate', undefined],
  [OLD, 'max_pooling_same', 'MaxPooling1D', 'pool_size', [2]],
  [OLD, 'max_pooling_same', 'MaxPooling1D', 'strides', [1]],
  [OLD, 'max_pooling_same', 'MaxPooling1D', 'padding', 'valid'],
  [OLD, 'average_pooling_same', 'AveragePooling1D', 'pool_size', [2]],
  [OLD, 'average_pooling_valid', 'AveragePooling1D', 'strides', undefined],
  [OLD, 'average_pooling_same', 'AveragePooling1D', 'padding', undefined],
  [MORE, 'layer_normalization_both', 'LayerNormalization', 'epsilon', 0.001],
  [OLD, 'batch_normalization', 'BatchNormalization', 'epsilon', undefined],
  [MORE, 'rms_normalization', 'RMSNormalization', 'epsilon', undefined],
  [MORE, 'layer_normalization_rms', 'LayerNormalization', 'epsilon', undefined],
  [MORE, 'normalization_scalar', 'Normalization', 'mean', 0.2],
  [MORE, 'normalization_scalar', 'Normalization', 'variance', 1],
  [MORE, 'normalization_invert', 'Normalization', 'invert', false],
  [MORE, 'rescaling_offset', 'Rescaling', 'scale', 1],
  [MORE, 'rescaling_offset', 'Rescaling', 'offset', undefined],
  [OLD, 'leaky_relu', 'LeakyReLU', 'negative_slope', 0.3],
  [OLD, 'elu_layer', 'ELU', 'alpha', undefined],
  [OLD, 'relu_layer', 'ReLU', 'max_value', null],
  [OLD, 'relu_slope', 'ReLU', 'negative_slope', 0],
  [MORE, 'relu_threshold', 'ReLU', 'threshold', 0],
  ['keras2-options', 'thresholded_relu', 'ThresholdedReLU', 'theta', undefined],
  ['keras2-options', 'leaky_relu_alpha', 'LeakyReLU', 'alpha', undefined],
  [MORE, 'reshape_to_vector', 'Dense', 'activation', 'tanh'],
  [OLD, 'repeat_vector', 'RepeatVector', 'n', 4],
  [OLD, 'up_sampling', 'UpSampling1D', 'size', 3],
  [OLD, 'zero_padding', 'ZeroPadding1D', 'padding', [2, 1]],
  [OLD, 'cropping', 'Cropping1D', 'cropping', [2, 1]],
  [MORE, 'dot_axes_1', 'Dot', 'axes', 2],
  [MORE, 'dot_axes_2', 'Dot', 'axes', 1],
  [MORE, 'dot_axes_1_2', 'Dot', 'axes', [2, 1]],
  [MORE, 'activation_relu6_wide', 'Activation', 'activation', 'relu'],
];

/** Settings that must fit something else in the file: said otherwise, there is no model. */
const CONTRADICTS: [FileName, ...Row, RegExp][] = [
  [OLD, 'lstm_no_bias', 'LSTM', 'use_bias', true, /wrong number of weights/],
  [OLD, 'gru_no_bias', 'GRU', 'use_bias', true, /wrong number of weights/],
  [OLD, 'gru_reset_before', 'GRU', 'reset_after', true, /weight .* has the wrong shape; expected \(30\), got \(15\)/],
  [OLD, 'gru', 'GRU', 'reset_after', false, /weight .* has the wrong shape; expected \(15\), got \(2, 15\)/],
  [OLD, 'conv1d_groups', 'Conv1D', 'groups', 1, /weight .* has the wrong shape; expected \(3, 4, 6\), got \(3, 2, 6\)/],
  [OLD, 'conv1d_valid', 'Conv1D', 'kernel_size', [2], /weight .* has the wrong shape/],
  [OLD, 'conv1d_valid', 'Conv1D', 'filters', 4, /weight .* has the wrong shape/],
  [OLD, 'conv1d_valid_strided', 'Conv1D', 'use_bias', true, /wrong number of weights/],
  [OLD, 'vector_model', 'Dense', 'units', 4, /weight .* has the wrong shape; expected \(4, 4\), got \(4, 5\)/],
  [OLD, 'embedding', 'Embedding', 'output_dim', 3, /weight .* has the wrong shape; expected \(any, 3\), got \(11, 4\)/],
  [
    MORE,
    'layer_normalization_both',
    'LayerNormalization',
    'axis',
    1,
    /axis is not honoured; expected -1 or 2, the features/,
  ],
  [
    MORE,
    'layer_normalization_both',
    'LayerNormalization',
    'rms_scaling',
    'yes',
    /rms_scaling is not honoured; expected true or false/,
  ],
  [MORE, 'softmax_vector', 'Softmax', 'axis', 0, /axis is not honoured; expected -1 or 1, the features, got 0/],
  [
    MORE,
    'time_distributed_softmax',
    'Softmax',
    'axis',
    2,
    /axis is not honoured; expected -1 or 1, the features, got 2/,
  ],
  [OLD, 'merge_concatenate', 'Concatenate', 'axis', 0, /axis is not honoured; expected the features, or the time/],
  [MORE, 'dot_vectors', 'Dot', 'normalize', true, /normalize is not honoured; expected off, got true/],
  [OLD, 'permute', 'Permute', 'dims', [1, 3], /dims is not honoured; expected \(2, 1\), got 1,3/],
  [
    OLD,
    'bidirectional_lstm_sum',
    'LSTM',
    'stateful',
    true,
    /a stateful layer both ways; expected stateful false, got true/,
  ],
  [OLD, 'prelu', 'PReLU', 'shared_axes', undefined, /a slope per timestep; expected shared_axes \[1\]/],
  [
    OLD,
    'reshape',
    'Reshape',
    'target_shape',
    [4, 6],
    /weight .* has the wrong shape; expected \(6, 16\), got \(2, 16\)/,
  ],
  [
    OLD,
    'reshape_open',
    'Reshape',
    'target_shape',
    [-1, 4],
    /weight .* has the wrong shape; expected \(4, 16\), got \(8, 16\)/,
  ],
  [OLD, 'lstm_return_state', 'LSTM', 'return_state', false, /no such output/],
  [MORE, 'global_max_keepdims', 'GlobalMaxPooling1D', 'keepdims', 'yes', /keepdims is not honoured/],
];

/** Settings of training, of how the work is done, or of how weights began. */
const SAME: [FileName, ...Row][] = [
  ...(['lstm', 'gru', 'simple_rnn'] as const).flatMap((name): [FileName, ...Row][] => {
    const className = { lstm: 'LSTM', gru: 'GRU', simple_rnn: 'SimpleRNN' }[name];
    return [
      [MORE, `${name}_unroll`, className, 'unroll', false],
      [OLD, `${name}`, className, 'unroll', true],
      [OLD, `${name}`, className, 'implementation', 1],
      [OLD, `${name}`, className, 'dropout', 0.5],
      [OLD, `${name}`, className, 'recurrent_dropout', 0.5],
      [OLD, `${name}`, className, 'seed', 3],
      [OLD, `${name}`, className, 'stateful', true],
      [OLD, `${name}_no_bias`, className, 'kernel_initializer', 'zeros'],
    ];
  }),
  [MORE, 'lstm_gates', 'LSTM', 'unit_forget_bias', true],
  [OLD, 'dropouts', 'Dropout', 'rate', 0.1],
  [OLD, 'dropouts', 'GaussianNoise', 'stddev', 0.1],
  [OLD, 'batch_normalization', 'BatchNormalization', 'momentum', 0.5],
  [OLD, 'vector_model', 'Dense', 'kernel_regularizer', { class_name: 'L2', config: { l2: 0.1 } }],
  [OLD, 'vector_model', 'BatchNormalization', 'synchronized', true],
  [OLD, 'embedding', 'Embedding', 'input_dim', 99],
  [MORE, 'layer_normalization_rms', 'LayerNormalization', 'center', false],
];

const title = ([file, name, className, key, value]: readonly [FileName, ...Row, ...unknown[]]): string =>
  `${className}.${key} = ${JSON.stringify(value) ?? 'nothing'} (${file}, ${name})`;

describe('a setting that says something else gives other numbers than Keras computed', () => {
  it.each(MATTERS.map((row) => [title(row), row] as const))('%s', async (_, [file, name, ...change]) => {
    const one = caseOf(file, name);
    expect(
      await errorOf(
        one,
        readChanged(file, one, () => {}),
      ),
    ).toBeLessThan(1e-5);
    expect(
      await errorOf(
        one,
        readChanged(file, one, (model) => set(model, ...change)),
      ),
    ).toBeGreaterThan(1e-4);
  });
});

describe('a setting that contradicts the rest of the file is refused', () => {
  it.each(CONTRADICTS.map((row) => [title(row), row] as const))(
    '%s',
    (_, [file, name, className, key, value, says]) => {
      const one = caseOf(file, name);
      readChanged(file, one, () => {});
      expect(refusal(() => readChanged(file, one, (model) => set(model, className, key, value)))).toMatch(says);
    },
  );
});

describe('a setting without consequence gives the same numbers', () => {
  it.each(SAME.map((row) => [title(row), row] as const))('%s', async (_, [file, name, ...change]) => {
    const one = caseOf(file, name);
    expect(
      await errorOf(
        one,
        readChanged(file, one, (model) => set(model, ...change)),
      ),
    ).toBeLessThan(1e-5);
  });
});

// Dropping scale or center takes a weight away, so the weights that are left would be taken for others: two gammas or none.
it.each(['BatchNormalization', 'LayerNormalization'])(
  '%s: scale and center say which weights there are',
  (className) => {
    const one = caseOf(OLD, className === 'BatchNormalization' ? 'batch_normalization' : 'layer_normalization');
    for (const key of ['scale', 'center']) {
      const plain = readChanged(OLD, one, () => {});
      const node = (spec: typeof plain) =>
        spec.nodes.find(({ type }) => type === 'batch_norm' || type === 'layer_norm');
      const field = key === 'scale' ? 'gamma' : 'beta';
      expect(Object.keys((node(plain) as { tensors: object }).tensors)).toContain(field);
      const message = refusal(() => {
        const spec = readChanged(OLD, one, (model) => set(model, className, key, false));
        expect(Object.keys((node(spec) as { tensors: object }).tensors)).not.toContain(field);
      });
      expect(message).toMatch(/wrong number of weights|an array that its config does not make/);
    }
  },
);

describe.each(['keras3', 'keras2'])('stateful layers of %s', (version) => {
  interface Stateful {
    readonly name: string;
    readonly file: string;
    readonly shape: number[];
    readonly seeds: number[];
    readonly outputs: string[];
  }
  const cases: Stateful[] = JSON.parse(
    readFileSync(new URL(`../../golden/keras-files/${version}-stateful.json`, import.meta.url), 'utf8'),
  );
  it.each(cases.map((one) => [one.name, one] as const))(
    '%s: two pieces through a stream, as two calls',
    async (_, one) => {
      const { spec, report } = readKeras(gunzipSync(Buffer.from(one.file, 'base64')));
      const notes = report.notes.filter((note) => /is stateful: a stream carries its state/.test(note));
      expect(notes).toHaveLength(2);
      const model = await createModel(spec);
      const [batch] = one.shape as [number];
      const stream = model.createStream({ batch });
      const pieces = one.seeds.map((seed) => drawn({ seed, shape: one.shape }));
      const wanted = one.outputs.map(floats);
      pieces.forEach((piece, index) => {
        expectClose(stream.run(piece), wanted[index] as Float32Array);
      });
      // A stream that was reset, and a run of the model, begin from zeros.
      stream.reset();
      const [first, second] = pieces as [(typeof pieces)[0], (typeof pieces)[0]];
      expectClose(stream.run(first), wanted[0] as Float32Array);
      expectClose(model.run(first), wanted[0] as Float32Array);
      const fresh = model.run(second);
      expect(largestDifference(fresh, wanted[1])).toBeGreaterThan(1e-3);
      model.dispose();
    },
  );
});
