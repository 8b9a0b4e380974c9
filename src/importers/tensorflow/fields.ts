import { isObject, show } from '../formats/json.js';
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
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';
import type { TensorFlowCell, TensorFlowConfig, TensorFlowLayer } from './config.js';

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
  bidirectional_rnn: {
    name: nonEmptyText,
    forward: required(['a cell', isObject]),
    backward: required(['a cell', isObject]),
    returnSequences: withDefault(true, flag),
  },
  embedding: scope,
};
/** Which layers are cells. */
const CELLS: readonly string[] = [
  'basic_lstm_cell',
  'lstm_cell',
  'layer_norm_basic_lstm_cell',
  'sketch_layer_norm_lstm_cell',
  'gru_cell',
  'basic_rnn_cell',
];

/** Fields without a default of TensorFlow's own. */
type Open = 'name' | 'numProj' | 'cellClip';
/** Fields that hold cells. */
type Half = 'forward' | 'backward';
/** A layer of a config with TensorFlow's defaults filled in. */
export type Filled<L> = L extends unknown
  ? Required<Omit<L, Extract<keyof L, Open | Half>>> &
      Pick<L, Extract<keyof L, Open>> & { [K in Extract<keyof L, Half>]: Filled<TensorFlowCell> }
  : never;

/** @throws {ImportError} an unknown, missing or ill-typed field; a type of layer that is not honoured. */
export function checkTensorFlow(config: TensorFlowConfig): void {
  checkConfig(config, 'config', CONFIG);
  checkLayers(config.layers ?? [], LAYERS);
  for (const [index, layer] of (config.layers ?? []).entries()) {
    if (layer.type !== 'bidirectional_rnn') continue;
    for (const half of ['forward', 'backward'] as const) {
      const where = `config.layers[${index}].${half}`;
      const { type, ...fields } = layer[half];
      if (!CELLS.includes(type)) refuse(`${where}.type`, 'a cell that is not honoured', CELLS.join(', '), show(type));
      checkConfig(fields, where, LAYERS[type]);
    }
  }
}

export const nameOf = (layer: TensorFlowLayer): string =>
  layer.name ?? (layer.type === 'bidirectional_rnn' ? layer.forward.prefix : layer.prefix);

/** With TensorFlow's defaults filled in; each field is reported, and whether the config states it. */
export function withDefaults(layer: TensorFlowLayer, reporter: Reporter): Filled<TensorFlowLayer> {
  return fillLayer(layer, nameOf(layer), reporter);
}

function fillLayer(layer: TensorFlowLayer, name: string, reporter: Reporter): Filled<TensorFlowLayer> {
  const filled = fillIn(layer, LAYERS[layer.type] as Fields, (key, value, given) => {
    if (['prefix', 'name', 'forward', 'backward'].includes(key)) return;
    if (given) reporter.read(name, key, value, 'config');
    else reporter.defaulted(name, key, value, "TensorFlow 1's default");
  });
  if (filled.type !== 'bidirectional_rnn') return filled as Filled<TensorFlowLayer>;
  const [forward, backward] = (['forward', 'backward'] as const).map((half) =>
    fillLayer(filled[half], `${name}.${half}`, reporter),
  );
  return { ...filled, forward, backward } as Filled<TensorFlowLayer>;
}
