import { isObject, show } from '../formats/json.js';
import {
  activation,
  checkFields,
  type Field,
  type Fields,
  name,
  number,
  one,
  or,
  required,
  text,
  whole,
} from '../shared/fields.js';
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';
import type { TensorFlowConfig, TensorFlowLayer } from './config.js';

const CONFIG: { readonly [K in keyof TensorFlowConfig]-?: Field } = {
  name,
  inputSize: whole(1),
  layers: required(['a list of at least one layer', (v) => Array.isArray(v) && v.length > 0]),
  ignore: ['a list of texts', (v) => Array.isArray(v) && v.every(text[1])],
};

const flag = one(true, false);
const scope = { prefix: required(name), name };
const cell = { ...scope, numUnits: required(whole(1)), activation: or('tanh', activation) };
const lstm = { ...cell, forgetBias: or(1, number) };

type OfType<T, L = TensorFlowLayer> = L extends { type: T } ? L : never;
const LAYERS: {
  readonly [T in TensorFlowLayer['type']]: { readonly [K in Exclude<keyof OfType<T>, 'type'>]-?: Field };
} = {
  basic_lstm_cell: lstm,
  lstm_cell: {
    ...lstm,
    usePeepholes: or(false, flag),
    numProj: whole(1),
    cellClip: ['a finite number above 0', (v) => Number.isFinite(v) && (v as number) > 0],
  },
  gru_cell: cell,
  basic_rnn_cell: cell,
  dense: { ...scope, units: required(whole(1)), bias: or(true, flag), activation: or('linear', activation) },
  embedding: scope,
};

/** @throws {ImportError} an unknown, missing or ill-typed field; a type of layer that is not honoured. */
export function checkConfig(config: TensorFlowConfig): void {
  checkFields(config, 'config', CONFIG);
  for (const [index, layer] of config.layers.entries()) {
    const where = `config.layers[${index}]`;
    const { type, ...fields }: { type?: unknown } = isObject(layer) ? layer : {};
    if (typeof type !== 'string' || !Object.hasOwn(LAYERS, type))
      refuse(`${where}.type`, 'a layer that is not honoured', Object.keys(LAYERS).join(', '), show(type));
    checkFields(fields, where, LAYERS[type as TensorFlowLayer['type']] as Fields);
  }
}

/** What the config says of a layer, and what TensorFlow's own defaults add. */
export function reportFields({ type, prefix, name = prefix, ...given }: TensorFlowLayer, report: Reporter): void {
  for (const [key, [, , fallback]] of Object.entries<Field>(LAYERS[type])) {
    const value = given[key as never] as unknown;
    if (value !== undefined) report.read(name, key, value, 'config');
    else if (fallback !== undefined && key !== 'prefix')
      report.defaulted(name, key, fallback, "TensorFlow 1's default");
  }
}
