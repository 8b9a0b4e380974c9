import type { ModelSpec } from '../../spec.js';
import { turned } from '../formats/matrix.js';
import type { NamedArray } from '../formats/npy.js';
import { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { type Imported, Reporter } from '../shared/report.js';
import { cellOf } from './cell.js';
import type { MadeCell } from './cells.js';
import type { BidirectionalRnn, DenseLayer, EmbeddingLayer, TensorFlowConfig, TensorFlowLayer } from './config.js';
import { refuseWithDraft } from './draft.js';
import { checkTensorFlow, type Filled, nameOf, withDefaults } from './fields.js';
import { Site } from './site.js';
import { readSource, sizeOf, type TensorFlowSource } from './source.js';

/** Variables that a trainer keeps beside the model's. */
const TRAINING =
  /(^|\/)(global_step|beta[12]_power|save_counter|_CHECKPOINTABLE_OBJECT_GRAPH|Adam(_1)?|Momentum|RMSProp(_1)?|Adagrad|ExponentialMovingAverage)$|^optimizer|\.OPTIMIZER_SLOT/;

/**
 * A model from TensorFlow 1's recurrent cells.
 * @param config the topology, which no variable holds. Without its layers, the error drafts them.
 * @throws {ImportError} a damaged checkpoint; a variable that is missing, unused or of the wrong shape; a cell that is not honoured;
 *   more memory, work or names than `config.limits` allows.
 */
export function fromTensorFlow(source: TensorFlowSource, config: TensorFlowConfig = {}): ModelSpec {
  return readTensorFlow(source, config).spec;
}

/** As `fromTensorFlow`, with the account of which variable became what. */
export function readTensorFlow(source: TensorFlowSource, config: TensorFlowConfig = {}): Imported {
  checkTensorFlow(config);
  const reporter = new Reporter(new Budget(sizeOf(source), config.limits));
  const arrays = readSource(source, reporter.budget, (note) => reporter.note(note));
  const ignore = new Set(config.ignore);
  for (const name of [...arrays.keys()]) {
    const ignored = ignore.has(name);
    if (!ignored && !TRAINING.test(name)) continue;
    arrays.delete(name);
    const why = ignored ? 'config.ignore' : 'a trainer keeps it';
    reporter.note(`variable ${JSON.stringify(name)} is not the model's: ${why}`);
  }
  return buildTensorFlow(config, arrays, reporter, 'TensorFlow variables');
}

/** @param arrays by name; what is of no layer is refused. @param format as the report states it. */
export function buildTensorFlow(
  config: TensorFlowConfig,
  arrays: Map<string, NamedArray>,
  reporter: Reporter,
  format: string,
): Imported {
  if (!config.layers) return refuseWithDraft(arrays, reporter.budget);
  const layers = config.layers.map((layer) => withDefaults(layer, reporter));
  const { inputSize } = config;
  const tokens = layers[0]?.type === 'embedding';
  if (tokens && inputSize !== undefined)
    refuse('config.inputSize', 'not usable', 'none: an embedding reads token ids', `${inputSize}`);
  if (!tokens && inputSize === undefined) refuse('config.inputSize', 'not usable', 'features per timestep', 'nothing');
  const site = new Site(reporter, inputSize ?? 1, arrays);
  layers.forEach((layer, index) => {
    if (layer.type === 'embedding' && index > 0)
      refuse(`config.layers[${index}]`, 'an embedding reads token ids', 'the first layer', `layer ${index}`);
    site.name = nameOf(layer);
    build(layer, site);
  });
  site.refuseUnused();
  const spec = site.finish(config.name, tokens ? { dtype: 'int32' } : {});
  return { spec, report: reporter.finish(format) };
}

function build(layer: Filled<TensorFlowLayer>, site: Site): void {
  if (layer.type === 'embedding') embedding(layer, site);
  else if (layer.type === 'dense') dense(layer, site);
  else if (site.isVector)
    refuse(`layer ${JSON.stringify(site.name)}`, 'a cell behind the last outputs', 'dense layers', layer.type);
  else if (layer.type === 'bidirectional_rnn') bidirectional(layer, site);
  else {
    const { config, features } = cellOf(layer, site);
    site.append(site.name, config, features);
  }
}

function bidirectional({ forward, backward, returnSequences }: Filled<BidirectionalRnn>, site: Site): void {
  const { name } = site;
  const [f, b] = (['forward', 'backward'] as const).map((half) => {
    site.name = `${name}.${half}`;
    const { config, features } = cellOf(half === 'forward' ? forward : backward, site);
    return { config: { ...config, ...(!returnSequences && { returnSequences }) }, features };
  }) as [MadeCell, MadeCell];
  site.append(
    name,
    { type: 'bidirectional', forward: f.config, backward: b.config, merge: 'concat' },
    f.features + b.features,
  );
  site.isVector = !returnSequences;
}

function embedding({ prefix }: Filled<EmbeddingLayer>, site: Site): void {
  const { shape, data } = site.take(prefix, ['vocabulary', 'features']);
  const weight = site.field('weight', shape, data, prefix, shape, 'one row per token id');
  site.append(site.name, { type: 'embedding', tensors: { weight } }, shape[1]);
}

function dense(layer: Filled<DenseLayer>, site: Site): void {
  const { prefix, units, bias, activation } = layer;
  const inputs = site.features;
  const names = site.names(layer);
  const from = prefix + names.kernel[0];
  const kernel = site.take(from, [inputs, units]);
  const rows = turned(kernel.data, inputs, units);
  const how = 'transposed: one row per output';
  const vector = (name: string): string =>
    site.field('bias', [units], site.take(name, [units]).data, name, [units], 'one per output');
  const tensors = {
    weight: site.field('weight', [units, inputs], rows, from, kernel.shape, how),
    ...(bias && { bias: vector(prefix + names.bias) }),
  };
  site.append(site.name, { type: 'dense', units, tensors, ...(activation !== 'linear' && { activation }) }, units);
}
