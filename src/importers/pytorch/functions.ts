import type { ActivationSpec } from '../../spec.js';
import type { PyTorchFunction } from './config.js';

type Parameters = { readonly [name: string]: number };

/** The engine's activation for each of PyTorch's; parameters by their names in the config. */
export const FUNCTIONS: Record<PyTorchFunction['type'], ActivationSpec | ((given: Parameters) => ActivationSpec)> = {
  relu: 'relu',
  relu6: { type: 'clip', alpha: 0, beta: 6 },
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  silu: 'silu',
  selu: 'selu',
  mish: 'mish',
  softsign: 'softsign',
  logsigmoid: 'log_sigmoid',
  hardsigmoid: { type: 'hard_sigmoid', alpha: 1 / 6, beta: 0.5 },
  hardswish: 'hard_silu',
  leaky_relu: ({ negativeSlope: alpha }) => ({ type: 'leaky_relu', alpha: alpha as number }),
  elu: ({ alpha }) => ({ type: 'elu', alpha: alpha as number }),
  hardtanh: ({ minVal, maxVal }) => ({ type: 'clip', alpha: minVal as number, beta: maxVal as number }),
  gelu: ({ approximate }) => ((approximate as unknown) === 'tanh' ? 'gelu_tanh' : 'gelu'),
  // Above 20 PyTorch gives x itself, which is what ln(1 + e^x) is in float32.
  softplus: 'softplus',
};
