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
    expect(report.attributes).toContainEqual({ layer: 'model_data', attribute: 'skip', value: '1', source: 'file' });
  });

  const { file } = capture('LSTM', 1);
  const changed = (data: object) => ({ ...file, model_data: { ...file.model_data, ...data } });
  it.each<[string, object, RegExp]>([
    [
      'another model',
      changed({ model: 'AdvancedClipSimpleRNN' }),
      /^model_data.model: not usable; expected "SimpleRNN", got "AdvancedClipSimpleRNN"$/,
    ],
    ['more than one input added', changed({ skip: 2 }), /^model_data.skip: not usable; expected 0 or 1, got 2$/],
    ['no word of it', changed({ skip: undefined }), /^model_data.skip: not usable; expected 0 or 1, got nothing$/],
    ['a field that it does not know', changed({ dilation: 2 }), /^model_data: unknown field; .*got "dilation"$/],
    [
      'another kind of unit',
      changed({ unit_type: 'GRU' }),
      /^state_dict: not what model_data says; expected {"types":\["gru","dense"\]/,
    ],
    ['another size', changed({ hidden_size: 4 }), /^state_dict: not what model_data says; .*"sizes":\[1,4,1\]/],
    ['another bias', changed({ bias_fl: false }), /^state_dict: not what model_data says; .*"bias":false/],
    ['a field beside', { ...file, gain: 2 }, /^file: unknown field; expected model_data, state_dict, got "gain"$/],
    ['no weights', { model_data: file.model_data }, /^file.state_dict: not usable; expected an object, got nothing$/],
  ])('%s is refused', (_, other, message) => {
    expect(refusal(() => readRTNeural(bytes(other)))).toMatch(message);
  });
});
