import { isObject, show } from '../formats/json.js';
import { Chain } from '../shared/chain.js';
import {
  anything,
  checkConfig,
  type Fields,
  fillIn,
  flag,
  oneOf,
  required,
  wholeNumber,
  withDefault,
} from '../shared/fields.js';
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';
import { addSignal } from './player.js';
import { linear, type Module, modulesOf, recurrent } from './torch-style.js';

const size = required(wholeNumber(1));
const skip = wholeNumber(0);
const unit = required(oneOf('LSTM', 'GRU', 'RNN'));
const object = required(['an object', isObject]);
const model = required(oneOf('SimpleRNN', 'RecNet'));

const FILE: Fields = { __proto__: null as never, model_data: object, state_dict: object };
const FILE_OF_BLOCKS: Fields = {
  __proto__: null as never,
  model_data: object,
  state_dict: object,
  blocks: object,
  training_info: anything,
};
const MODEL_DATA: Fields = {
  __proto__: null as never,
  model,
  input_size: size,
  output_size: size,
  hidden_size: size,
  num_layers: size,
  unit_type: unit,
  bias_fl: required(oneOf(true, false, 1, 0)),
  skip: required(skip),
};
const MODEL_DATA_OF_BLOCKS: Fields = { __proto__: null as never, model, skip: required(skip) };
/** A block adds its first input unless told otherwise. */
const BLOCK: Fields = {
  __proto__: null as never,
  block_type: unit,
  input_size: size,
  output_size: size,
  hidden_size: size,
  num_layers: withDefault(1, wholeNumber(1)),
  lin_bias: flag,
  skip: withDefault(1, skip),
};

type Data = Readonly<Record<string, unknown>>;

/** What is said of a recurrent layer and the Linear behind it. */
interface Block {
  /** What says so. */
  readonly where: string;
  /** Of the names of its weights. */
  readonly prefix: string;
  readonly unit: string;
  readonly inputs: number;
  readonly units: number;
  readonly layers: number;
  readonly outputs: number;
  /** Of the Linear; not said: the weights tell. */
  readonly bias: boolean | undefined;
  /** How many of its inputs are added to its outputs. */
  readonly skip: number;
}

/**
 * CoreAudioML's models as JSON, the form of the captures that GuitarML's players open (NeuralPi, Proteus): what the model is, and
 * its state_dict. `SimpleRNN` is y = lin(rec(x)) + x[0 … skip - 1]; `RecNet` is such blocks in a row, and its own skip around
 * them. (Source: `SimpleRNN`, `RecNet` and `BasicRNNBlock` of CoreAudioML.)
 */
export function guitarMl(file: Data, reporter: Reporter): Chain {
  const inBlocks = isObject(file.model_data) && file.model_data.model === 'RecNet';
  checkConfig(file, 'file', inBlocks ? FILE_OF_BLOCKS : FILE);
  const { model_data: data, state_dict: tensors } = file as { model_data: Data; state_dict: Data };
  // Of a model that is not known, its name says more than its first field.
  checkConfig({ model: data.model }, 'model_data', { model });
  checkConfig(data, 'model_data', inBlocks ? MODEL_DATA_OF_BLOCKS : MODEL_DATA);
  for (const [key, value] of Object.entries(data)) reporter.read('model_data', key, value);
  const blocks = inBlocks ? blocksOf(file.blocks as Data, reporter) : [simple(data)];
  if ('training_info' in file) reporter.note('training_info: of the training, not applied');

  const modules = modulesOf(tensors, reporter);
  const chain = new Chain(reporter, (blocks[0] as Block).inputs);
  for (const block of blocks) append(chain, block, modules);
  const [left] = modules.keys();
  if (left !== undefined) refuse('state_dict', 'weights that are not honoured', 'those of rec and lin', show(left));
  if (inBlocks) addInputs(chain, 'model_data', data.skip as number, 'input', chain.inputs, 'skip');
  return chain;
}

const simple = (data: Data): Block => ({
  where: 'model_data',
  prefix: '',
  unit: data.unit_type as string,
  inputs: data.input_size as number,
  units: data.hidden_size as number,
  layers: data.num_layers as number,
  outputs: data.output_size as number,
  bias: Boolean(data.bias_fl),
  skip: data.skip as number,
});

/** Blocks by their number, from 0; their weights are numbered from 1. */
function blocksOf(all: Data, reporter: Reporter): Block[] {
  const keys = Object.keys(all);
  if (keys.length === 0 || keys.some((key, index) => key !== `${index}`))
    refuse('blocks', 'not numbered from 0', '"0", "1", …', show(keys));
  return keys.map((key, index) => {
    const where = `blocks.${key}`;
    const given = all[key] as Data;
    checkConfig(given, where, BLOCK);
    const filled: Data = fillIn(given, BLOCK, (field, value, isGiven) => {
      if (isGiven) reporter.read(where, field, value);
      else reporter.defaulted(where, field, value, 'CoreAudioML: one layer, the first input is added');
    });
    return {
      where,
      prefix: `layers.block_${index + 1}.`,
      unit: filled.block_type as string,
      inputs: filled.input_size as number,
      units: filled.hidden_size as number,
      layers: filled.num_layers as number,
      outputs: filled.output_size as number,
      bias: filled.lin_bias as boolean | undefined,
      skip: filled.skip as number,
    };
  });
}

function append(chain: Chain, block: Block, modules: Map<string, Module>): void {
  const { where, prefix, unit, inputs, units, layers, outputs, skip } = block;
  const take = (name: string): Module => {
    const module = modules.get(prefix + name);
    modules.delete(prefix + name);
    return module ?? refuse('state_dict', 'no weights', `those of ${prefix}${name}`);
  };
  const [rec, lin] = [take('rec'), take('lin')];
  const [signal, features, before] = [chain.value, chain.features, chain.nodes.length];
  recurrent(chain, rec, true);
  linear(chain, lin);
  const made = chain.nodes.slice(before) as { type: string; units?: number }[];
  // One too many are as wrong as any number of them.
  const count = Math.min(layers, made.length);
  const bias = lin.tensors.has('bias');
  const got = { types: made.map(({ type }) => type), sizes: [features, made[0]?.units, chain.features], bias };
  const expected = {
    types: [...Array(count).fill(unit.toLowerCase()), 'dense'],
    sizes: [inputs, units, outputs],
    bias: block.bias ?? bias,
  };
  if (JSON.stringify(got) !== JSON.stringify(expected))
    refuse('state_dict', `not what ${where} says`, JSON.stringify(expected), JSON.stringify(got));
  addInputs(chain, where, skip, signal, features, `${prefix}skip`);
}

/** `y + x[0 … skip - 1]`, where x may have fewer than that, as PyTorch slices it. */
function addInputs(chain: Chain, where: string, skip: number, signal: string, features: number, name: string): void {
  if (skip === 0) return;
  const count = Math.min(skip, features);
  // PyTorch would repeat one along several of the other.
  if (count !== chain.features)
    refuse(`${where}.skip`, 'another number of inputs than there are outputs', `0 or ${chain.features}`, `${count}`);
  addSignal(chain, signal, features, count, name);
}
