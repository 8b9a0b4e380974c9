import { describe, expect, it } from 'vitest';
import { load } from '../../../src/importers/load/index.js';
import { fromRTNeural, readRTNeural } from '../../../src/importers/rtneural/index.js';
import { createModel } from '../../../src/index.js';
import { randomFloats } from '../../support/random.js';
import { expectClose, refusal } from '../support.js';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));
const matrix = (seed: number, rows: number, columns: number) =>
  Array.from({ length: rows }, (_, row) => [...randomFloats(columns, 100 * seed + row)]);
const UNITS = 3;

/** A capture of `SimpleRNN`, and its weights alone as RTNeural has them. */
function capture(
  unit: 'LSTM' | 'GRU',
  inputs: number,
  { layers = 1, skip = 1 }: { layers?: number; skip?: number } = {},
) {
  const rows = (unit === 'LSTM' ? 4 : 3) * UNITS;
  const tensors: Record<string, number[] | number[][]> = {};
  for (let layer = 0; layer < layers; layer++) {
    tensors[`rec.weight_ih_l${layer}`] = matrix(1 + layer, rows, layer === 0 ? inputs : UNITS);
    tensors[`rec.weight_hh_l${layer}`] = matrix(11 + layer, rows, UNITS);
    tensors[`rec.bias_ih_l${layer}`] = matrix(21 + layer, 1, rows)[0] as number[];
    tensors[`rec.bias_hh_l${layer}`] = matrix(31 + layer, 1, rows)[0] as number[];
  }
  tensors['lin.weight'] = matrix(41, 1, UNITS);
  tensors['lin.bias'] = [0.25];
  const model_data = {
    model: 'SimpleRNN',
    input_size: inputs,
    skip,
    output_size: 1,
    unit_type: unit,
    num_layers: layers,
    hidden_size: UNITS,
    bias_fl: true,
  };
  return { file: { model_data, state_dict: tensors }, tensors };
}

/** `RecNet` of GRUs of one unit, without biases behind them. */
function net(blocks: Record<string, unknown>[]) {
  const state_dict: Record<string, unknown> = {};
  const all = blocks.map((changes, index) => {
    const block = { block_type: 'GRU', input_size: 1, output_size: 1, hidden_size: 1, ...changes };
    const name = `layers.block_${index + 1}`;
    state_dict[`${name}.rec.weight_ih_l0`] = matrix(1, 3, block.input_size as number);
    state_dict[`${name}.rec.weight_hh_l0`] = matrix(2, 3, 1);
    state_dict[`${name}.rec.bias_ih_l0`] = matrix(3, 1, 3)[0];
    state_dict[`${name}.rec.bias_hh_l0`] = matrix(4, 1, 3)[0];
    state_dict[`${name}.lin.weight`] = matrix(5, block.output_size as number, 1);
    return [`${index}`, block];
  });
  return { model_data: { model: 'RecNet', skip: 0 }, blocks: Object.fromEntries(all), state_dict };
}

