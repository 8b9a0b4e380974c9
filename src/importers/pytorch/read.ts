import { ImportError } from '../../errors.js';
import type { InputSpec, ModelSpec, NodeSpec } from '../../spec.js';
import type { FileBytes } from '../formats/bytes.js';
import { readSafetensors } from '../formats/safetensors.js';
import type { PyTorchConfig, PyTorchEmbedding, PyTorchLayer, PyTorchLayerNorm, PyTorchLinear } from './config.js';
import { type Flow, recurrentNodes } from './recurrent.js';
import type { PyTorchReportRow } from './report.js';
import { Taker } from './take.js';
import { layerAt, validateConfig } from './validate.js';

export interface PyTorchImport {
  readonly spec: ModelSpec;
  /** One row per tensor of the file, in the order in which the model uses them. */
  readonly report: readonly PyTorchReportRow[];
}

/**
 * A model from a safetensors file of a PyTorch state dict.
 * @throws {ImportError} malformed bytes, a config that contradicts itself or the file, a tensor missing or unused.
 */
export function fromPyTorch(bytes: FileBytes, config: PyTorchConfig): ModelSpec {
  return readPyTorch(bytes, config).spec;
}

/** As `fromPyTorch`, with the account of which tensor became what. */
export function readPyTorch(bytes: FileBytes, config: PyTorchConfig): PyTorchImport {
  validateConfig(config);
  const { layers, ignore = [] } = config;
  const taker = new Taker(readSafetensors(bytes, { skip: ignore }));
  const input = inputOf(config);
  const nodes: NodeSpec[] = [];
  const used = new Set([input.name]);
  let flow: Flow = { value: input.name, features: input.features, kind: 'sequence' };
  for (const [index, layer] of layers.entries()) {
    const made = layerNodes(layer, index, flow, taker);
    for (const { name } of made.nodes) {
      if (used.has(name)) {
        throw new ImportError('a name used twice', {
          where: layerAt(index),
          expected: 'another name',
          got: JSON.stringify(name),
        });
      }
      used.add(name);
    }
    nodes.push(...made.nodes);
    flow = made.flow;
  }
  taker.finish();
  const name = config.name === undefined ? {} : { name: config.name };
  return {
    spec: { ...name, inputs: [input], nodes, outputs: [flow.value], tensors: taker.taken },
    report: taker.report,
  };
}

function inputOf({ inputSize, layers }: PyTorchConfig): InputSpec {
  const tokens = layers[0]?.type === 'embedding';
  if (tokens !== (inputSize === undefined)) {
    throw new ImportError(tokens ? 'given, but an embedding reads token ids' : 'missing', {
      where: 'config.inputSize',
      expected: tokens ? 'no inputSize' : 'features per timestep of the first layer',
      got: inputSize === undefined ? 'nothing' : String(inputSize),
    });
  }
  return inputSize === undefined
    ? { name: 'input', features: 1, dtype: 'int32' }
    : { name: 'input', features: inputSize };
}

function layerNodes(layer: PyTorchLayer, index: number, from: Flow, taker: Taker): { nodes: NodeSpec[]; flow: Flow } {
  const module = 'prefix' in layer ? layer.prefix : undefined;
  const name = layer.name ?? (module || `${layer.type}_${index}`);
  const prefix = module ? `${module}.` : '';
  const inputs = [from.value];
  const then = (node: NodeSpec, features = from.features) => ({
    nodes: [node],
    flow: { ...from, value: name, features },
  });
  switch (layer.type) {
    case 'lstm':
    case 'gru':
    case 'rnn':
      return recurrentNodes(layer, name, prefix, from, layerAt(index), taker);
    case 'linear': {
      const { node, units } = linear(layer, name, prefix, from, taker);
      return then(node, units);
    }
    case 'embedding': {
      if (index > 0) {
        throw new ImportError('an embedding reads token ids', {
          where: layerAt(index),
          expected: 'the first layer',
          got: `layer ${index}`,
        });
      }
      const { node, features } = embedding(layer, name, prefix, from, taker);
      return then(node, features);
    }
    case 'layer_norm':
      return then(layerNorm(layer, name, prefix, from, taker));
    case 'activation':
      return then({ type: 'activation', name, inputs, activation: layer.activation });
    case 'softmax':
    case 'dropout':
      return then({ type: layer.type, name, inputs });
  }
}

/** `nn.Linear`: y = x·Aᵀ + b with A stored (out, in), one row per output as in the model. */
function linear(layer: PyTorchLinear, name: string, prefix: string, from: Flow, taker: Taker) {
  const weight = `${prefix}weight`;
  const shape = taker.take(weight, [layer.outFeatures, from.features], `${name}.weight`, 'one row per output');
  const units = shape[0] as number;
  const bias = (layer.bias ?? true) ? `${prefix}bias` : undefined;
  if (bias !== undefined) taker.take(bias, [units], `${name}.bias`, '');
  const activation = layer.activation === undefined ? {} : { activation: layer.activation };
  const tensors = { weight, ...(bias !== undefined && { bias }) };
  const node: NodeSpec = { type: 'dense', name, inputs: [from.value], units, tensors, ...activation };
  return { node, units };
}

function embedding(layer: PyTorchEmbedding, name: string, prefix: string, from: Flow, taker: Taker) {
  const weight = `${prefix}weight`;
  const shape = taker.take(weight, [layer.numEmbeddings, layer.embeddingDim], `${name}.weight`, 'one row per token id');
  const node: NodeSpec = { type: 'embedding', name, inputs: [from.value], tensors: { weight } };
  return { node, features: shape[1] as number };
}

/** `nn.LayerNorm`: its weight is gamma, its bias beta, its variance the biased one. */
function layerNorm(layer: PyTorchLayerNorm, name: string, prefix: string, from: Flow, taker: Taker): NodeSpec {
  const { eps: epsilon = 1e-5, elementwiseAffine = true, bias = true } = layer;
  const take = (tensor: string, field: string): string => {
    taker.take(prefix + tensor, [from.features], `${name}.${field}`, `epsilon ${epsilon}`);
    return prefix + tensor;
  };
  const tensors = {
    ...(elementwiseAffine && { gamma: take('weight', 'gamma') }),
    ...(elementwiseAffine && bias && { beta: take('bias', 'beta') }),
  };
  return { type: 'layer_norm', name, inputs: [from.value], epsilon, tensors };
}
