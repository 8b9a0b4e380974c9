import type { ModelSpec } from '../../spec.js';
import { type FileBytes, viewBytes } from '../formats/bytes.js';
import { bytesPerElement, elementsOf, toFloats } from '../formats/elements.js';
import { isObject, parseJson, show } from '../formats/json.js';
import { isModel, type LayerEntry, layersOf, rootOf } from '../keras/entries.js';
import type { Stored } from '../keras/files/stored.js';
import { listWeights } from '../keras/files/weights.js';
import { kerasModel } from '../keras/keras-model.js';
import { refuse } from '../shared/refuse.js';
import type { Imported } from '../shared/report.js';

/** The weight files that `model.json` names, by their paths in it; or one after another in its order. */
export type Shards = Readonly<Record<string, FileBytes>> | readonly FileBytes[];

/**
 * A layers model of TensorFlow.js: `model.json` and its shards.
 * @throws {ImportError} malformed JSON, shards missing or of the wrong size, a graph model; whatever the Keras importer refuses.
 */
export function fromTfjs(modelJson: FileBytes, shards: Shards): ModelSpec {
  return readTfjs(modelJson, shards).spec;
}

/** As `fromTfjs`, with the account of which weight became what. */
export function readTfjs(modelJson: FileBytes, shards: Shards): Imported {
  const file = parseJson(viewBytes(modelJson), 'model.json');
  if (!isObject(file)) return refuse('model.json', 'not a model', 'an object', show(file));
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
  // Keras 3 writes batch_shape and objects for dtypes; TensorFlow.js itself means what Keras 2 means.
  const dialect = /^3\./.test(stated) ? 'keras3' : 'keras2';
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
  const { spec, reporter } = kerasModel(entry, listWeights(layers, take), dialect);
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

/** Stored types by TensorFlow.js' names. */
const TYPES: Readonly<Record<string, string>> = {
  float32: 'F32',
  int32: 'I32',
  uint8: 'U8',
  uint16: 'U16',
  float16: 'F16',
  bool: 'BOOL',
};

/** The weights of every group: the group's files one after another hold its weights one after another. */
function readManifest(manifest: unknown, shards: Shards): Map<string, Stored> {
  if (!Array.isArray(manifest)) return refuse('weightsManifest', 'no weights', 'a list of groups', show(manifest));
  const list = Array.isArray(shards) ? [...(shards as readonly FileBytes[])] : undefined;
  const arrays = new Map<string, Stored>();
  manifest.forEach((group: unknown, index) => {
    const where = `weightsManifest[${index}]`;
    if (!isObject(group) || !Array.isArray(group.paths) || !Array.isArray(group.weights))
      refuse(where, 'not a group', '{ paths, weights }', show(group));
    const { paths, weights } = group as { paths: unknown[]; weights: unknown[] };
    const files = paths.map((path) => {
      const found = list
        ? list.shift()
        : typeof path === 'string' && Object.hasOwn(shards, path)
          ? (shards as Record<string, FileBytes>)[path]
          : undefined;
      return viewBytes(
        found ??
          refuse(
            where,
            'a shard that is not given',
            show(path),
            list ? 'no more files' : Object.keys(shards).join(', ') || 'no files',
          ),
      );
    });
    const bytes = join(files);
    let position = 0;
    for (const weight of weights) {
      const { stored, size } = readWeight(weight, bytes, position, where);
      if (arrays.has(stored.name)) refuse(where, 'a weight twice', 'every name once', stored.name);
      arrays.set(stored.name, stored);
      position += size;
    }
    if (position !== bytes.length) refuse(where, 'shards of the wrong size', `${position} bytes`, `${bytes.length}`);
  });
  return arrays;
}

function readWeight(
  weight: unknown,
  bytes: Uint8Array,
  position: number,
  group: string,
): { stored: Stored; size: number } {
  if (!isObject(weight) || typeof weight.name !== 'string' || !Array.isArray(weight.shape))
    return refuse(group, 'not a weight', '{ name, shape, dtype }', show(weight));
  const { name, shape, dtype, quantization } = weight;
  const where = `weight ${JSON.stringify(name)}`;
  if (!shape.every((n) => Number.isSafeInteger(n) && n >= 0))
    refuse(where, 'a shape that cannot be', 'sizes', show(shape));
  const count = shape.reduce((product: number, n: number) => product * n, 1);
  const quantised = isObject(quantization) ? quantization : undefined;
  const type = quantised ? quantised.dtype : dtype;
  const stored =
    (typeof type === 'string' && Object.hasOwn(TYPES, type) ? TYPES[type] : undefined) ??
    refuse(where, 'a type that is not honoured', Object.keys(TYPES).join(', '), show(type));
  const size = count * (bytesPerElement(stored) as number);
  if (!(position + size <= bytes.length))
    refuse(where, 'beyond the end of its shards', `${size} bytes`, `${bytes.length - position}`);
  const numbers = toFloats(elementsOf(bytes.subarray(position, position + size), stored, where), stored, where);
  // uint8 and uint16 stand for min + scale·q; float16 for itself.
  if (!quantised || type === 'float16') return { stored: { name, shape, data: numbers }, size };
  const { scale, min } = quantised;
  if (typeof scale !== 'number' || typeof min !== 'number')
    return refuse(where, 'no scale or min', 'numbers', show(quantization));
  const data = numbers.map((number) => number * scale + min);
  return { stored: { name, shape, data }, size };
}

function join(files: readonly Uint8Array[]): Uint8Array {
  const [first] = files;
  if (files.length === 1 && first) return first;
  const all = new Uint8Array(files.reduce((sum, file) => sum + file.length, 0));
  let position = 0;
  for (const file of files) {
    all.set(file, position);
    position += file.length;
  }
  return all;
}
