import type { ActivationSpec } from '../../../spec.js';
import { isObject, show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import type { Config } from '../config.js';
import type { Rules } from '../rules.js';

/** Functions by Keras' names. `softmax` and `log_softmax` are layers of their own. */
export type Activation = ActivationSpec | 'softmax' | 'log_softmax';

const PLAIN: Readonly<Record<string, Activation>> = {
  __proto__: null as never,
  linear: 'linear',
  relu: 'relu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  softmax: 'softmax',
  log_softmax: 'log_softmax',
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
};

/** The function that a config names. Keras 2's hard_sigmoid is 0.2x + 0.5, Keras 3's x/6 + 0.5. */
export function activation(config: Config, key: string, otherwise: string, rules: Rules): Activation {
  const raw = config.raw(key);
  const value = isObject(raw) && typeof raw.config === 'string' && raw.class_name === 'function' ? raw.config : raw;
  const name = value ?? (raw === null ? 'linear' : otherwise);
  if (typeof name !== 'string')
    refuse(
      config.where,
      `${key} is not honoured`,
      'the name of a Keras function',
      show(isObject(raw) ? (raw.registered_name ?? raw.class_name ?? raw) : raw),
    );
  return named(config.where, key, name, rules);
}

function named(where: string, key: string, name: string, rules: Rules): Activation {
  if (name === 'hard_sigmoid') return { type: 'hard_sigmoid', alpha: rules.hardSigmoidSlope, beta: 0.5 };
  if (!PLAIN[name])
    refuse(where, `${key} is not honoured`, [...Object.keys(PLAIN), 'hard_sigmoid'].join(', '), JSON.stringify(name));
  return PLAIN[name] as Activation;
}

/** One for a cell, where a softmax has no meaning here. */
export function cellActivation(config: Config, key: string, otherwise: string, rules: Rules): ActivationSpec {
  const found = activation(config, key, otherwise, rules);
  if (found === 'softmax' || found === 'log_softmax')
    refuse(config.where, `${key} is not honoured in a cell`, 'an elementwise function', found);
  return found;
}
