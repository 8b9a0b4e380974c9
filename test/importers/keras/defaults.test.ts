import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec } from '../../../src/index.js';
import { expectNear, expectSameBits } from '../../support/bits.js';
import { randomFloats } from '../../support/random.js';
import type { Json } from './cases.js';
import { type Described, randomModel } from './random-model.js';

// Keras writes every setting out, so files leave none out; hand-made ones do. What is absent means what Keras defaults to
// (https://keras.io/api/layers, of Keras 2 its source): as if it stood there, and not as if another value did.

const F = 4;
const lstm: Described = { className: 'LSTM', config: { units: 2 }, weights: [[F, 8], [2, 8], [8]] };
const gru: Described = { className: 'GRU', config: { units: 2 }, weights: [[F, 6], [2, 6], [6]] };
const rnn: Described = { className: 'SimpleRNN', config: { units: 2 }, weights: [[F, 2], [2, 2], [2]] };
const masking: Described = { className: 'Masking', config: { mask_value: 0 } };
const whole = { return_sequences: true };
const withConfig = (made: Described, config: Json): Described => ({ ...made, config: { ...made.config, ...config } });
const plain = ({ className, config }: Described): Json => ({
  class_name: className,
  config: { name: 'inner', ...config },
});
const bidirectional: Described = {
  className: 'Bidirectional',
  config: { layer: plain(withConfig(lstm, whole)) },
  weights: [...(lstm.weights ?? []), ...(lstm.weights ?? [])],
};
const cells: Described = {
  className: 'RNN',
  config: { cell: { class_name: 'LSTMCell', config: { units: 2 } } },
  weights: lstm.weights ?? [],
};
const dense: Described = { className: 'Dense', config: { units: 3 }, weights: [[F, 3], [3]] };
const conv: Described = { className: 'Conv1D', config: { filters: 3, kernel_size: 2 }, weights: [[2, F, 3], [3]] };
const pool = (className: string): Described => ({ className, config: { pool_size: 3 } });
const vectors = (className: string, count: number): Described => ({ className, weights: Array(count).fill([F]) });
const normalization: Described = { className: 'Normalization', config: { mean: 0.5, variance: 2 } };

interface Row {
  readonly made: Described;
  readonly key: string;
  readonly value: unknown;
  /** Other values, each of which makes another model or, with other weights than these, none. */
  readonly others: readonly unknown[];
  readonly version?: string;
  readonly before?: readonly Described[];
  readonly shape?: readonly (number | null)[];
}
const row = (
  made: Described,
  key: string,
  value: unknown,
  others: readonly unknown[],
  more: Partial<Row> = {},
): Row => ({
  made,
  key,
  value,
  others,
  ...more,
});

const ROWS: readonly Row[] = [
  ...[lstm, gru, rnn].flatMap((made) => [
    row(made, 'activation', 'tanh', ['relu', 'sigmoid']),
    row(made, 'use_bias', true, [false]),
    row(made, 'return_sequences', false, [true]),
    row(made, 'return_state', false, []),
    row(made, 'go_backwards', false, [true]),
    row(made, 'zero_output_for_mask', false, [true], { before: [masking] }),
    row(made, 'stateful', false, []),
  ]),
  ...[lstm, gru].flatMap((made) => [
    row(made, 'recurrent_activation', 'sigmoid', ['hard_sigmoid', 'tanh']),
    row(made, 'recurrent_activation', 'hard_sigmoid', ['sigmoid', 'tanh'], { version: '2.1.0' }),
  ]),
  row(gru, 'reset_after', false, [true]),
  row(cells, 'return_sequences', false, [true]),
  row(cells, 'go_backwards', false, [true]),
  row(cells, 'zero_output_for_mask', false, [true], { before: [masking] }),
  row(bidirectional, 'merge_mode', 'concat', ['sum', 'mul', 'ave']),
  row(dense, 'activation', 'linear', ['tanh']),
  row(dense, 'activation', null, ['relu']),
  row(dense, 'use_bias', true, [false]),
  row(conv, 'strides', [1], [[2]]),
  row(conv, 'dilation_rate', 1, [2]),
  row(conv, 'padding', 'valid', ['same', 'causal']),
  row(conv, 'groups', 1, [2]),
  row(conv, 'activation', 'linear', ['relu']),
  row(conv, 'use_bias', true, [false]),
  ...['MaxPooling1D', 'AveragePooling1D'].flatMap((name) => [
    row({ className: name }, 'pool_size', 2, [1, 3]),
    row(pool(name), 'strides', 3, [1, 2]),
    row(pool(name), 'strides', null, [1, 2]),
    row(pool(name), 'padding', 'valid', ['same']),
  ]),
  ...['GlobalMaxPooling1D', 'GlobalAveragePooling1D'].map((name) =>
    row({ className: name }, 'keepdims', false, [true]),
  ),
  row({ className: 'UpSampling1D' }, 'size', 2, [1, 3]),
  row({ className: 'Masking' }, 'mask_value', 0, [1], { before: [], shape: [null, F] }),
  row(vectors('BatchNormalization', 4), 'epsilon', 1e-3, [1e-5, 1e-6, 0]),
  row(vectors('BatchNormalization', 4), 'scale', true, [false]),
  row(vectors('BatchNormalization', 4), 'center', true, [false]),
  row(vectors('BatchNormalization', 4), 'axis', -1, [1]),
  row(vectors('LayerNormalization', 2), 'epsilon', 1e-3, [1e-5, 1e-6]),
  row(vectors('LayerNormalization', 2), 'scale', true, [false]),
  row(vectors('LayerNormalization', 2), 'center', true, [false]),
  row(vectors('LayerNormalization', 2), 'rms_scaling', false, [true]),
  row(withConfig(vectors('LayerNormalization', 1), { rms_scaling: true }), 'epsilon', 1e-3, [1e-5, 1e-6]),
  row(vectors('RMSNormalization', 1), 'epsilon', 1e-6, [1e-3, 1e-5]),
  row(normalization, 'invert', false, [true]),
  row({ className: 'Rescaling', config: { scale: 0.5 } }, 'offset', 0, [1]),
  row({ className: 'LeakyReLU' }, 'negative_slope', 0.3, [0.2, 0.01]),
  row({ className: 'LeakyReLU' }, 'alpha', 0.3, [0.2, 0.01], { version: '2.15.0' }),
  row({ className: 'ELU' }, 'alpha', 1, [0.3]),
  row({ className: 'ThresholdedReLU' }, 'theta', 1, [0, 0.5], { version: '2.15.0' }),
  row({ className: 'ReLU' }, 'max_value', null, [6]),
  row({ className: 'ReLU' }, 'negative_slope', 0, [0.1]),
  row({ className: 'ReLU' }, 'threshold', 0, [0.1]),
];

