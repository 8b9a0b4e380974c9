import type { ModelSpec } from '../../spec.js';
import { type FileBytes, viewModel } from '../formats/bytes.js';
import { isObject, parseJson, show } from '../formats/json.js';
import { isModel, type LayerEntry, layersOf, rootOf } from '../keras/entries.js';
import type { Stored } from '../keras/files/stored.js';
import { listWeights } from '../keras/files/weights.js';
import { kerasModel } from '../keras/keras-model.js';
import { rulesOf } from '../keras/rules.js';
import { checkKeys, refuseOptions } from '../shared/fields.js';
import { refuse } from '../shared/refuse.js';
import type { Imported } from '../shared/report.js';
import { readManifest, type Shards } from './manifest.js';

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
 * @throws {ImportError} malformed JSON, shards missing or of the wrong size, a graph model; whatever the Keras importer refuses.
 */
export function fromTfjs(modelJson: FileBytes, shards: Shards): ModelSpec;
export function fromTfjs(modelJson: FileBytes, shards: Shards, options?: unknown): ModelSpec {
  refuseOptions(options);
  return readTfjs(modelJson, shards).spec;
}

/** As `fromTfjs`, with the account of which weight became what. */
export function readTfjs(modelJson: FileBytes, shards: Shards): Imported;
export function readTfjs(modelJson: FileBytes, shards: Shards, options?: unknown): Imported {
  refuseOptions(options);
  const file = parseJson(viewModel(modelJson), 'model.json');
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
  const arrays = readManifest(weightsManifest, shards);
  const entry = rootOf('modelTopology', topology);
  // TensorFlow.js itself computes what Keras 2.2 does.
  const layers = layersOf(entry);
  const owner = ownerOf(layers);
  const byLayer = new Map<string | undefined, Stored[]>();
  for (const array of arrays.values()) {
    const layer = owner(array.name);
    const known = byLayer.get(layer);
    if (known) known.push(array);
    else byLayer.set(layer, [array]);
  }
  const taken = new Set<string | undefined>();
  const take = ({ name }: LayerEntry): Stored[] => {
    taken.add(name);
    return byLayer.get(name) ?? [];
  };
  const { spec, reporter } = kerasModel(
    entry,
    listWeights(layers, take),
    rulesOf(/^[23]\./.test(stated) ? stated : '2.2.4'),
  );
  const left = [...arrays.keys()].filter((name) => !taken.has(owner(name)));
  if (left.length > 0)
    refuse(
      'weightsManifest',
      'weights of no layer',
      layers.map(({ name }) => name).join(', '),
      left.slice(0, 12).join(', '),
    );
  const by = typeof generatedBy === 'string' ? `, by ${generatedBy}` : '';
  return { spec, report: reporter.finish(`TensorFlow.js layers model${stated ? ` of Keras ${stated}` : ''}${by}`) };
}

/** Which layer a weight belongs to: the layer whose name its path begins with, wherever a path has more scopes in front. */
function ownerOf(layers: readonly LayerEntry[]): (weight: string) => string | undefined {
  const names = new Map<string, string>();
  const note = (layer: LayerEntry, outer: string): void => {
    names.set(layer.name, outer);
    const { config } = layer;
    if (isModel(layer.className)) for (const inner of layersOf(layer)) note(inner, outer);
    for (const key of ['layer', 'backward_layer', 'cell'] as const) {
      const inner = config[key];
      if (
        isObject(inner) &&
        isObject(inner.config) &&
        typeof inner.config.name === 'string' &&
        !names.has(inner.config.name)
      )
        names.set(inner.config.name, outer);
    }
  };
  for (const layer of layers) note(layer, layer.name);
  return (weight) => {
    for (const part of weight.split('/')) {
      const outer = names.get(part) ?? names.get(part.replace(/^(forward|backward)_/, ''));
      if (outer !== undefined) return outer;
    }
    return undefined;
  };
}
