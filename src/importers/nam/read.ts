import type { ModelSpec } from '../../spec.js';
import { type FileBytes, viewModel } from '../formats/bytes.js';
import { isObject, parseJson, show } from '../formats/json.js';
import { Budget } from '../shared/budget.js';
import { Chain } from '../shared/chain.js';
import { anything, checkConfig, type Fields, text } from '../shared/fields.js';
import { type ImportOptions, limitsOf } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import { type Imported, Reporter } from '../shared/report.js';

const FILE: Fields = {
  __proto__: null as never,
  version: text,
  architecture: anything,
  config: anything,
  weights: anything,
  sample_rate: ['a number or null', (v) => v === null || Number.isFinite(v)],
  metadata: ['an object or null', (v) => v === null || isObject(v)],
};
/** What Neural Amp Modeler's own player reads; the form of an LSTM is the same in all of them. */
const VERSIONS = /^0\.[5-7]\./;
const SIZES = ['input_size', 'hidden_size', 'num_layers', 'in_channels', 'out_channels'];

/**
 * A model from a Neural Amp Modeler file (`.nam`) of architecture LSTM. One sample is one timestep.
 *
 * Its weights are one list: for each layer `[W_ih W_hh]` (4·units × (inputs + units), row by row, gates i f g o), the sum of the
 * biases (4·units), the initial h and the initial c (units each); then the head's weight (outputs × units) and bias (outputs).
 *
 * @throws {ImportError} malformed JSON, another architecture (by name), a wrong number of weights; more memory or work than
 *   `limits` allow.
 */
export function fromNam(bytes: FileBytes): ModelSpec;
export function fromNam(bytes: FileBytes, options: ImportOptions): ModelSpec;
export function fromNam(bytes: FileBytes, options: ImportOptions = {}): ModelSpec {
  return readNam(bytes, options).spec;
}

/** As `fromNam`, with the account of which weights became what. */
export function readNam(bytes: FileBytes): Imported;
export function readNam(bytes: FileBytes, options: ImportOptions): Imported;
export function readNam(bytes: FileBytes, options: ImportOptions = {}): Imported {
  const view = viewModel(bytes);
  const budget = new Budget(view.length, limitsOf(options));
  const file = parseJson(view, 'file', budget);
  if (!isObject(file) || !isObject(file.config) || !Array.isArray(file.weights)) {
    return refuse('file', 'not a .nam model', '{ architecture, config, weights }', show(file));
  }
  const { architecture, weights, version } = file;
  if (architecture !== 'LSTM') refuse('architecture', 'one that is not honoured', '"LSTM"', show(architecture));
  checkConfig(file, 'file', FILE);
  if (version !== undefined && !VERSIONS.test(version as string))
    refuse('version', 'one that is not read', '0.5 to 0.7', show(version));
  const reporter = new Reporter(budget);
  // What players do around the model: none of it changes what the model computes.
  if (file.sample_rate !== undefined) reporter.read('file', 'sample_rate', file.sample_rate);
  if (isObject(file.metadata)) reporter.note('metadata: loudness, gain and levels are for the player, not applied');
  reporter.note(
    "the state starts as the file has it; Neural Amp Modeler's player feeds it half a second of silence first",
  );
  const { inputs, units, layers, outputs } = sizesOf(file.config, reporter);
  const perLayer = (from: number): number => 4 * units * (from + units) + 4 * units + 2 * units;
  const total = perLayer(inputs) + (layers - 1) * perLayer(units) + outputs * (units + 1);
  if (weights.length !== total)
    refuse(
      'weights',
      'wrong number',
      `${total} for ${layers} layers of ${units} units and ${inputs} inputs`,
      `${weights.length}`,
    );
  const bad = weights.findIndex((n) => typeof n !== 'number' || !Number.isFinite(n));
  if (bad >= 0) refuse(`weights[${bad}]`, 'not a number', 'a number', show(weights[bad]));
  const numbers = Float32Array.from(weights as number[]);
  const chain = new Chain(reporter, inputs);
  let taken = 0;
  const take = (count: number): Float32Array => {
    taken += count;
    return numbers.slice(taken - count, taken);
  };
  for (let layer = 0; layer < layers; layer++) {
    const name = `lstm_${layer}`;
    const from = chain.features;
    const start = taken;
    const joined = take(4 * units * (from + units));
    const columns = (first: number, count: number): Float32Array => {
      const out = new Float32Array(4 * units * count);
      for (let row = 0; row < 4 * units; row++) {
        const begin = row * (from + units) + first;
        out.set(joined.subarray(begin, begin + count), row * count);
      }
      return out;
    };
    const put = (field: string, shape: readonly number[], data: Float32Array, how: string): string =>
      chain.keep(`${name}.${field}`, { shape, data }, { tensor: `weights[${start}…]`, shape: [data.length], how });
    const rows = 'rows in the order i f g o';
    const tensors = {
      weightIh: put(
        'weightIh',
        [4 * units, from],
        columns(0, from),
        `the first ${from} of each row's ${from + units}; ${rows}`,
      ),
      weightHh: put(
        'weightHh',
        [4 * units, units],
        columns(from, units),
        `the last ${units} of each row's ${from + units}; ${rows}`,
      ),
      biasIh: put('biasIh', [4 * units], take(4 * units), 'the sum of both biases'),
      initialH: put('initialH', [units], take(units), 'h to start from'),
      initialC: put('initialC', [units], take(units), 'c to start from'),
    };
    chain.append(name, { type: 'lstm', units, tensors }, units);
  }
  const start = taken;
  const head = {
    weight: chain.keep(
      'head.weight',
      { shape: [outputs, units], data: take(outputs * units) },
      { tensor: `weights[${start}…]`, shape: [outputs * units], how: 'one row per output' },
    ),
    bias: chain.keep(
      'head.bias',
      { shape: [outputs], data: take(outputs) },
      { tensor: `weights[${start + outputs * units}…]`, shape: [outputs], how: 'one per output' },
    ),
  };
  chain.append('head', { type: 'dense', units: outputs, tensors: head }, outputs);
  const stated = typeof version === 'string' ? ` ${version}` : '';
  return { spec: chain.finish(), report: reporter.finish(`Neural Amp Modeler${stated}, LSTM`) };
}

function sizesOf(config: Readonly<Record<string, unknown>>, reporter: Reporter) {
  for (const key of Object.keys(config)) {
    if (!SIZES.includes(key))
      refuse(`config.${key}`, 'a setting that is not honoured', SIZES.join(', '), show(config[key]));
  }
  const size = (key: string, fallback?: number): number => {
    const value = config[key] ?? fallback;
    if (!Number.isSafeInteger(value) || (value as number) < 1)
      refuse(`config.${key}`, 'not a size', 'a whole number of at least 1', show(config[key]));
    if (config[key] !== undefined) reporter.read('config', key, value);
    return value as number;
  };
  const [inputs, units, layers] = [size('input_size'), size('hidden_size'), size('num_layers')];
  const channels = size('in_channels', inputs);
  if (channels !== inputs) refuse('config.in_channels', 'not input_size', `${inputs}`, `${channels}`);
  return { inputs, units, layers, outputs: size('out_channels', 1) };
}
