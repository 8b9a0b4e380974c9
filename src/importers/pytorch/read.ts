import type { InputSpec, ModelSpec, NodeSpec } from '../../spec.js';
import type { FileBytes } from '../formats/bytes.js';
import type { Imported } from '../report.js';
import type { PyTorchConfig, PyTorchFunction, PyTorchLayer } from './config.js';
import type { Full } from './fields.js';
import { FUNCTIONS } from './functions.js';
import { infer } from './infer.js';
import { recurrentNodes } from './recurrent.js';
import { refuse } from './refuse.js';
import { type Flow, type Made, made, needSequence, type Site } from './site.js';
import { Taker } from './take.js';
import { complete, layerAt, validateConfig } from './validate.js';
import { batchNorm, embedding, layerNorm, linear, prelu } from './weighted.js';
import { openWeights } from './weights.js';
import { conv1d, flatten, pool } from './windows.js';

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
  validateConfig(config);
  const weights = openWeights(bytes, config);
  const source = config.layers ? 'config' : 'file';
  const { inputSize, layers } = config.layers ? { ...config, layers: config.layers } : infer(weights, config.inputSize);
  const taker = new Taker(weights);
  if (source === 'file')
    taker.report.note('layers and their order: from names and shapes; nothing is assumed between them');
  const input = inputOf(config, layers, inputSize);
  const nodes: NodeSpec[] = [];
  const used = new Set([input.name]);
  let flow: Flow = { value: input.name, features: input.features, kind: 'sequence', ...timeOf(config) };
  for (const [index, layer] of layers.entries()) {
    const module = 'prefix' in layer ? layer.prefix : undefined;
    const name = layer.name ?? (module || `${layer.type}_${index}`);
    const site = { name, prefix: module ? `${module}.` : '', from: flow, where: layerAt(index), taker };
    const next = layerNodes(complete(layer, name, source, taker.report), site);
    for (const node of next.nodes) {
      if (used.has(node.name)) {
        refuse(layerAt(index), 'a name used twice', 'another name', JSON.stringify(node.name));
      }
      used.add(node.name);
    }
    nodes.push(...next.nodes);
    flow = next.flow;
  }
  taker.finish();
  const name = config.name === undefined ? {} : { name: config.name };
  return {
    spec: { ...name, inputs: [input], nodes, outputs: [flow.value], tensors: taker.taken },
    report: taker.report.finish(weights.format),
  };
}

const timeOf = ({ timesteps }: PyTorchConfig) => (timesteps === undefined ? {} : { time: timesteps });

function inputOf(config: PyTorchConfig, layers: readonly PyTorchLayer[], inputSize: number | undefined): InputSpec {
  const tokens = layers[0]?.type === 'embedding';
  if (tokens !== (inputSize === undefined)) {
    refuse(
      'config.inputSize',
      tokens ? 'given, but an embedding reads token ids' : 'missing',
      tokens ? 'no inputSize' : 'features per timestep of the first layer',
      inputSize === undefined ? 'nothing' : String(inputSize),
    );
  }
  return inputSize === undefined
    ? { name: 'input', features: 1, dtype: 'int32', ...timeOf(config) }
    : { name: 'input', features: inputSize, ...timeOf(config) };
}

function layerNodes(layer: Full<PyTorchLayer>, site: Site): Made {
  switch (layer.type) {
    case 'lstm':
    case 'gru':
    case 'rnn':
    case 'lstm_cell':
    case 'gru_cell':
    case 'rnn_cell':
      return recurrentNodes(layer, site);
    case 'linear':
      return linear(layer, site);
    case 'conv1d':
      return conv1d(layer, site);
    case 'embedding':
      return embedding(layer, site);
    case 'layer_norm':
      return layerNorm(layer, site);
    case 'batch_norm':
      return batchNorm(layer, site);
    case 'prelu':
      return prelu(site);
    case 'max_pool1d':
    case 'avg_pool1d':
      return pool(layer, site);
    case 'flatten':
      return flatten(layer, site);
    case 'last_timestep':
      needSequence(site, 'last_timestep');
      return made(site, { type: 'timestep', index: -1 }, { kind: 'vector' });
    case 'activation':
      return made(site, { type: 'activation', activation: layer.activation });
    case 'softmax':
    case 'log_softmax':
    case 'dropout':
      return made(site, { type: layer.type });
    default:
      return made(site, { type: 'activation', activation: activationOf(layer) });
  }
}

function activationOf(layer: Full<PyTorchFunction>) {
  const found = FUNCTIONS[layer.type];
  return typeof found === 'function' ? found(layer as never) : found;
}
