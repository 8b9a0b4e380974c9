import type { ModelSpec, NodeSpec, ValueLayout } from '../../spec.js';
import { type FileBytes, viewModel } from '../formats/bytes.js';
import { show } from '../formats/json.js';
import { recordOf } from '../formats/record.js';
import { Budget } from '../shared/budget.js';
import {
  checkConfig,
  checkLayers,
  type Field,
  type Fields,
  fillIn,
  layerList,
  nonEmptyText,
  oneOf,
  texts,
  wholeNumber,
} from '../shared/fields.js';
import { foldPadding } from '../shared/fold-padding.js';
import { limitsField } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import { type Imported, Reporter } from '../shared/report.js';
import type { Mutable } from '../shared/spec-builder.js';
import type { PyTorchConfig, PyTorchLayer } from './config.js';
import { type Facts, withFacts } from './facts.js';
import { type Draft, draft, infer } from './infer.js';
import { LAYERS, TAKE_FREQUENCIES } from './layers.js';
import { turnRows } from './planes.js';
import { Site } from './site.js';
import { openWeights } from './weights.js';

const CONFIG: { readonly [K in keyof PyTorchConfig]-?: Field } = {
  name: nonEmptyText,
  inputSize: wholeNumber(1),
  frequencies: wholeNumber(1),
  height: wholeNumber(1),
  timesteps: wholeNumber(1),
  layers: layerList,
  assume: oneOf('chain'),
  stateDict: nonEmptyText,
  ignore: texts,
  limits: limitsField,
};

const LAYER_FIELDS = recordOf<Fields>(
  Object.entries(LAYERS).map(([type, [, fields]]) => [type, { name: nonEmptyText, ...fields } as Fields]),
);

/**
 * A model from a PyTorch state dict: a safetensors file, or `.pt`, `.pth` as `torch.save` writes them since 1.6 (zip) and
 * wrote them before (pickles); or the weights of what `torch.jit.save` and `torch.export.save` wrote. Nothing of the file is executed: other objects
 * beside the state dict are passed over. Names of wrappers (`module.`, `_orig_mod.`) are taken off; weight norm, spectral norm and pruning are folded;
 * dynamically quantised weights are the float32 numbers that they stand for.
 * @param config may be left out for a file of one module; of several, `assume: 'chain'` can stand for its layers.
 * @throws {ImportError} malformed bytes; static quantisation; a frozen module; a pickle whose tensors are inside what it would build, e.g. a whole module; a topology
 *   that the file leaves open (with a draft of the config); a config that contradicts itself or the file; a tensor missing or unused;
 *   more memory, work or names than `config.limits` allows.
 */
export function fromPyTorch(bytes: FileBytes, config: PyTorchConfig = {}): ModelSpec {
  return readPyTorch(bytes, config).spec;
}

/** As `fromPyTorch`, with the account of which tensor became what. */
export function readPyTorch(bytes: FileBytes, config: PyTorchConfig = {}): Imported {
  checkConfig(config, 'config', CONFIG);
  checkLayers(config.layers ?? [], LAYER_FIELDS);
  if (config.layers && config.assume)
    refuse('config.assume', 'not usable', 'nothing beside layers', show(config.assume));
  const file = viewModel(bytes);
  const budget = new Budget(file.length, config.limits);
  const weights = openWeights(file, config, budget);
  const { inputSize, layers } = { ...config, ...(!config.layers && infer(weights, config)) } as PyTorchConfig;
  const site = new Site(new Reporter(budget), weights.tensors, inputSize ?? 1, config.timesteps);
  for (const note of weights.notes) site.reporter.note(note);
  if (!config.layers) site.reporter.note('layers and their order: from names and shapes');
  if (config.assume === 'chain')
    site.reporter.note('config.assume: each layer reads what the one before it makes, with nothing between');
  const tokens = layers?.[0]?.type === 'embedding';
  if (tokens !== (inputSize === undefined)) {
    const expected = tokens ? 'none: an embedding reads token ids' : 'features per timestep';
    refuse('config.inputSize', 'not usable', expected, show(inputSize));
  }
  const openPlane = beginPlane(site, config, inputSize);
  for (const [index, layer] of (layers ?? []).entries()) {
    const module = 'prefix' in layer ? layer.prefix : undefined;
    site.name = layer.name ?? (module || `${layer.type}_${index}`);
    const path = module && weights.resolve(module);
    site.prefix = path ? `${path}.` : '';
    site.where = `config.layers[${index}]`;
    if (site.frequencies !== undefined && !TAKE_FREQUENCIES.has(layer.type))
      refuse(site.where, 'reads (batch, time, features)', "a layer of type 'frames' before it", layer.type);
    build(layer, config.layers ? 'config' : 'file', weights.facts.get(path ?? ''), site);
  }
  site.refuseUnused();
  const layouts = openPlane && { layouts: recordOf([['input', openPlane], ...endPlane(site)]) };
  const input = { ...(tokens && { dtype: 'int32' as const }), ...(config.timesteps && { time: config.timesteps }) };
  const spec = { ...site.finish(config.name, input), ...layouts };
  foldPadding(spec.nodes as Mutable<NodeSpec>[], spec.outputs, spec.inputs);
  return { spec, report: site.reporter.finish(weights.format) };
}

