import type { CellConfig } from '../../../spec.js';
import { blocks, turned } from '../../formats/matrix.js';
import { type Build, shaped } from '../build.js';
import type { Config } from '../config.js';
import type { Stored } from '../files/stored.js';
import { type Activation, cellActivation } from './activations.js';

export type Kind = 'lstm' | 'gru' | 'rnn';
export const KINDS: Readonly<Record<string, Kind>> = {
  __proto__: null as never,
  LSTM: 'lstm',
  CuDNNLSTM: 'lstm',
  LSTMCell: 'lstm',
  GRU: 'gru',
  CuDNNGRU: 'gru',
  GRUCell: 'gru',
  SimpleRNN: 'rnn',
  SimpleRNNCell: 'rnn',
};

/** Keras stacks LSTM gates i f c o, which is the spec's i f g o, and GRU gates z r h, which are r z n. */
const ORDER: Readonly<Record<Kind, readonly number[]>> = { lstm: [0, 1, 2, 3], gru: [1, 0, 2], rnn: [0] };
const HOW: Readonly<Record<Kind, string>> = {
  lstm: 'columns i f c o transposed to rows i f g o',
  gru: 'columns z r h transposed to rows r z n',
  rnn: 'transposed',
};

/** What a cell's config and arrays say. */
export function cellOf(
  build: Build,
  config: Config,
  kind: Kind,
  className: string,
  label: string,
  inputs: number,
  arrays: readonly Stored[],
): CellConfig {
  const { where } = config;
  const units = config.size('units');
  const cudnn = className.startsWith('CuDNN');
  const useBias = cudnn || config.flag('use_bias', true);
  const order = ORDER[kind];
  const width = order.length * units;
  const [kernel, recurrent, bias] = arrays as [Stored, Stored, Stored | undefined];
  shaped(where, kernel, [inputs, width]);
  shaped(where, recurrent, [units, width]);
  const tensors: Record<string, string> = {
    __proto__: null as never,
    weightIh: build.tensor(kernel, `${label}.weightIh`, [width, inputs], HOW[kind], (data) =>
      turned(data, inputs, width, order),
    ),
    weightHh: build.tensor(recurrent, `${label}.weightHh`, [width, units], HOW[kind], (data) =>
      turned(data, units, width, order),
    ),
  };
  const fields: Record<string, unknown> = { __proto__: null as never, units, tensors };
  const resetAfter =
    kind === 'gru' &&
    (cudnn || config.flag('reset_after', false, 'Keras before 2.2 has no reset_after: before the product'));
  if (useBias && bias) {
    const two = resetAfter || (cudnn && kind === 'lstm');
    const rows = two && bias.shape.length === 2 ? 2 : 1;
    if (rows === 2) shaped(where, bias, [2, width]);
    else shaped(where, bias, [two ? 2 * width : width]);
    const half = (index: number) => (data: Float32Array) =>
      blocks(data.slice(index * width, (index + 1) * width), order);
    tensors.biasIh = build.tensor(
      bias,
      `${label}.biasIh`,
      [width],
      two ? 'its first half, in that order' : 'in that order',
      half(0),
    );
    if (two) tensors.biasHh = build.tensor(bias, `${label}.biasHh`, [width], 'its second half, in that order', half(1));
  }
  const main: Activation = cudnn ? 'tanh' : cellActivation(config, 'activation', 'tanh', build.rules);
  if (kind === 'rnn') fields.activation = main;
  else {
    const gate = cudnn
      ? 'sigmoid'
      : cellActivation(config, 'recurrent_activation', build.rules.gateActivation, build.rules);
    fields.activations =
      kind === 'lstm' ? { i: gate, f: gate, g: main, o: gate, output: main } : { r: gate, z: gate, n: main };
  }
  if (kind === 'gru') fields.resetAfter = resetAfter;
  return { type: kind, ...fields } as unknown as CellConfig;
}
