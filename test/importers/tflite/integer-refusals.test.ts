import { expect, it } from 'vitest';
import { fromTflite } from '../../../src/importers/tflite/index.js';
import { createModel } from '../../../src/index.js';
import { refusal } from '../support.js';
import { type Fields, file, type TensorParts } from './build.js';
import { integerLstm } from './fused-integer.js';

// What TensorFlow Lite's integer LSTM does not take, or would make something else of.

type Tensors = Record<string, TensorParts>;

const with_ = (name: string, parts: Partial<TensorParts>) => (tensors: Tensors) => {
  tensors[name] = { ...(tensors[name] as TensorParts), ...parts };
};
const said = (bytes: Uint8Array): string => refusal(() => fromTflite(bytes));

it.each<[what: string, change: (tensors: Tensors, options: Record<number, Fields[number]>) => void, expected: RegExp]>([
  [
    'an input of 16 bits',
    with_('x', { type: 'INT16' }),
    /an input that the integer kernel does not take; expected INT8, one scale, got INT16, 1 scales, zero point 5/,
  ],
  [
    'weights with a zero point',
    with_('t2', { zero: [1] }),
    /weights that the integer kernel does not take; expected INT8, one scale, zero point 0, got INT8, 1 scales, zero point 1/,
  ],
  [
    'a scale for each row',
    with_('t6', { scale: [1, 2, 3, 4, 5] }),
    /recurrent weights that the integer kernel does not take; expected INT8, one scale, zero point 0, got INT8, 5 scales, zero point 0/,
  ],
  [
    'a bias of 8 bits',
    with_('t13', { type: 'INT8', data: [1, 2, 3, 4, 5] }),
    /a bias that the integer kernel does not take; expected INT32, got INT8/,
  ],
  [
    'a state c of 8 bits',
    with_('c', { type: 'INT8' }),
    /a state c that the integer kernel does not take; expected INT16, one scale, zero point 0, got INT8, 1 scales, zero point 0/,
  ],
  [
    'a state h of 16 bits',
    with_('h', { type: 'INT16' }),
    /a state h that the integer kernel does not take; expected INT8, one scale, got INT16, 1 scales, zero point -3/,
  ],
  [
    'an output of 16 bits',
    with_('y', { type: 'INT16' }),
    /an output that the integer kernel does not take; expected INT8, one scale, got INT16, 1 scales, zero point -3/,
  ],
  [
    'a cell state beyond the kernel',
    with_('c', { scale: [2 ** -16] }),
    /a cell state whose tanh TensorFlow Lite leaves out; expected a scale of 2\^-15 to 2\^-9, got 0.0000152587890625/,
  ],
  [
    'an output in other steps',
    with_('y', { scale: [0.5] }),
    /an output that is not the state h; expected scale 0.00779\d*, zero point -3, got 0.5, -3; made as 0.00779\d*, -3/,
  ],
  [
    'an output made about another zero',
    with_('i4', { zero: [4] }),
    /an output that is not the state h; expected scale 0.00779\d*, zero point -3, got 0.00779\d*, -3; made as 0.00779\d*, 4/,
  ],
  [
    'a hidden state of 16 bits',
    with_('i4', { type: 'INT16' }),
    /a hidden state that the integer kernel does not take; expected INT8, one scale, got INT16, 1 scales, zero point -3/,
  ],
  [
    'another activation',
    (_, options) => {
      options[0] = { u8: 1 };
    },
    /an activation that the integer kernel does not have; expected TANH, got RELU/,
  ],
])('%s', (_, change, expected) => {
  expect(said(integerLstm({ change }))).toMatch(expected);
});

it('a projection and peepholes of other types', () => {
  expect(said(integerLstm({ projection: 3, change: with_('t16', { type: 'INT16' }) }))).toMatch(
    /a projection that the integer kernel does not take; expected INT8, one scale, zero point 0, got INT16/,
  );
  expect(said(integerLstm({ peepholes: true, change: with_('t10', { type: 'INT8', data: [1, 2, 3, 4, 5] }) }))).toMatch(
    /peepholes that the integer kernel does not take; expected INT16, one scale, zero point 0, got INT8/,
  );
});

it('without what says how h is made', () => {
  expect(said(integerLstm({ intermediates: 4 }))).toMatch(
    /no intermediate tensors; expected 5, which say what gates and h count in, got 4/,
  );
});

it('weights whose sums float32 would round', async () => {
  const data = Array(20).fill(127);
  const bias = Array(5).fill(2 ** 24);
  const spec = fromTflite(
    integerLstm({
      change: (tensors) => {
        with_('t1', { data })(tensors);
        with_('t12', { data: bias })(tensors);
      },
    }),
  );
  await expect(createModel(spec)).rejects.toThrow(
    /layer "y.float", weightIh and biases: sums that float32 does not hold exactly; expected below 2\^24, got 16906756 in row 0/,
  );
});

it.each([
  ['BIDIRECTIONAL_SEQUENCE_RNN', 'BidirectionalSequenceRNN', 12],
  ['UNIDIRECTIONAL_SEQUENCE_RNN', 'SequenceRNN', 5],
  ['BIDIRECTIONAL_SEQUENCE_LSTM', 'BidirectionalSequenceLSTM', 48],
] as const)('%s of whole numbers', (type, table, count) => {
  const x: TensorParts = { shape: [1, 5, 4], type: 'INT8', scale: [0.1] };
  const outputs = type.startsWith('B') ? ['y', 'z'] : ['y'];
  const bytes = file([
    {
      tensors: { x, y: x, z: x },
      operators: [
        {
          type,
          inputs: ['x', ...Array(count - 1).fill('')],
          outputs,
          options: [table, { 0: { u8: type.endsWith('LSTM') ? 4 : 0 }, 4: { u8: 0 } }],
        },
      ],
      inputs: ['x'],
      outputs,
    },
  ]);
  expect(said(bytes)).toMatch(/an input that TensorFlow Lite has no such layer for; expected FLOAT32, got INT8/);
});
