import { strToU8 } from 'fflate';
import { expect, it } from 'vitest';
import { fromTfjs } from '../../../src/importers/tfjs/index.js';
import type { ActivationSpec, NodeSpec } from '../../../src/index.js';

// Every function that Keras has a name for, and what it is here (keras/src/activations/activations.py of Keras 3).

const FUNCTIONS: Readonly<Record<string, ActivationSpec>> = {
  relu: 'relu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  elu: { type: 'elu', alpha: 1 },
  celu: { type: 'elu', alpha: 1 },
  selu: 'selu',
  softplus: 'softplus',
  softsign: 'softsign',
  exponential: 'exp',
  gelu: 'gelu',
  swish: 'silu',
  silu: 'silu',
  relu6: { type: 'clip', alpha: 0, beta: 6 },
  mish: 'mish',
  log_sigmoid: 'log_sigmoid',
  leaky_relu: { type: 'leaky_relu', alpha: 0.2 },
  hard_silu: 'hard_silu',
  hard_swish: 'hard_silu',
  hard_tanh: { type: 'clip', alpha: -1, beta: 1 },
  hard_sigmoid: { type: 'hard_sigmoid', alpha: 1 / 6, beta: 0.5 },
};

const nodesOf = (activation: string): readonly NodeSpec[] => {
  const layers = [
    { class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, 4] } },
    { class_name: 'Activation', config: { name: 'y', activation } },
  ];
  const model_config = { class_name: 'Sequential', config: { name: 'm', layers } };
  const file = { format: 'layers-model', modelTopology: { keras_version: '3.9.0', model_config }, weightsManifest: [] };
  return fromTfjs(strToU8(JSON.stringify(file)), []).nodes;
};

it.each(Object.entries(FUNCTIONS))('%s', (name, activation) => {
  expect(nodesOf(name)).toMatchObject([{ type: 'activation', activation }]);
});
it.each(['softmax', 'log_softmax'])('%s', (name) => {
  expect(nodesOf(name)).toMatchObject([{ type: name }]);
});
