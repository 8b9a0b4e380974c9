import type { ModelSpec } from '../../spec.js';
import { type FileBytes, tagOf, viewModel } from '../formats/bytes.js';
import { isObject, parseJson, show } from '../formats/json.js';
import { isZip, readZip } from '../formats/zip.js';
import { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import type { Imported } from '../shared/report.js';
import { refuseWithDraft } from './draft.js';
import { layersOf, rootOf } from './entries.js';
import { type Bare, checkpoint, treeFile } from './files/bare.js';
import { Hdf5 } from './files/hdf5.js';
import { ListFile } from './files/list.js';
import { Npz } from './files/npz.js';
import { treeForm, treeWeights, type Weights } from './files/weights.js';
import { kerasModel } from './keras-model.js';
import { checkOptions, type KerasOptions, type KerasVariables, MODEL_OPTIONS } from './options.js';
import { rulesOf } from './rules.js';
import { sequential } from './typed.js';

/**
 * A model as Keras saved it: `.keras` (Keras 3, or Keras 2.12 and newer) or `.h5` (Keras 2.0 to 3); or weights alone, with the model in
 * the options: `.weights.h5`, the `.h5` of `save_weights`, or the variables of a checkpoint.
 * @throws {ImportError} malformed bytes; a layer or setting that cannot be honoured exactly, by name; weights without a model, with a draft
 *   of the options; more memory or work than `limits` allow.
 */
export function fromKeras(source: FileBytes | KerasVariables): ModelSpec;
export function fromKeras(source: FileBytes | KerasVariables, options: KerasOptions): ModelSpec;
export function fromKeras(source: FileBytes | KerasVariables, options: KerasOptions = {}): ModelSpec {
  return readKeras(source, options).spec;
}

/** As `fromKeras`, with the account of which weight became what. */
export function readKeras(source: FileBytes | KerasVariables): Imported;
export function readKeras(source: FileBytes | KerasVariables, options: KerasOptions): Imported;
export function readKeras(source: FileBytes | KerasVariables, given: KerasOptions = {}): Imported {
  // A number is no option: `files.map(fromKeras)`.
  const options: KerasOptions = isObject(given) ? given : {};
  checkOptions(options);
  if (tagOf(source) === 'Map') {
    const arrays = source as KerasVariables;
    const sizes = [...arrays.values()].map(({ shape }) => shape.reduce((product, n) => product * n, 4));
    const budget = new Budget(
      sizes.reduce((sum, size) => sum + size, 0),
      options.limits,
    );
    return readBare(checkpoint(arrays), options, budget);
  }
  const view = viewModel(source as FileBytes);
  const budget = new Budget(view.length, options.limits);
  return isZip(view) ? readArchive(view, options, budget) : readHdf5(view, options, budget);
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

/** @throws {ImportError} a model in the options, beside that of the file. */
function refuseModel(options: KerasOptions): void {
  const given = MODEL_OPTIONS.find((key) => options[key] !== undefined);
  if (given) refuse(`options.${given}`, 'not usable', 'nothing: the file has its model', show(options[given]));
}

/** Weights without a model, which the options have. */
function readBare(bare: Bare, options: KerasOptions, budget: Budget): Imported {
  const { architecture, layers, inputShape, name } = options;
  if (architecture === undefined && layers === undefined) return refuseWithDraft(bare);
  if (architecture !== undefined && layers !== undefined)
    refuse('options.layers', 'not usable', 'nothing beside architecture', show(layers));
  const json =
    typeof architecture === 'string'
      ? parseJson(new TextEncoder().encode(architecture), 'options.architecture', budget)
      : architecture;
  const told = isObject(json) && typeof json.keras_version === 'string' ? json.keras_version : undefined;
  const version =
    bare.version ??
    told ??
    options.kerasVersion ??
    refuse('options.kerasVersion', 'not said', 'the version of Keras that wrote the weights', 'nothing');
  for (const other of [told, options.kerasVersion])
    if (other !== undefined && other !== version)
      refuse(
        'options',
        'two versions of Keras',
        `${version}, stated by the ${bare.version ? 'weights' : 'architecture'}`,
        other,
      );
  if (json === undefined && !inputShape)
    refuse('options.inputShape', 'not said', "the input's shape without the batch, [null, features]", 'nothing');
  const config = json ?? sequential(layers ?? [], inputShape ?? [], name ?? 'sequential', version.startsWith('3'));
  const { spec, report } = finish(config, (entries) => bare.weights(entries, version), version, bare.container, budget);
  bare.finish();
  const attributes = report.attributes.map((row) =>
    row.source === 'file' ? { ...row, source: 'config' as const } : row,
  );
  return { spec, report: { ...report, attributes } };
}

/** A `.keras` archive. */
function readArchive(view: Uint8Array, options: KerasOptions, budget: Budget): Imported {
  refuseModel(options);
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

/** An `.h5` file: of the whole model, or of its weights alone, as Keras 2 or 3 lays them out. */
function readHdf5(view: Uint8Array, options: KerasOptions, budget: Budget): Imported {
  const file = new Hdf5(view, 'file', budget);
  const text = file.attribute('', 'model_config');
  const base = file.has('model_weights') ? 'model_weights' : '';
  const stated = file.attribute('', 'keras_version') ?? file.attribute(base, 'keras_version');
  const list = new ListFile(file, base);
  if (typeof text !== 'string') {
    if (file.attribute('', 'layer_names') !== undefined || file.attribute('', 'layer_names0') !== undefined) {
      const version = typeof stated === 'string' ? stated : undefined;
      return readBare({ ...list.bare(), version }, options, budget);
    }
    if (file.has('layers') || file.has('_layer_checkpoint_dependencies'))
      return readBare(treeFile(file, budget), options, budget);
    return refuse('file', 'weights without a model', 'a file of model.save(), with model_config', typeof text);
  }
  refuseModel(options);
  const config = parseJson(new TextEncoder().encode(text), 'model_config', budget);
  const version = typeof stated === 'string' ? stated : '1';
  if (!/^[23]\./.test(version)) refuse('file', 'a version of Keras that is not honoured', '2.0 or newer', version);
  return finish(config, (layers) => list.weights(layers), version, '.h5', budget);
}