describe('a setting that is left out means the default of Keras', () => {
  const read = ({ made, key, version = '3.9.0', before = [], shape = [6, F] }: Row, value?: unknown): ModelSpec =>
    randomModel(shape, [...before, withConfig(made, value === undefined ? {} : { [key]: value })], { version });
  const named = ROWS.map((one) => {
    const inside = one.made.config?.rms_scaling ? ' by its root' : '';
    return [
      `${one.made.className}${inside}, ${one.key}: ${JSON.stringify(one.value)} (${one.version ?? '3.9.0'})`,
      one,
    ] as const;
  });

  it.each(named)('%s', (_, one) => {
    const absent = read(one);
    expect(read(one, one.value)).toEqual(absent);
    for (const other of one.others) {
      let changed: ModelSpec | undefined;
      try {
        changed = read(one, other);
      } catch (error) {
        expect((error as Error).message).toMatch(/weight|wrong|honoured/);
      }
      expect(changed, JSON.stringify(other)).not.toEqual(absent);
    }
  });
});

describe('what small models compute', () => {
  const run = async (spec: ModelSpec, x: Float32Array): Promise<Float32Array> => {
    const model = await createModel(spec);
    const y = model.runNamed({ [spec.inputs[0]?.name as string]: x });
    model.dispose();
    return Float32Array.from(spec.outputs.flatMap((name) => [...(y[name]?.data ?? [])]));
  };
  const x = randomFloats(6 * F, 3);
  const turned = Float32Array.from(x, (_, i) => x[(5 - Math.floor(i / F)) * F + (i % F)] as number);

  it('Normalization divides by no less than 1e-7, whatever the variance', async () => {
    const config = { mean: [0.5, 0.5, 0.5, 0.5], variance: [0, 1e-16, 1e-14, 4] };
    const one = Float32Array.of(0.5, 0.5 + 2 ** -20, 0.75, 1);
    const scale = [1e7, 1e7, 1e7, 0.5];
    const got = await run(randomModel([1, F], [{ className: 'Normalization', config }]), one);
    expectNear(
      got,
      [...one].map((value, i) => (value - 0.5) * (scale[i] as number)),
      0.5,
    );
    const back = await run(
      randomModel([1, F], [{ className: 'Normalization', config: { ...config, invert: true } }]),
      one,
    );
    expectNear(
      back,
      [...one].map((value, i) => 0.5 + value / (scale[i] as number)),
      1e-6,
    );
  });

  it.each(['SimpleRNN', 'GRU', 'LSTM'])(
    'stacked cells of %s: the sequence is turned once, not for each cell',
    async (name) => {
      const gates = { SimpleRNN: 1, GRU: 3, LSTM: 4 }[name] as number;
      const cell = { class_name: `${name}Cell`, config: { units: F } };
      const stacked = (config: Json): ModelSpec =>
        randomModel(
          [6, F],
          [
            {
              className: 'RNN',
              config: { cell: [cell, cell, cell], return_sequences: true, ...config },
              weights: Array(3)
                .fill([[F, gates * F], [F, gates * F], [gates * F]])
                .flat(),
            },
          ],
        );
      const back = await run(stacked({ go_backwards: true }), x);
      expectSameBits(back, await run(stacked({}), turned));
      expect(back).not.toEqual(await run(stacked({}), x));
    },
  );

  it.each(['concat', 'sum', 'mul', 'ave'] as const)('halves with states, %s: merged as without', async (merge) => {
    const halves = (config: Json, inner: Json): Described => ({
      className: 'Bidirectional',
      config: { layer: plain(withConfig(lstm, { ...whole, ...inner })), ...config },
      weights: bidirectional.weights ?? [],
    });
    const apart = await run(randomModel([6, F], [halves({ merge_mode: merge }, {})]), x);
    const spec = randomModel([6, F], [halves({ merge_mode: merge }, { return_state: true })]);
    const model = await createModel(spec);
    const { data } = Object.values(model.runNamed({ [spec.inputs[0]?.name as string]: x }))[0] as {
      data: Float32Array;
    };
    expect(spec.nodes.filter(({ type }) => type === 'bidirectional')).toEqual([]);
    expectSameBits(data, apart);
    model.dispose();
  });
});
