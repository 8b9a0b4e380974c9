import {
  activation,
  checkConfig,
  checkLayers,
  type Field,
  type Fields,
  fillIn,
  finiteNumber,
  flag,
  layerList,
  nonEmptyText,
  required,
  texts,
  wholeNumber,
  withDefault,
} from '../shared/fields.js';
import { limitsField } from '../shared/limits.js';
import type { Reporter } from '../shared/report.js';
import type { TensorFlowConfig, TensorFlowLayer } from './config.js';

const CONFIG: { readonly [K in keyof TensorFlowConfig]-?: Field } = {
  name: nonEmptyText,
  inputSize: wholeNumber(1),
  layers: layerList,
  ignore: texts,
  limits: limitsField,
};

const scope = { prefix: required(nonEmptyText), name: nonEmptyText };
const cell = { ...scope, numUnits: required(wholeNumber(1)), activation: withDefault('tanh', activation) };
const lstm = { ...cell, forgetBias: withDefault(1, finiteNumber) };

type OfType<T, L = TensorFlowLayer> = L extends { type: T } ? L : never;
const LAYERS: {
  readonly [T in TensorFlowLayer['type']]: { readonly [K in Exclude<keyof OfType<T>, 'type'>]-?: Field };
} = {
  basic_lstm_cell: lstm,
  lstm_cell: {
    ...lstm,
    usePeepholes: withDefault(false, flag),
    numProj: wholeNumber(1),
    cellClip: ['a finite number above 0', (v) => Number.isFinite(v) && (v as number) > 0],
  },
  layer_norm_basic_lstm_cell: lstm,
  sketch_layer_norm_lstm_cell: {
    ...scope,
    numUnits: required(wholeNumber(1)),
    forgetBias: withDefault(1, finiteNumber),
  },
  gru_cell: cell,
  basic_rnn_cell: cell,
  dense: {
    ...scope,
    units: required(wholeNumber(1)),
    bias: withDefault(true, flag),
    activation: withDefault('linear', activation),
  },
  embedding: scope,
};

/** Fields without a default of TensorFlow's own. */
type Open = 'name' | 'numProj' | 'cellClip';
/** A layer of a config with TensorFlow's defaults filled in. */
export type Filled<L> = L extends unknown
  ? Required<Omit<L, Extract<keyof L, Open>>> & Pick<L, Extract<keyof L, Open>>
  : never;

/** @throws {ImportError} an unknown, missing or ill-typed field; a type of layer that is not honoured. */
export function checkTensorFlow(config: TensorFlowConfig): void {
  checkConfig(config, 'config', CONFIG);
  checkLayers(config.layers ?? [], LAYERS);
}

/** With TensorFlow's defaults filled in; each field is reported, and whether the config states it. */
export function withDefaults(layer: TensorFlowLayer, reporter: Reporter): Filled<TensorFlowLayer> {
  const { type, prefix, name = prefix } = layer;
  return fillIn(layer, LAYERS[type] as Fields, (key, value, given) => {
    if (key === 'prefix' || key === 'name') return;
    if (given) reporter.read(name, key, value, 'config');
    else reporter.defaulted(name, key, value, "TensorFlow 1's default");
  }) as Filled<TensorFlowLayer>;
}