/** Puts the input's rows, `[channels][frequency]` in PyTorch's order of axes, into ours. @returns the input's axes. */
function beginPlane(site: Site, { frequencies: given, height }: PyTorchConfig, inputSize = 0): ValueLayout | undefined {
  if (given !== undefined && height !== undefined)
    refuse('config.height', 'not usable', 'nothing beside frequencies', `${height}`);
  const frequencies = given ?? height;
  if (frequencies === undefined) return undefined;
  site.turned = height !== undefined;
  const where = `config.${site.turned ? 'height' : 'frequencies'}`;
  if (inputSize % frequencies > 0) refuse(where, 'not usable', `a divisor of inputSize ${inputSize}`, `${frequencies}`);
  const channels = inputSize / frequencies;
  turnRows(site, [channels, frequencies], 'input_frames');
  site.frequencies = frequencies;
  return planeLayout(site, channels, frequencies);
}

const planeLayout = ({ turned }: Site, channels: number, frequencies: number): ValueLayout => ({
  axes: ['batch', channels, ...(turned ? ([frequencies, 'time'] as const) : (['time', frequencies] as const))],
});

/** The same of the output, if it is of frequencies. */
function endPlane(site: Site): [string, ValueLayout][] {
  const { frequencies, features } = site;
  if (frequencies === undefined) return [];
  const channels = features / frequencies;
  site.where = 'output';
  turnRows(site, [frequencies, channels], 'output_frames');
  return [[site.value, planeLayout(site, channels, frequencies)]];
}

/** What a state dict holds, and the config that it would take. */
export interface PyTorchDraft extends Draft {
  /** As `ImportReport.format`. */
  readonly format: string;
  /** The state dict's, in the order of the file, what is kept in parts put together. */
  readonly tensors: readonly { readonly name: string; readonly shape: readonly number[]; readonly dtype: string }[];
}

/**
 * A config for a state dict, from its names and shapes alone: to look at, to complete where it says that something is open, and to give to
 * `fromPyTorch`.
 * @throws {ImportError} malformed bytes; no state dict, or several.
 */
export function draftPyTorch(bytes: FileBytes, config: PyTorchConfig = {}): PyTorchDraft {
  checkConfig(config, 'config', CONFIG);
  const file = viewModel(bytes);
  const weights = openWeights(file, config, new Budget(file.length, config.limits));
  const tensors = [...weights.tensors].map(([name, { shape, dtype }]) => ({ name, shape: [...shape], dtype }));
  return { format: weights.format, tensors, ...draft(weights, config) };
}

/** With PyTorch's defaults filled in; each field is reported, and whether `source` states it. */
function build(given: PyTorchLayer, source: 'file' | 'config', facts: Facts | undefined, site: Site): void {
  const { layer, read } = withFacts(
    given,
    'prefix' in given || facts?.type === given.type ? facts : undefined,
    site.where,
  );
  const [module, fields, make] = LAYERS[layer.type] as readonly [string, Fields, (layer: object, site: Site) => void];
  const report = (key: string, value: unknown, isGiven: boolean) => {
    if (key === 'prefix') return;
    if (isGiven) site.reporter.read(site.name, key, value, read.has(key) ? 'file' : source);
    else site.reporter.defaulted(site.name, key, value, `${module.includes('.') ? '' : 'nn.'}${module}'s default`);
  };
  make(fillIn(layer, fields, report), site);
}
