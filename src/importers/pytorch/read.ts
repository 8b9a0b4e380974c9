import type { InputSpec, ModelSpec } from '../../spec.js';
import type { FileBytes } from '../formats/bytes.js';
import { isObject, show } from '../formats/json.js';
import { checkFields, type Field, type Fields, name, text, whole } from '../shared/fields.js';
import { refuse } from '../shared/refuse.js';
import type { Imported } from '../shared/report.js';
import type { PyTorchConfig, PyTorchLayer } from './config.js';
import { infer } from './infer.js';
import { LAYERS } from './layers.js';
import { Site } from './site.js';
import { openWeights } from './weights.js';

const CONFIG: { readonly [K in keyof PyTorchConfig]-?: Field } = {
  name,
  inputSize: whole(1),
  timesteps: whole(1),
  layers: ['a list of at least one layer', (v) => Array.isArray(v) && v.length > 0],
  stateDict: name,
  ignore: ['a list of texts', (v) => Array.isArray(v) && v.every(text[1])],
};

/**
 * A model from a PyTorch state dict: a safetensors file, or `.pt`, `.pth` as `torch.save` writes them since 1.6 (zip) and
 * wrote them before (pickles). Nothing of the file is executed.
 * @param config may be left out, or its layers, where names and shapes of the tensors prove the topology.
 * @throws {ImportError} malformed bytes; a pickle that would build anything but tensors and plain values, e.g. a whole module; a
 *   topology that the file leaves open (with a draft of the config); a config that contradicts itself or the file; a tensor
 *   missing or unused.
 */
export function fromPyTorch(bytes: FileBytes, config: PyTorchConfig = {}): ModelSpec {
  return readPyTorch(bytes, config).spec;
}

/** As `fromPyTorch`, with the account of which tensor became what. */
export function readPyTorch(bytes: FileBytes, config: PyTorchConfig = {}): Imported {
  checkFields(config, 'config', CONFIG);
  const at = (index: number) => `config.layers[${index}]`;
  for (const [index, layer] of (config.layers ?? []).entries()) {
    const { type, ...fields }: { type?: unknown } = isObject(layer) ? layer : {};
    if (typeof type !== 'string' || !Object.hasOwn(LAYERS, type))
      refuse(at(index), 'unknown layer type', Object.keys(LAYERS).join(', '), show(type));
    checkFields(fields, at(index), { name, ...LAYERS[type as PyTorchLayer['type']][1] });
  }
  const weights = openWeights(bytes, config);
  const { inputSize, layers } = { ...config, ...(!config.layers && infer(weights, config.inputSize)) } as PyTorchConfig;
  const site = new Site(weights.tensors, inputSize ?? 1, config.timesteps);
  for (const note of weights.notes) site.report.note(note);
  if (!config.layers) site.report.note('layers and their order: from names and shapes');
  const tokens = layers?.[0]?.type === 'embedding';
  if (tokens !== (inputSize === undefined)) {
    const expected = tokens ? 'none: an embedding reads token ids' : 'features per timestep';
    refuse('config.inputSize', 'not usable', expected, show(inputSize));
  }
  const input: InputSpec = {
    name: 'input',
    features: site.features,
    ...(tokens && { dtype: 'int32' }),
    ...(config.timesteps && { time: config.timesteps }),
  };
  for (const [index, layer] of (layers ?? []).entries()) {
    const module = 'prefix' in layer ? layer.prefix : undefined;
    site.name = layer.name ?? (module || `${layer.type}_${index}`);
    site.prefix = module ? `${module}.` : '';
    site.where = at(index);
    build(layer, config.layers ? 'config' : 'file', site);
  }
  site.finish();
  return {
    spec: {
      ...(config.name && { name: config.name }),
      inputs: [input],
      nodes: site.nodes,
      outputs: [site.value],
      tensors: site.taken,
    },
    report: site.report.finish(weights.format),
  };
}

/** With PyTorch's defaults filled in; each field is reported, and whether `source` states it. */
function build(layer: PyTorchLayer, source: 'file' | 'config', site: Site): void {
  const [module, fields, make] = LAYERS[layer.type] as readonly [string, Fields, (layer: object, site: Site) => void];
  const full: Record<string, unknown> = { ...layer };
  for (const [key, [, , fallback]] of Object.entries(fields)) {
    if (key === 'prefix') continue;
    if (full[key] !== undefined) site.report.read(site.name, key, full[key], source);
    else if (fallback !== undefined) {
      full[key] = fallback;
      site.report.defaulted(site.name, key, fallback, `nn.${module}'s default`);
    }
  }
  make(full, site);
}
