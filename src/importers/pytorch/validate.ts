import { ImportError } from '../../errors.js';
import { isObject, show } from '../formats/json.js';
import type { PyTorchConfig, PyTorchLayer } from './config.js';

interface Check {
  readonly expected: string;
  readonly holds: (value: unknown) => boolean;
  readonly required?: true;
}
type Fields<T> = { readonly [K in Exclude<keyof T, 'type'>]-?: Check };

const text: Check = { expected: 'a text', holds: (v) => typeof v === 'string' };
const name: Check = { expected: 'a text, not empty', holds: (v) => typeof v === 'string' && v !== '' };
const yesNo: Check = { expected: 'true or false', holds: (v) => typeof v === 'boolean' };
const size: Check = {
  expected: 'a whole number of at least 1',
  holds: (v) => Number.isSafeInteger(v) && (v as number) > 0,
};
const epsilon: Check = {
  expected: 'a finite number of at least 0',
  holds: (v) => Number.isFinite(v) && (v as number) >= 0,
};
const texts: Check = {
  expected: 'a list of texts',
  holds: (v) => Array.isArray(v) && v.every((x) => typeof x === 'string'),
};
// Which activations exist is the engine's knowledge.
const activation: Check = {
  expected: "an activation's name, or {type, alpha, beta}",
  holds: (v) => typeof v === 'string' || (isObject(v) && typeof v.type === 'string'),
};
const nonlinearity: Check = { expected: "'tanh' or 'relu'", holds: (v) => v === 'tanh' || v === 'relu' };
const required = (check: Check): Check => ({ ...check, required: true });

const recurrent = {
  name,
  prefix: text,
  hiddenSize: required(size),
  numLayers: size,
  bidirectional: yesNo,
  bias: yesNo,
  returnSequences: yesNo,
};

type Table = { readonly [T in PyTorchLayer['type']]: Fields<Extract<PyTorchLayer, { type: T }>> };
const LAYERS: Table = {
  lstm: { ...recurrent, projSize: size },
  gru: recurrent,
  rnn: { ...recurrent, nonlinearity },
  linear: { name, prefix: text, outFeatures: size, bias: yesNo, activation },
  embedding: { name, prefix: text, numEmbeddings: size, embeddingDim: size },
  layer_norm: { name, prefix: text, eps: epsilon, elementwiseAffine: yesNo, bias: yesNo },
  activation: { name, activation: required(activation) },
  softmax: { name },
  dropout: { name },
};

const CONFIG: Fields<PyTorchConfig> = {
  name,
  inputSize: size,
  layers: required({ expected: 'a list of at least one layer', holds: (v) => Array.isArray(v) && v.length > 0 }),
  ignore: texts,
};

/**
 * Callers in plain JavaScript, and configs read from JSON, get the same refusals as the compiler gives.
 * @throws {ImportError} an unknown, missing or ill-typed field.
 */
export function validateConfig(config: PyTorchConfig): void {
  checkFields(config, 'config', CONFIG);
  for (const [index, layer] of config.layers.entries()) {
    const where = layerAt(index);
    const type: unknown = isObject(layer) ? layer.type : undefined;
    if (typeof type !== 'string' || !Object.hasOwn(LAYERS, type)) {
      throw new ImportError('unknown layer type', {
        where,
        expected: Object.keys(LAYERS).join(', '),
        got: show(type),
      });
    }
    const { type: _, ...fields } = layer;
    checkFields(fields, where, LAYERS[type as PyTorchLayer['type']]);
  }
}

export const layerAt = (index: number): string => `config.layers[${index}]`;

function checkFields(object: unknown, where: string, fields: Readonly<Record<string, Check>>): void {
  if (!isObject(object)) throw new ImportError('not an object', { where, expected: 'an object', got: show(object) });
  for (const key of Object.keys(object)) {
    if (!Object.hasOwn(fields, key)) {
      throw new ImportError('unknown field', { where, expected: Object.keys(fields).join(', '), got: show(key) });
    }
  }
  for (const [key, { expected, holds, required }] of Object.entries(fields)) {
    const value = object[key];
    if (value === undefined ? required : !holds(value)) {
      const message = value === undefined ? 'missing' : 'not usable';
      throw new ImportError(message, { where: `${where}.${key}`, expected, got: show(value) });
    }
  }
}
