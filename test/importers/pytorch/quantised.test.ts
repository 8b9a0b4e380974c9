import { describe, expect, it } from 'vitest';
import { load } from '../../../src/importers/load/index.js';
import { draftPyTorch, fromPyTorch, type PyTorchConfig, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { quantize } from '../../../src/quantize/index.js';
import { refusal } from '../support.js';
import { bytesOf, type Case, casesOf, difference } from './cases.js';

interface Quantised extends Case {
  /** How far PyTorch is from `output`, since it rounds what it multiplies. */
  readonly rounds: number;
}

const of = (version: string) => casesOf<Quantised>(`quantised-${version}.json`);
const named = (name: string) => (of('2.15').find(([one]) => one === name) as [string, Quantised])[1];

describe.each(['1.13', '2.15'])('dynamically quantised state dicts of PyTorch %s', (version) => {
  const cases = of(version);
  it.each(cases.filter(([, { output }]) => output))('%s: weights as what they stand for', async (name, one) => {
    const { spec, report } = readPyTorch(bytesOf(one), one.config);
    expect(await difference(spec, one)).toBeLessThan(1e-6);
    const rounds = report.notes.some((note) => note.startsWith('dynamic quantisation: '));
    expect(rounds).toBe(!/float16|embedding/.test(name));
    expect((await load(bytesOf(one), { pytorch: one.config })).spec).toEqual(spec);
  });

  it.each(cases.filter(([, { output }]) => !output))('%s is refused by that name', (name, one) => {
    const message = refusal(() => fromPyTorch(bytesOf(one), one.config));
    expect(message).toMatch(
      name === 'static_linear'
        ? /^tensor "fc._packed_params._packed_params": static quantisation; expected quantize_dynamic, or the model before it was quantised, got outputs of scale 0.\d+, zero point \d+, version 3 of the module$/
        : /^tensor "fc.weight": static quantisation; expected quantize_dynamic, .*, got a quantised tensor that quantize_dynamic has none of$/,
    );
  });
});

describe('the account of quantised weights', () => {
  it('has a line for each', () => {
    const { tensors, notes } = readPyTorch(bytesOf(named('lstm')), named('lstm').config).report;
    expect(notes[0]).toBe(
      'dynamic quantisation: weights as the float32 numbers that they stand for; what PyTorch rounds to 8 bits as it runs is not rounded',
    );
    const lines = tensors.map(({ tensor, becomes, how }) => `${tensor} ${becomes}: ${how.replace(/^.*; /, '')}`);
    expect(lines).toEqual([
      expect.stringMatching(/^rnn._all_weight_values.0.param rnn.weightIh: values int8, times 0.00\d+ → float32$/),
      expect.stringMatching(/^rnn._all_weight_values.0.param rnn.weightHh: values int8, times 0.00\d+ → float32$/),
      'rnn._all_weight_values.0.param rnn.biasIh: values unchanged',
      'rnn._all_weight_values.0.param rnn.biasHh: values unchanged',
      expect.stringMatching(/^fc._packed_params._packed_params fc.weight: values int8, times 0.00\d+ → float32$/),
      'fc._packed_params._packed_params fc.bias: values unchanged',
    ]);
    const perChannel = readPyTorch(bytesOf(named('per_channel')), named('per_channel').config).report.tensors;
    expect(perChannel.find(({ becomes }) => becomes === 'fc.weight')?.how).toBe(
      'one row per output; values int8 less their zero point, times their scale, of axis 0 → float32',
    );
  });

  it.each(['lstm', 'gru_both_directions', 'per_channel', 'lstm_per_channel'])(
    '%s: quantize finds the integers again',
    async (name) => {
      const one = named(name);
      const spec = fromPyTorch(bytesOf(one), one.config);
      const { spec: small } = await quantize(spec, { layers: 'exact' });
      const wanted =
        name === 'per_channel' ? ['fc.weight'] : [...Object.keys(spec.tensors)].filter((key) => /weight/.test(key));
      expect(Object.keys(small.int8 ?? {}).sort()).toEqual(wanted.sort());
      for (const [key, { data, scales, shape }] of Object.entries(small.int8 ?? {})) {
        const columns = shape[1] as number;
        const weights = spec.tensors[key]?.data as Float32Array;
        data.forEach((q, k) => {
          const weight = q * (scales[Math.floor(k / columns)] as number);
          // A row whose integers have a divisor in common gets a scale as many times as large, rounded to float32.
          expect(Math.abs(weight - (weights[k] as number))).toBeLessThanOrEqual(2 ** -22 * Math.abs(weight));
        });
      }
    },
  );
});

describe('layers and directions', () => {
  const assumed: PyTorchConfig = { assume: 'chain' };
  it('are told by shapes without a config', async () => {
    for (const name of ['lstm_layers', 'gru_both_directions', 'lstm_layers_both_directions']) {
      const one = named(name);
      expect(await difference(fromPyTorch(bytesOf(one), assumed), one)).toBeLessThan(1e-6);
    }
    expect(draftPyTorch(bytesOf(named('lstm_layers'))).config.layers?.[0]).toMatchObject({
      numLayers: 2,
      hiddenSize: 4,
    });
  });

  it('are refused where they fit both', () => {
    for (const name of ['lstm_as_wide_layers', 'lstm_as_wide_directions'])
      expect(refusal(() => fromPyTorch(bytesOf(named(name)), assumed))).toBe(
        'module rnn: two layers or two directions; expected config.layers, with numLayers or bidirectional, got shapes that fit both',
      );
  });

  it('are refused if the config has others than the file', () => {
    const layers = (more: object) => [
      { type: 'lstm', prefix: 'rnn', hiddenSize: 4, ...more },
      { type: 'linear', prefix: 'fc' },
    ];
    const read = (more: object) =>
      refusal(() =>
        fromPyTorch(bytesOf(named('lstm_layers')), { inputSize: 3, layers: layers(more) } as PyTorchConfig),
      );
    expect(read({ bidirectional: true })).toMatch(/^tensor "rnn.weight_ih_l0_reverse": not the shape/);
    expect(read({})).toMatch(/^tensor "fc.weight"|^file: unused tensors; .*rnn.weight_ih_l1/);
  });

  it('what is packed may be left out', () => {
    const one = named('lstm');
    const [lstm] = one.config.layers as never as [object];
    for (const ignore of [
      ['fc._packed_params._packed_params', 'fc._packed_params.dtype', 'fc.scale', 'fc.zero_point'],
      ['fc.weight', 'fc.bias'],
    ])
      expect(fromPyTorch(bytesOf(one), { inputSize: 3, layers: [lstm], ignore } as PyTorchConfig).nodes.length).toBe(1);
  });
});
