import type { ModelSpec } from '../../spec.js';
import { type FileBytes, viewModel } from '../formats/bytes.js';
import { isObject, parseJson, show } from '../formats/json.js';
import { layersOf, rootOf } from '../keras/entries.js';
import { kerasModel } from '../keras/keras-model.js';
import { rulesOf } from '../keras/rules.js';
import { Budget } from '../shared/budget.js';
import { checkKeys } from '../shared/fields.js';
import { type ImportOptions, limitsOf } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import type { Imported } from '../shared/report.js';
import { readManifest, type Shards, sizeOf } from '../shared/weights-manifest.js';
import { namedWeights } from './names.js';

/** What `model.json` has; training and what users wrote there change no number. */
const KEYS = [
  'format',
  'generatedBy',
  'convertedBy',
  'modelTopology',
  'weightsManifest',
  'trainingConfig',
  'userDefinedMetadata',
  'signature',
];

/**
 * A layers model of TensorFlow.js: `model.json` and its shards.
 * @throws {ImportError} malformed JSON, shards missing or of the wrong size, a graph model; whatever the Keras importer refuses; more
 *   memory or work than `limits` allow.
 */
export function fromTfjs(modelJson: FileBytes, shards: Shards): ModelSpec;
export function fromTfjs(modelJson: FileBytes, shards: Shards, options: ImportOptions): ModelSpec;
export function fromTfjs(modelJson: FileBytes, shards: Shards, options: ImportOptions = {}): ModelSpec {
  return readTfjs(modelJson, shards, options).spec;
}

/** As `fromTfjs`, with the account of which weight became what. */
export function readTfjs(modelJson: FileBytes, shards: Shards): Imported;
export function readTfjs(modelJson: FileBytes, shards: Shards, options: ImportOptions): Imported;
export function readTfjs(modelJson: FileBytes, shards: Shards, options: ImportOptions = {}): Imported {
  const view = viewModel(modelJson);
  const budget = new Budget(view.length + sizeOf(shards), limitsOf(options));
  const file = parseJson(view, 'model.json', budget);
  if (!isObject(file)) return refuse('model.json', 'not a model', 'an object', show(file));
  checkKeys(file, 'model.json', KEYS);
  const { format = 'layers-model', modelTopology, weightsManifest, generatedBy } = file;
  if (format !== 'layers-model')
    refuse(
      'model.json',
      'a format that is not honoured',
      '"layers-model"; a graph model holds no layers any more',
      show(format),
    );
  if (!isObject(modelTopology)) return refuse('model.json, modelTopology', 'no layers', 'a model', show(modelTopology));
  const topology = isObject(modelTopology.model_config) ? modelTopology.model_config : modelTopology;
  const stated = typeof modelTopology.keras_version === 'string' ? modelTopology.keras_version : '';
  const notes: string[] = [];
  const arrays = readManifest(weightsManifest, shards, budget, (note) => notes.push(note));
  const entry = rootOf('modelTopology', topology);
  const layers = layersOf(entry);
  const { weights, left } = namedWeights(layers, arrays, budget);
  // TensorFlow.js itself computes what Keras 2.2 does.
  const rules = rulesOf(/^[23]\./.test(stated) ? stated : '2.2.4');
  const { spec, reporter } = kerasModel(entry, weights, rules, budget);
  for (const note of notes) reporter.note(note);
  const nobodys = left();
  if (nobodys.length > 0)
    refuse(
      'weightsManifest',
      'weights of no layer',
      layers
        .slice(0, 12)
        .map(({ name }) => name)
        .join(', '),
      nobodys.slice(0, 12).join(', '),
    );
  const by = typeof generatedBy === 'string' ? `, by ${generatedBy}` : '';
  return { spec, report: reporter.finish(`TensorFlow.js layers model${stated ? ` of Keras ${stated}` : ''}${by}`) };
}
