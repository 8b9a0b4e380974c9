import type { NodeSpec } from '../../spec.js';
import { isObject } from '../formats/json.js';
import type { Chain } from '../shared/chain.js';
import { checkConfig, type Field, type Fields, oneOf, required, wholeNumber } from '../shared/fields.js';
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';
import { afterLayers } from './player.js';
import { torchLayers } from './torch-style.js';

const size = required(wholeNumber(1));
const object: Field = ['an object', isObject];
const FILE: Fields = { __proto__: null as never, model_data: required(object), state_dict: required(object) };
const MODEL_DATA: Fields = {
  __proto__: null as never,
  model: required(oneOf('SimpleRNN')),
  input_size: size,
  output_size: size,
  hidden_size: size,
  num_layers: size,
  unit_type: required(oneOf('LSTM', 'GRU')),
  bias_fl: required(oneOf(true, false, 1, 0)),
  skip: required(oneOf(0, 1)),
};

type Data = Readonly<Record<string, unknown>>;

/**
 * CoreAudioML's `SimpleRNN` as JSON, the form of the captures that GuitarML's players open (NeuralPi, Proteus): what the model
 * is, and its state_dict. y = lin(rec(x)) + skip · x[0].
 */
export function guitarMl(file: Data, reporter: Reporter): Chain {
  checkConfig(file, 'file', FILE);
  const { model_data: data, state_dict: tensors } = file as { model_data: Data; state_dict: Data };
  checkConfig(data, 'model_data', MODEL_DATA);
  const chain = torchLayers(tensors, reporter, {});
  const layers: { type: string; units?: number }[] = chain.nodes.map((node: NodeSpec) => node as { type: string });
  // One too many are as wrong as any number of them.
  const count = Math.min(data.num_layers as number, layers.length);
  const stated = [...Array(count).fill((data.unit_type as string).toLowerCase()), 'dense'];
  const got = {
    types: layers.map(({ type }) => type),
    sizes: [chain.inputs, layers[0]?.units, chain.features],
    bias: Object.hasOwn(tensors, 'lin.bias'),
  };
  const expected = {
    types: stated,
    sizes: [data.input_size, data.hidden_size, data.output_size],
    bias: Boolean(data.bias_fl),
  };
  if (JSON.stringify(got) !== JSON.stringify(expected))
    refuse('state_dict', 'not what model_data says', JSON.stringify(expected), JSON.stringify(got));
  for (const [key, value] of Object.entries(data)) reporter.read('model_data', key, value);
  afterLayers(chain, { in_skip: data.skip }, 'input', chain.inputs);
  return chain;
}
