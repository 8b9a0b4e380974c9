import { describe, expect, it } from 'vitest';
import { fromRTNeural, readRTNeural } from '../../../src/importers/rtneural/index.js';
import { createModel } from '../../../src/index.js';
import { randomFloats } from '../../support/random.js';
import { expectClose, refusal } from '../support.js';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const lists = (seed: number, rows: number, columns: number) =>
  Array.from({ length: rows }, (_, row) => [...randomFloats(columns, seed + row)]);

/** An LSTM and a dense layer to `outputs`, of so many inputs. */
const network = (inputs: number, outputs = 1) => ({
  in_shape: [null, null, inputs],
  layers: [
    {
      type: 'lstm',
      activation: '',
      shape: [null, null, 3],
      weights: [lists(1, inputs, 12), lists(20, 3, 12), lists(40, 1, 12)[0]],
    },
    {
      type: 'dense',
      activation: '',
      shape: [null, null, outputs],
      weights: [lists(50, 3, outputs), lists(60, 1, outputs)[0]],
    },
  ],
});
const run = async (file: object, x: Float32Array, inputs: number): Promise<Float32Array> => {
  const model = await createModel(fromRTNeural(bytes(file)));
  const data = x.slice();
  const [{ data: y }] = Object.values(
    model.runNamed({ input: { data, shape: [1, data.length / inputs, inputs] } }),
  ) as unknown as [{ data: Float32Array }];
  // One sample after another, as players go.
  const stream = model.createStream();
  const steps = Array.from(
    { length: data.length / inputs },
    (_, t) => stream.step(data.subarray(t * inputs, (t + 1) * inputs))[0],
  );
  expect(steps).toEqual([...y]);
  model.dispose();
  return y;
};

describe('what players honour beside the layers', () => {
  const factor = (decibels: number) => (decibels > -90 ? 10 ** (decibels / 20) : 0);
  it.each<[string, number, { in_skip?: number; in_gain?: number; out_gain?: number }]>([
    ['the input is added', 1, { in_skip: 1 }],
    ['the input is not added', 1, { in_skip: 0 }],
    ['a gain of the input', 1, { in_gain: 6 }],
    ['a gain of the output', 1, { out_gain: -7.5 }],
    ['all of them', 1, { in_skip: 1, in_gain: -3, out_gain: 12 }],
    ['the signal alone is added and amplified, not the knobs', 3, { in_skip: 1, in_gain: 4, out_gain: 2 }],
    ['a gain of the signal beside a knob', 2, { in_gain: -12 }],
    ['silence', 1, { in_skip: 1, out_gain: -90 }],
    ['nothing of the input', 1, { in_skip: 1, in_gain: -120 }],
    ['gains of zero dB', 1, { in_gain: 0, out_gain: 0 }],
  ])('%s', async (_, inputs, fields) => {
    const { in_skip: skip = 0, in_gain: before = 0, out_gain: after = 0 } = fields;
    const x = randomFloats(20 * inputs, 7);
    const amplified = x.map((value, k) => (k % inputs === 0 ? value * factor(before) : value));
    const plain = await run(network(inputs), amplified, inputs);
    const got = await run({ ...network(inputs), ...fields }, x, inputs);
    expectClose(
      got,
      [...plain].map((value, t) => (value + skip * (amplified[t * inputs] as number)) * factor(after)),
    );
    if (Object.values(fields).some((value) => value !== 0))
      expect([...got]).not.toEqual([...(await run(network(inputs), x, inputs))]);
  });

  it('the signal is cut out of several inputs alone', () => {
    const types = (inputs: number) =>
      readRTNeural(bytes({ ...network(inputs), in_skip: 1 })).spec.nodes.map(({ type }) => type);
    expect(types(1)).toEqual(['lstm', 'dense', 'add']);
    expect(types(2)).toEqual(['lstm', 'dense', 'slice', 'add']);
  });

  it('is reported; sample rate, words and signals for a test change nothing', async () => {
    const x = randomFloats(20, 7);
    const more = {
      samplerate: 48000,
      metadata: { name: 'amp', samplerate: 44100 },
      input_batch: [0.5],
      output_batch: [0.25],
      in_gain: null,
    };
    expect(await run({ ...network(1), ...more }, x, 1)).toEqual(await run(network(1), x, 1));
    const { report } = readRTNeural(bytes({ ...network(1), ...more, in_skip: 1, in_gain: 3, out_gain: -3 }));
    expect(report.attributes.filter(({ layer }) => layer === 'file')).toEqual(
      [
        ['samplerate', '44100'],
        ['in_gain', '3'],
        ['in_skip', '1'],
        ['out_gain', '-3'],
      ].map(([attribute, value]) => ({ layer: 'file', attribute, value, source: 'file' })),
    );
    expect(report.notes).toContain('metadata: words for the player, not applied');
  });
});

describe('refused', () => {
  it.each<[string, object, string]>([
    [
      'a field that it does not know',
      { ...network(1), in_bias: 1 },
      'file: unknown field; expected in_skip, in_gain, out_gain, samplerate, metadata, input_batch, output_batch, got "in_bias"',
    ],
    ['more than one input added', { ...network(1), in_skip: 2 }, 'file.in_skip: not usable; expected 0 or 1, got 2'],
    ['a truth value', { ...network(1), in_skip: true }, 'file.in_skip: not usable; expected 0 or 1, got true'],
    [
      'a gain in words',
      { ...network(1), out_gain: '3 dB' },
      'file.out_gain: not usable; expected a finite number, got "3 dB"',
    ],
    ['words that are none', { ...network(1), metadata: [] }, 'file.metadata: not usable; expected an object, got []'],
    [
      'a skip of several outputs',
      { ...network(1, 2), in_skip: 1 },
      'file: in_skip and out_gain of several outputs; expected one output, as players have, got 2',
    ],
    [
      'weights of an activation',
      { in_shape: [1], layers: [{ type: 'activation', activation: 'tanh', weights: [[2]] }] },
      'layers[0] ("activation"): wrong number of weights; expected 0, got 1',
    ],
    [
      'an activation behind a prelu',
      { in_shape: [1], layers: [{ type: 'prelu', activation: 'tanh', weights: [[2]] }] },
      'layers[0] ("prelu"): an activation behind an activation; expected none, got "tanh"',
    ],
  ])('%s', (_, file, message) => {
    expect(refusal(() => fromRTNeural(bytes(file)))).toBe(message);
  });

  it('options that it does not know', () => {
    expect(refusal(() => fromRTNeural(bytes(network(1)), { asume: 'chain' } as never))).toBe(
      'options: unknown field; expected assume, limits, got "asume"',
    );
  });

  it('a PyTorch Linear that is not the last, unless the caller says that no activation follows it', async () => {
    const file = {
      'one.weight': [
        [2, 0],
        [0, -1],
      ],
      'one.bias': [0, 0],
      'two.weight': [[1, 1]],
      'two.bias': [0.5],
    };
    expect(refusal(() => fromRTNeural(bytes(file)))).toBe(
      'module "one": an activation may follow it; expected options.assume: \'chain\', if none does',
    );
    const { spec, report } = readRTNeural(bytes(file), { assume: 'chain' });
    const model = await createModel(spec);
    expect([...model.run([[1, 2]])]).toEqual([0.5]);
    expect(report.notes).toContain('options.assume: no activation follows an inner Linear');
  });
});