describe("captures of GuitarML's players", () => {
  const run = async (file: object, x: Float32Array, inputs: number) => {
    const model = await createModel(fromRTNeural(bytes(file)));
    const results = model.runNamed({ input: { data: x, shape: [1, x.length / inputs, inputs] } });
    model.dispose();
    return (Object.values(results)[0] as { data: Float32Array }).data;
  };
  it.each<['LSTM' | 'GRU', number, { layers?: number; skip?: number }]>([
    ['LSTM', 1, {}],
    ['LSTM', 1, { skip: 0 }],
    ['LSTM', 3, { layers: 2 }],
    ['GRU', 1, {}],
    ['GRU', 2, { layers: 2, skip: 0 }],
  ])('%s of %d inputs, %o: the signal is added to what the layers make', async (unit, inputs, options) => {
    const { file, tensors } = capture(unit, inputs, options);
    const x = randomFloats(16 * inputs, 5);
    const plain = await run(tensors, x, inputs);
    expectClose(
      await run(file, x, inputs),
      [...plain].map((value, t) => value + (options.skip ?? 1) * (x[t * inputs] as number)),
    );
  });

  it('are told from other JSON, and reported', async () => {
    const { file } = capture('LSTM', 1);
    const { report } = await load(bytes(file));
    expect(report.format).toBe('GuitarML JSON, SimpleRNN');
    expect((await load(bytes(net([{}])))).report.format).toBe('GuitarML JSON, RecNet');
    expect(report.attributes).toContainEqual({ layer: 'model_data', attribute: 'skip', value: '1', source: 'file' });
  });

  it('the order of the weights in the file means nothing', async () => {
    const { file } = capture('GRU', 2, { layers: 2 });
    const state_dict = Object.fromEntries(Object.entries(file.state_dict).reverse());
    const x = randomFloats(24, 5);
    expect(await run({ ...file, state_dict }, x, 2)).toEqual(await run(file, x, 2));
  });

  it('of fewer inputs than are to be added, as many as there are', async () => {
    const { file } = capture('LSTM', 1);
    const more = { ...file, model_data: { ...file.model_data, skip: 2 } };
    const x = randomFloats(12, 5);
    expect(await run(more, x, 1)).toEqual(await run(file, x, 1));
  });

  it('what a block does not say is told as such', () => {
    const { report } = readRTNeural(bytes(net([{}])));
    expect(report.attributes.filter(({ source }) => source === 'default')).toEqual([
      { layer: 'blocks.0', attribute: 'num_layers', value: '1', source: 'default', rule: expect.any(String) },
      { layer: 'blocks.0', attribute: 'skip', value: '1', source: 'default', rule: expect.any(String) },
    ]);
  });

  const { file } = capture('LSTM', 1);
  const changed = (data: object) => ({ ...file, model_data: { ...file.model_data, ...data } });
  const weights = (others: object) => ({ ...file, state_dict: { ...file.state_dict, ...others } });
  it.each<[string, object, RegExp]>([
    [
      'another model',
      changed({ model: 'AdvancedClipSimpleRNN' }),
      /^model_data.model: not usable; expected "SimpleRNN" or "RecNet", got "AdvancedClipSimpleRNN"$/,
    ],
    [
      'convolutions in front, whose first timesteps are zeros',
      changed({ model: 'ConvSimpleRNN', dilation_num: 6, dilation_growth: 2, channels: 6, kernel_size: 3 }),
      /^model_data.model: not usable; .*got "ConvSimpleRNN"$/,
    ],
    ['another unit', changed({ unit_type: 'SRU' }), /^model_data.unit_type: .*"GRU" or "RNN", got "SRU"$/],
    ['a part of an input added', changed({ skip: 0.5 }), /^model_data.skip: not usable; .*at least 0, got 0.5$/],
    [
      'more inputs added than there are outputs',
      net([{ input_size: 2, skip: 2 }]),
      /^blocks.0.skip: another number of inputs than there are outputs; expected 0 or 1, got 2$/,
    ],
    [
      'more inputs added around all blocks',
      { ...net([{ output_size: 2, skip: 0 }]), model_data: { model: 'RecNet', skip: 1 } },
      /^model_data.skip: another number of inputs than there are outputs; expected 0 or 2, got 1$/,
    ],
    [
      'no word of it',
      changed({ skip: undefined }),
      /^model_data.skip: not usable; expected a whole number .*got nothing$/,
    ],
    ['a field that it does not know', changed({ dilation: 2 }), /^model_data: unknown field; .*got "dilation"$/],
    [
      'another kind of unit',
      changed({ unit_type: 'GRU' }),
      /^state_dict: not what model_data says; expected {"types":\["gru","dense"\]/,
    ],
    ['another size', changed({ hidden_size: 4 }), /^state_dict: not what model_data says; .*"sizes":\[1,4,1\]/],
    [
      'another number of inputs',
      changed({ input_size: 2 }),
      /^module "rec", weight_ih_l0: has the wrong shape; expected \(12, 2\), got \(12, 1\)$/,
    ],
    ['another bias', changed({ bias_fl: false }), /^state_dict: not what model_data says; .*"bias":false/],
    [
      'gates of no unit',
      weights({ 'rec.weight_hh_l0': matrix(1, 6, 3) }),
      /^module "rec": a module that is not honoured; expected LSTM \(4 gates\), RNN \(1\) or GRU \(3 gates\), got 2 gates$/,
    ],
    [
      'weights of another axis',
      weights({ 'rec.weight_hh_l0': matrix(1, 12, 3).map((row) => row.map((value) => [value])) }),
      /^module "rec", weight_hh_l0: has the wrong shape; expected \(12, 3\), got \(12, 3, 1\)$/,
    ],
    ['a field beside', { ...file, gain: 2 }, /^file: unknown field; expected model_data, state_dict, got "gain"$/],
    ['no weights', { model_data: file.model_data }, /^file.state_dict: not usable; expected an object, got nothing$/],
    [
      'no weights of one part',
      { ...file, state_dict: { 'lin.weight': [[1]] } },
      /^state_dict: no weights; expected those of rec$/,
    ],
    [
      'weights of another part',
      weights({ 'clip.bias': [1] }),
      /^state_dict: weights that are not honoured; expected those of rec and lin, got "clip"$/,
    ],
    ['blocks of a SimpleRNN', { ...file, blocks: {} }, /^file: unknown field; .*got "blocks"$/],
    ['no blocks', { ...net([{}]), blocks: {} }, /^blocks: not numbered from 0; expected "0", "1", …, got \[\]$/],
    ['blocks with a gap', { ...net([{}]), blocks: { 1: {} } }, /^blocks: not numbered from 0; .*got \["1"\]$/],
    ['a list of blocks', { ...net([{}]), blocks: [{}] }, /^file.blocks: not usable; expected an object, got /],
    ['a field of a block', net([{ dropout: 0.5 }]), /^blocks.0: unknown field; .*got "dropout"$/],
    [
      'another bias of a block',
      net([{}, { lin_bias: true }]),
      /^state_dict: not what blocks.1 says; .*"bias":true}, got .*"bias":false}$/,
    ],
    ['blocks by another name', { ...net([{}]), layers: {} }, /^file: unknown field; .*got "layers"$/],
  ])('%s is refused', (_, other, message) => {
    expect(refusal(() => readRTNeural(bytes(other)))).toMatch(message);
  });
});
