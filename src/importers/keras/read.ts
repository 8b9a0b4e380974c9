import type { ModelSpec } from '../../spec.js';
import { type FileBytes, viewModel } from '../formats/bytes.js';
import { isObject, parseJson, show } from '../formats/json.js';
import { isZip, readZip } from '../formats/zip.js';
import { Budget } from '../shared/budget.js';
import { type ImportOptions, limitsOf } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import type { Imported } from '../shared/report.js';
import { layersOf, rootOf } from './entries.js';
import { Hdf5 } from './files/hdf5.js';
import { Npz } from './files/npz.js';
import { type Kept, listWeights, treeForm, treeWeights, type Weights } from './files/weights.js';
import { kerasModel } from './keras-model.js';
import { rulesOf } from './rules.js';

/**
 * A model as Keras saved it: `.keras` (Keras 3, or Keras 2.12 and newer) or `.h5` (Keras 2.0 to 3).
 * @throws {ImportError} malformed bytes; a layer or setting that cannot be honoured exactly, by name; more memory or work than
 *   `limits` allow.
 */
export function fromKeras(bytes: FileBytes): ModelSpec;
export function fromKeras(bytes: FileBytes, options: ImportOptions): ModelSpec;
export function fromKeras(bytes: FileBytes, options: ImportOptions = {}): ModelSpec {
  return readKeras(bytes, options).spec;
}

/** As `fromKeras`, with the account of which weight became what. */
export function readKeras(bytes: FileBytes): Imported;
export function readKeras(bytes: FileBytes, options: ImportOptions): Imported;
export function readKeras(bytes: FileBytes, options: ImportOptions = {}): Imported {
  const view = viewModel(bytes);
  const budget = new Budget(view.length, limitsOf(options));
  return isZip(view) ? readArchive(view, budget) : readLegacy(view, budget);
}

function finish(
  config: unknown,
  weights: (layers: ReturnType<typeof layersOf>) => Weights,
  version: string,
  container: string,
  budget: Budget,
): Imported {
  const entry = rootOf('model', config);
  const { spec, reporter } = kerasModel(entry, weights(layersOf(entry)), rulesOf(version), budget);
  return { spec, report: reporter.finish(`Keras ${version}, ${container}`) };
}

/** A `.keras` archive. */
function readArchive(view: Uint8Array, budget: Budget): Imported {
  const wanted = ['config.json', 'metadata.json', 'model.weights.h5', 'model.weights.npz'];
  const entries = readZip(view, { only: (name) => wanted.includes(name), budget });
  const part = (name: string): Uint8Array =>
    entries.get(name) ?? refuse('file', `no ${name}`, wanted.join(', '), [...entries.keys()].join(', ') || 'nothing');
  const metadata = parseJson(part('metadata.json'), 'metadata.json', budget);
  const version =
    isObject(metadata) && typeof metadata.keras_version === 'string'
      ? metadata.keras_version
      : refuse(
          'metadata.json',
          'no keras_version',
          'a version',
          show(isObject(metadata) ? metadata.keras_version : metadata),
        );
  const config = parseJson(part('config.json'), 'config.json', budget);
  const npz = entries.get('model.weights.npz');
  if (npz && entries.has('model.weights.h5'))
    refuse('file', 'weights twice', 'model.weights.h5 or model.weights.npz', 'both');
  const file = npz
    ? new Npz(npz, 'model.weights.npz', budget)
    : new Hdf5(part('model.weights.h5'), 'model.weights.h5', budget);
  return finish(config, (layers) => treeWeights(layers, file, treeForm(version)), version, '.keras', budget);
}

/** An `.h5` file with the whole model. */
function readLegacy(view: Uint8Array, budget: Budget): Imported {
  const file = new Hdf5(view, 'file', budget);
  const text = file.attribute('', 'model_config');
  if (typeof text !== 'string')
    refuse('file', 'weights without a model', 'a file of model.save(), with model_config', typeof text);
  const config = parseJson(new TextEncoder().encode(text), 'model_config', budget);
  const base = file.has('model_weights') ? 'model_weights' : '';
  const stated = file.attribute('', 'keras_version') ?? file.attribute(base, 'keras_version');
  const version = typeof stated === 'string' ? stated : '1';
  if (!/^[23]\./.test(version)) refuse('file', 'a version of Keras that is not honoured', '2.0 or newer', version);
  const names = new Map<string, string[]>();
  const namesOf = (group: string): string[] => {
    const known = names.get(group) ?? (file.has(group) ? file.names(group, 'weight_names') : []);
    names.set(group, known);
    return known;
  };
  const kept = (layer: string): Kept[] => {
    const group = `${base}/${layer}`;
    return namesOf(group).map((name) => ({ name: `${group}/${name}`, read: () => file.read(`${group}/${name}`) }));
  };
  const weights = (layers: ReturnType<typeof layersOf>): Weights => {
    sameOrder(
      layers.map(({ name }) => name),
      file.names(base, 'layer_names'),
      (name) => namesOf(`${base}/${name}`).length > 0,
    );
    return listWeights(layers, ({ name }) => kept(name));
  };
  return finish(config, weights, version, '.h5', budget);
}

/**
 * Keras goes by the order in which the file lists the layers that have weights, and not by their names: the two must say the same.
 * @throws {ImportError} they do not.
 */
function sameOrder(layers: readonly string[], listed: readonly string[], weighs: (layer: string) => boolean): void {
  const [own, theirs] = [layers.filter(weighs), listed.filter(weighs)];
  const at = theirs.findIndex((name, index) => name !== own[index]);
  if (at >= 0 || own.length !== theirs.length)
    refuse(
      'file',
      'layer_names in another order than the layers',
      own.slice(0, 12).join(', '),
      theirs.slice(0, 12).join(', '),
    );
}
