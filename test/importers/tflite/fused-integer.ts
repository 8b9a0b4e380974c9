import { uniform } from '../../support/random.js';
import { type Fields, file, type TensorParts } from './build.js';

// Files of one LSTM of whole numbers in each of its forms, as `fused.ts` has those of floats.

const [INPUTS, UNITS, TIME, BATCH] = [4, 5, 9, 2];
/** Places of the operator's inputs. */
const [WEIGHTS, RECURRENT, PEEPHOLES, BIASES, PROJECTION, COUNT] = [1, 5, 9, 12, 16, 24];

interface Form {
  readonly coupled?: boolean;
  readonly peepholes?: boolean;
  readonly projection?: number;
  readonly timeMajor?: boolean;
  /** Powers of two that the cell's state counts in. */
  readonly cell?: number;
  /** What all weights' scales are multiplied by: gates come to their ends, and the cell's state to that of 16 bits. */
  readonly steep?: number;
  readonly zeros?: readonly [x: number, h: number, hidden: number];
  readonly clip?: number;
  /** What is changed of the finished tensors and options. */
  readonly change?: (tensors: Record<string, TensorParts>, options: Record<number, Fields[number]>) => void;
  /** How many intermediate tensors there are. */
  readonly intermediates?: number;
}

export function integerLstm(form: Form): Uint8Array {
  const { coupled, peepholes, projection, timeMajor, cell = -11, steep = 1, zeros = [5, -3, -3], clip = 0 } = form;
  const draw = uniform(17);
  const whole = (count: number, most: number): number[] =>
    Array.from({ length: count }, () => Math.round(most * draw()));
  const outputs = projection ?? UNITS;
  const [x, h, hidden] = zeros;
  const axes = (features: number): number[] => (timeMajor ? [TIME, BATCH, features] : [BATCH, TIME, features]);
  const state = { scale: [projection ? 0.006 : 0.0078], zero: [h] };
  const tensors: Record<string, TensorParts> = { x: { shape: axes(INPUTS), type: 'INT8', scale: [0.03], zero: [x] } };
  const inputs: string[] = Array(COUNT).fill('');
  inputs[0] = 'x';
  const put = (at: number, shape: readonly number[], type: string, most: number, scale: number): void => {
    inputs[at] = `t${at}`;
    const data = whole(
      shape.reduce((a, b) => a * b, 1),
      most,
    );
    tensors[`t${at}`] = { shape, type, data, scale: [scale] };
  };
  for (let gate = coupled ? 1 : 0; gate < 4; gate++) {
    put(WEIGHTS + gate, [UNITS, INPUTS], 'INT8', 127, steep * (0.007 + 0.001 * gate));
    put(RECURRENT + gate, [UNITS, outputs], 'INT8', 127, steep * (0.009 - 0.001 * gate));
    put(BIASES + gate, [UNITS], 'INT32', 2000, steep * 0.03 * (0.007 + 0.001 * gate));
    if (peepholes && gate !== 2) put(PEEPHOLES + Math.min(gate, 2), [UNITS], 'INT16', 32767, 2 ** -15);
  }
  if (projection) put(PROJECTION, [projection, UNITS], 'INT8', 127, 0.008);
  inputs[18] = 'h';
  inputs[19] = 'c';
  tensors.h = { shape: [BATCH, outputs], type: 'INT8', variable: true, ...state };
  tensors.c = { shape: [BATCH, UNITS], type: 'INT16', variable: true, scale: [2 ** cell] };
  tensors.y = { shape: axes(outputs), type: 'INT8', ...state };
  for (let i = 0; i < 4; i++) tensors[`i${i}`] = { shape: [0] };
  tensors.i4 = { shape: [0], type: 'INT8', scale: [projection ? 0.0075 : 0.0078], zero: [hidden] };
  const options: Record<number, Fields[number]> = {
    0: { u8: 4 },
    1: { f32: clip },
    ...(timeMajor && { 3: { u8: 1 } }),
  };
  form.change?.(tensors, options);
  const names = Object.keys(tensors);
  const places = Array.from({ length: form.intermediates ?? 5 }, (_, i) => names.indexOf(`i${i}`));
  return file([
    {
      tensors,
      operators: [
        {
          type: 'UNIDIRECTIONAL_SEQUENCE_LSTM',
          inputs,
          outputs: ['y'],
          options: ['UnidirectionalSequenceLSTM', options],
          more: { 8: { i32s: places } },
        },
      ],
      inputs: ['x'],
      outputs: ['y'],
    },
  ]);
}

export const INTEGER: Readonly<Record<string, () => Uint8Array>> = {
  integer_plain: () => integerLstm({}),
  integer_time_major: () => integerLstm({ timeMajor: true }),
  integer_coupled: () => integerLstm({ coupled: true }),
  integer_peepholes: () => integerLstm({ peepholes: true }),
  integer_coupled_peepholes: () => integerLstm({ coupled: true, peepholes: true, cell: -9 }),
  integer_projection: () => integerLstm({ projection: 3, zeros: [-128, 7, 12] }),
  integer_cell_clip: () => integerLstm({ clip: 0.4 }),
  integer_fine: () => integerLstm({ cell: -15, zeros: [0, 127, 127] }),
  integer_coarse: () => integerLstm({ cell: -9, steep: 3 }),
  integer_steep: () => integerLstm({ steep: 40, cell: -12, zeros: [-128, 0, 0] }),
  integer_steep_peepholes: () => integerLstm({ steep: 12, peepholes: true, cell: -10 }),
};
