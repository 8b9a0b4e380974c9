import { isObject, show } from '../formats/json.js';
import {
  checkConfig,
  checkLayers,
  type Field,
  type Fields,
  finiteNumber,
  flag,
  nonEmptyText,
  oneOf,
  required,
  wholeNumber,
} from '../shared/fields.js';
import { refuse } from '../shared/refuse.js';

interface Named {
  /** As the weights have it. Default: as Keras names the first layers of a session (`lstm`, `lstm_1`, …). */
  readonly name?: string;
}
interface Cell extends Named {
  readonly units: number;
  /** Default tanh, in every version. */
  readonly activation?: string;
  readonly useBias?: boolean;
  /** Default false: the last output alone. */
  readonly returnSequences?: boolean;
  readonly goBackwards?: boolean;
}

/** What is no default in every version of Keras must be said. */
export interface KerasLstm extends Cell {
  readonly type: 'lstm';
  /** hard_sigmoid by default until Keras 2.2 and TensorFlow 1, sigmoid since. */
  readonly recurrentActivation: string;
}
export interface KerasGru extends Cell {
  readonly type: 'gru';
  /** As `KerasLstm.recurrentActivation`. */
  readonly recurrentActivation: string;
  /** false by default until Keras 2.3 and TensorFlow 1, true since. */
  readonly resetAfter: boolean;
}
export interface KerasSimpleRnn extends Cell {
  readonly type: 'simple_rnn';
}
export type KerasRecurrent = KerasLstm | KerasGru | KerasSimpleRnn;
export interface KerasBidirectional extends Named {
  readonly type: 'bidirectional';
  readonly layer: KerasRecurrent;
  /** Default concat. */
  readonly mergeMode?: 'concat' | 'sum' | 'mul' | 'ave';
}
export interface KerasDense extends Named {
  readonly type: 'dense';
  readonly units: number;
  /** Default linear. */
  readonly activation?: string;
  readonly useBias?: boolean;
}
export interface KerasTimeDistributed extends Named {
  readonly type: 'time_distributed';
  readonly layer: KerasDense;
}
/** The first layer. */
export interface KerasEmbedding extends Named {
  readonly type: 'embedding';
  readonly inputDim: number;
  readonly outputDim: number;
  /** Default false. */
  readonly maskZero?: boolean;
}
export interface KerasMasking extends Named {
  readonly type: 'masking';
  readonly maskValue: number;
}
export interface KerasNorm extends Named {
  readonly type: 'batch_normalization' | 'layer_normalization';
  /** Default 0.001. */
  readonly epsilon?: number;
  readonly center?: boolean;
  readonly scale?: boolean;
}
export interface KerasActivation extends Named {
  readonly type: 'activation';
  readonly activation: string;
}
/** Without effect on what a trained model computes, and without weights: but they count where layers are named. */
export interface KerasPlain extends Named {
  readonly type: 'dropout' | 'flatten';
}

/** A layer in Keras' own terms. What is not here, `architecture` says. */
export type KerasLayer =
  | KerasRecurrent
  | KerasBidirectional
  | KerasDense
  | KerasTimeDistributed
  | KerasEmbedding
  | KerasMasking
  | KerasNorm
  | KerasActivation
  | KerasPlain;

const named = { name: nonEmptyText };
const cell = {
  ...named,
  units: required(wholeNumber(1)),
  activation: nonEmptyText,
  useBias: flag,
  returnSequences: flag,
  goBackwards: flag,
};
const norm = { ...named, epsilon: finiteNumber, center: flag, scale: flag };
const inner: Field = ['a layer', isObject];

type OfType<T, L = KerasLayer> = L extends { type: infer U } ? (T extends U ? L : never) : never;
const FIELDS: {
  readonly [T in KerasLayer['type']]: { readonly [K in Exclude<keyof OfType<T>, 'type'>]-?: Field };
} = {
  lstm: { ...cell, recurrentActivation: required(nonEmptyText) },
  gru: { ...cell, recurrentActivation: required(nonEmptyText), resetAfter: required(flag) },
  simple_rnn: cell,
  bidirectional: { ...named, layer: required(inner), mergeMode: oneOf('concat', 'sum', 'mul', 'ave') },
  dense: { ...named, units: required(wholeNumber(1)), activation: nonEmptyText, useBias: flag },
  time_distributed: { ...named, layer: required(inner) },
  embedding: {
    ...named,
    inputDim: required(wholeNumber(1)),
    outputDim: required(wholeNumber(1)),
    maskZero: flag,
  },
  masking: { ...named, maskValue: required(finiteNumber) },
  batch_normalization: norm,
  layer_normalization: norm,
  activation: { ...named, activation: required(nonEmptyText) },
  dropout: named,
  flatten: named,
};

/** Which layers others may hold. */
const HELD: Readonly<Record<string, readonly string[]>> = {
  __proto__: null as never,
  bidirectional: ['lstm', 'gru', 'simple_rnn'],
  time_distributed: ['dense'],
};

/** Keras' names of the classes. */
const CLASSES: Readonly<Record<KerasLayer['type'], string>> = {
  lstm: 'LSTM',
  gru: 'GRU',
  simple_rnn: 'SimpleRNN',
  bidirectional: 'Bidirectional',
  dense: 'Dense',
  time_distributed: 'TimeDistributed',
  embedding: 'Embedding',
  masking: 'Masking',
  batch_normalization: 'BatchNormalization',
  layer_normalization: 'LayerNormalization',
  activation: 'Activation',
  dropout: 'Dropout',
  flatten: 'Flatten',
};

/** @throws {ImportError} a layer of another type; an unknown, missing or ill-typed field. */
export function checkKerasLayers(layers: readonly KerasLayer[]): void {
  checkLayers(layers, FIELDS as Readonly<Record<string, Fields>>);
  layers.forEach((layer, index) => {
    const held = HELD[layer.type];
    if (!held) return;
    const where = `config.layers[${index}].layer`;
    const { type, ...fields } = (layer as KerasBidirectional).layer;
    if (!held.includes(type))
      refuse(`${where}.type`, 'a layer that is not honoured there', held.join(', '), show(type));
    checkConfig(fields, where, FIELDS[type] as Fields);
  });
}

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** A layer as Keras' JSON has it. */
function entryOf({ type, ...fields }: KerasLayer, name: string): object {
  const config: Record<string, unknown> = { __proto__: null as never, name };
  for (const [key, value] of Object.entries(fields))
    if (value !== undefined && key !== 'name')
      config[snake(key)] = key === 'layer' ? entryOf(value as KerasLayer, 'layer') : value;
  return { class_name: CLASSES[type], config };
}

/** A Sequential model as Keras' JSON has it. @param keras3 whether in that of Keras 3. */
export function sequential(
  layers: readonly KerasLayer[],
  inputShape: readonly (number | null)[],
  name: string,
  keras3: boolean,
): object {
  const counts = new Map<string, number>();
  const own = layers.map((layer) => {
    const count = counts.get(layer.type) ?? 0;
    counts.set(layer.type, count + 1);
    return entryOf(layer, layer.name ?? (count === 0 ? layer.type : `${layer.type}_${count}`));
  });
  const shape = { [keras3 ? 'batch_shape' : 'batch_input_shape']: [null, ...inputShape], dtype: 'float32' };
  const input = { class_name: 'InputLayer', config: { name: 'input', ...shape } };
  return { class_name: 'Sequential', config: { name, layers: [input, ...own] } };
}
