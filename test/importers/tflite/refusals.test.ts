import { describe, expect, it } from 'vitest';
import { fromTflite, type TfliteOptions } from '../../../src/importers/tflite/index.js';
import { refusal } from '../support.js';
import { type Fields, file, flatbuffer, type GraphParts, type OperatorParts, type TensorParts } from './build.js';

const SEQUENCE: TfliteOptions = { axes: { x: ['batch', 'time', 'features'] } };
const VECTOR: TfliteOptions = { axes: { x: ['batch', 'features'] } };

const said = (bytes: Uint8Array, options: TfliteOptions = {}): string => refusal(() => fromTflite(bytes, options));

/** A graph of one operator from x to y. */
const one = (
  type: string,
  x: TensorParts,
  others: Readonly<Record<string, TensorParts>>,
  y: TensorParts,
  options?: OperatorParts['options'],
  more: Partial<OperatorParts> = {},
): Uint8Array =>
  file([
    {
      tensors: { x, ...others, y },
      operators: [
        { type, inputs: ['x', ...Object.keys(others)], outputs: ['y'], ...(options && { options }), ...more },
      ],
      inputs: ['x'],
      outputs: ['y'],
    },
  ]);

const row: TensorParts = { shape: [1, 4] };
const numbers = (shape: number[], n = 0): TensorParts => ({
  shape,
  data: Array(shape.reduce((a, b) => a * b, 1)).fill(n),
});
const whole = (...data: number[]): TensorParts => ({ shape: [data.length], type: 'INT32', data });

type Row = readonly [what: string, bytes: () => Uint8Array, expected: RegExp, options?: TfliteOptions];
const table = (rows: readonly Row[]): void => {
  for (const [what, bytes, expected, options] of rows) it(what, () => expect(said(bytes(), options)).toMatch(expected));
};

describe('FlatBuffers', () => {
  const good = one('RELU', row, {}, row);
  const changed = (change: (view: DataView) => void): Uint8Array => {
    const bytes = good.slice();
    change(new DataView(bytes.buffer));
    return bytes;
  };
  const root = new DataView(good.buffer).getUint32(0, true);
  const vtable = (view: DataView): number => root - view.getInt32(root, true);
  table([
    [
      'another identifier',
      () => flatbuffer({ 0: { i32: 3 } }, 'ABCD'),
      /file: not a TensorFlow Lite model; expected TFL3 from byte 4 on, got "ABCD"/,
    ],
    ['nothing', () => new Uint8Array(), /file: not a TensorFlow Lite model/],
    ['a root beyond the end', () => changed((view) => view.setUint32(0, 1e6, true)), /model: reaches beyond the file/],
    [
      'a root that leads nowhere',
      () => changed((view) => view.setUint32(0, 0, true)),
      /model: a distance that leads nowhere/,
    ],
    [
      'a vtable of half a field',
      () => changed((view) => view.setUint16(vtable(view), 5, true)),
      /model: a table without a vtable; expected one of whole fields, got 5 bytes/,
    ],
    [
      'a field outside of its table',
      () => changed((view) => view.setUint16(vtable(view) + 4, 4000, true)),
      /model: field 0 lies outside of its table/,
    ],
    [
      'another version',
      () =>
        file([], (r) => {
          r[0] = { i32: 4 };
        }),
      /model: a version of the schema that is not read; expected 3, got 4/,
    ],
    [
      'a field of a newer schema',
      () =>
        file([], (r) => {
          r[9] = { i32: 4 };
        }),
      /model: a field that is not known; expected 8 fields, got field 9/,
    ],
    ['no subgraph', () => file([]), /model: a subgraph that is not there/],
  ]);
});

describe('tensors', () => {
  table([
    [
      'a tensor that is not there',
      () => one('RELU', row, {}, row, undefined, { more: { 1: { i32s: [7] } } }),
      /subgraph 0: a tensor that is not there; expected 0 to 1, got 7/,
    ],
    [
      'a buffer that is not there',
      () => one('RELU', { ...row, more: { 2: { i32: 9 } } }, {}, row),
      /tensor 0: a buffer that is not there; expected 0 to 0, got 9/,
    ],
    [
      'an unknown type',
      () => one('RELU', { ...row, more: { 1: { u8: 99 } } }, {}, row),
      /tensor 0: a type that is not known; expected 0 to 18, got 99/,
    ],
    [
      'a type without numbers',
      () => one('RELU', { ...row, type: 'RESOURCE' }, {}, row),
      /tensor "x": a type that is not read; expected numbers, got RESOURCE/,
    ],
    [
      'sparse',
      () => one('RELU', { ...row, more: { 6: { table: {} } } }, {}, row),
      /a tensor with fields that are not honoured; expected a dense tensor, got sparsity/,
    ],
    ...[-0.5, Number.POSITIVE_INFINITY, Number.NaN].map((scale): [string, () => Uint8Array, RegExp] => [
      `a scale of ${scale}`,
      () => one('RELU', { ...row, type: 'INT8', scale: [scale], zero: [0] }, {}, row),
      /a tensor with fields that are not honoured; expected a dense tensor, got quantization\.scale/,
    ]),
    ...[128, -129, 2 ** 31].map((zero): [string, () => Uint8Array, RegExp] => [
      `a zero point of ${zero} among 8 bits`,
      () => one('RELU', { ...row, type: 'INT8', scale: [0.5], zero: [zero] }, {}, row),
      /a tensor with fields that are not honoured; expected a dense tensor, got quantization\.zero_point/,
    ]),
    [
      'scales for nobody',
      () => one('RELU', { ...row, type: 'INT8', scale: [1, 2, 3], zero: [0, 0, 0] }, {}, row),
      /scales that do not fit; expected 1 or 1, got 3, 3 zero points/,
    ],
    [
      'whole numbers that are not honoured',
      () => one('RELU', { ...row, type: 'INT64', scale: [1] }, {}, row),
      /tensor "x": a quantised type that is not honoured; expected INT8, UINT8, INT16 or INT32, got INT64/,
    ],
    [
      'an operator code that is not there',
      () => one('RELU', row, {}, row, undefined, { more: { 0: { i32: 3 } } }),
      /operator 0: an operator code that is not there; expected 0 to 0, got 3/,
    ],
    [
      'an output that is left out',
      () => file([{ tensors: { x: row }, operators: [], inputs: ['x'], outputs: ['z'] }]),
      /an input or output is missing/,
    ],
  ]);
});

describe('operators', () => {
  const add = (fields: Fields, inputs = ['x', 'x']): Uint8Array =>
    one('ADD', row, {}, row, ['Add', fields], { inputs });
  const strided = (fields: Fields): Uint8Array =>
    one('STRIDED_SLICE', row, { b: whole(0, 0), e: whole(1, 2), s: whole(1, 1) }, { shape: [1, 2] }, [
      'StridedSlice',
      fields,
    ]);
  const fc = (fields: Fields, w = numbers([2, 4])): Uint8Array =>
    one('FULLY_CONNECTED', row, { w }, { shape: [1, 2] }, ['FullyConnected', fields]);
  table([
    [
      'that is unknown',
      () => one('UNIQUE', row, {}, row),
      /node "y" \(UNIQUE, operator 0\): an operator that is not honoured/,
    ],
    ['of others', () => one('CUSTOM', row, {}, row), /\(CUSTOM , operator 0\): an operator that is not honoured/],
    [
      'custom options',
      () => one('RELU', row, {}, row, undefined, { more: { 5: { bytes: Uint8Array.of(1) } } }),
      /fields that are not honoured; expected those of the schema that are read, got custom_options/,
    ],
    [
      'options of another',
      () => one('ADD', row, {}, row, ['Mul', {}], { inputs: ['x', 'x'] }),
      /options of another operator; expected Add, got Mul/,
    ],
    [
      'an option of a newer schema',
      () => add({ 7: { u8: 1 } }),
      /an option that is not honoured; expected fused_activation_function, field 1, got field 7/,
    ],
    ['too many inputs', () => add({}, ['x', 'x', 'x']), /more inputs than the operator has; expected 2, got 3/],
    ['an input too few', () => add({}, ['x']), /an input is missing; expected input 1/],
    [
      'no output that is its',
      () => one('SPLIT', row, { a: whole(1) }, row, ['Split', { 0: { i32: 2 } }], { inputs: ['a', 'x'] }),
      /another number of outputs; expected 2, got 1/,
    ],
    [
      'SIGN_BIT behind it',
      () => add({ 0: { u8: 5 } }),
      /a fused activation that is not honoured; expected NONE, RELU, RELU_N1_TO_1, RELU6, TANH, got SIGN_BIT/,
    ],
    [
      'axes of no constant',
      () => one('EXPAND_DIMS', row, { a: { shape: [1], type: 'INT32' } }, { shape: [1, 1, 4] }),
      /the axis are no constant; expected INT32 or INT64 \[1\], got no numbers/,
    ],
    [
      'a condition for each row',
      () =>
        one('SELECT', row, { c: { shape: [4], type: 'BOOL', data: [1, 0, 1, 0] } }, row, undefined, {
          inputs: ['c', 'x', 'x'],
        }),
      /a condition for each row; expected \[1,4\], got \[4\]/,
    ],
    [
      'an ellipsis',
      () => strided({ 2: { i32: 1 } }),
      /masks of ellipses or new axes; expected ellipsis_mask 0, new_axis_mask 0, got 1, 0/,
    ],
    [
      'ends from the beginning',
      () => strided({ 5: { u8: 1 } }),
      /ends that count from the beginning; expected offset false, got true/,
    ],
    [
      'a part that the run says',
      () =>
        one('STRIDED_SLICE', row, { b: { shape: [2], type: 'INT32' }, e: whole(1, 2), s: whole(1, 1) }, row, [
          'StridedSlice',
          {},
        ]),
      /a part that begins where the run says; expected one place of one axis, which is dropped/,
    ],
    [
      'another number of values',
      () => one('PACK', row, {}, { shape: [1, 1, 4] }, ['Pack', { 0: { i32: 2 } }]),
      /another number of values; expected 2, got 1/,
    ],
    [
      'a batch of picks',
      () => one('GATHER', row, { i: whole(0) }, row, ['Gather', { 1: { i32: 1 } }]),
      /rows picked for each of a batch; expected batch_dims 0, got 1/,
    ],
    ['shuffled weights', () => fc({ 1: { u8: 1 } }), /shuffled weights; expected weights_format 0, got 1/],
    [
      'weights that are no matrix',
      () => fc({}, numbers([2, 2, 2])),
      /weights that are no matrix; expected \[units, inputs\], got \[2,2,2\]/,
    ],
    [
      'an unknown padding',
      () => one('MAX_POOL_2D', { shape: [1, 2, 2, 1] }, {}, { shape: [1, 2, 2, 1] }, ['Pool2D', { 0: { u8: 2 } }]),
      /an unknown padding; expected SAME or VALID, got 2/,
    ],
  ]);
});

describe('fused layers', () => {
  const variable: TensorParts = { shape: [1, 3], variable: true };
  const x: TensorParts = { shape: [1, 5, 4] };
  const y: TensorParts = { shape: [1, 5, 3] };
  const PARTS: Readonly<Record<string, TensorParts>> = {
    ...Object.fromEntries(['wi', 'wf', 'wg', 'wo'].map((name) => [name, numbers([3, 4], 0.5)])),
    ...Object.fromEntries(['ri', 'rf', 'rg', 'ro'].map((name) => [name, numbers([3, 3], 0.5)])),
    ...Object.fromEntries(['bi', 'bf', 'bg', 'bo'].map((name) => [name, numbers([3], 0.5)])),
    more: numbers([3], 0.5),
    h: variable,
    c: variable,
  };
  const INPUTS = 'x wi wf wg wo ri rf rg ro - - - bi bf bg bo - - h c'.split(' ');
  const lstm = (
    fields: Fields = {},
    places: Readonly<Record<number, string>> = {},
    parts: Readonly<Record<string, TensorParts>> = {},
  ): Uint8Array => {
    const inputs = Array.from(
      { length: Math.max(20, ...Object.keys(places).map((n) => Number(n) + 1)) },
      (_, i) => places[i] ?? INPUTS[i] ?? '-',
    );
    return one(
      'UNIDIRECTIONAL_SEQUENCE_LSTM',
      x,
      { ...PARTS, ...parts },
      y,
      ['UnidirectionalSequenceLSTM', { 0: { u8: 4 }, ...fields }],
      { inputs },
    );
  };
  const both = (type: string, table: string, inputs: string[]): Uint8Array =>
    one(
      type,
      x,
      PARTS,
      y,
      [
        table,
        { 0: { u8: type.endsWith('LSTM') ? 4 : 0 }, ...(type.endsWith('RNN') ? { 2: { u8: 1 } } : { 3: { u8: 1 } }) },
      ],
      {
        inputs,
      },
    );
  it('one that is whole opens', () => {
    expect(fromTflite(lstm(), SEQUENCE).nodes.map(({ type }) => type)).toContain('lstm');
  });
  table([
    [
      'a bias of the projection',
      () => lstm({}, { 16: 'ri', 17: 'more' }),
      /a bias of the projection; expected a projection without, got more/,
    ],
    [
      'a bound of the projection',
      () => lstm({ 2: { f32: 1 } }),
      /a bound of the projection; expected proj_clip 0, got 1/,
    ],
    [
      'diagonal weights',
      () => lstm({ 5: { u8: 1 } }),
      /diagonal recurrent weights; expected diagonal_recurrent_tensors false, got true/,
    ],
    [
      'layer normalisation of one gate',
      () => lstm({}, { 20: 'more' }),
      /layer normalisation of some gates; expected coefficients of each gate that has weights, got inputs 20/,
    ],
    [
      'layer normalisation of whole numbers',
      () =>
        lstm(
          {},
          { 20: 'more', 21: 'more', 22: 'more', 23: 'more' },
          { c: { shape: [1, 3], variable: true, type: 'INT16', scale: [2 ** -12] } },
        ),
      /layer normalisation within an integer cell; expected a cell of float32, got more/,
    ],
    [
      'a state that is no variable',
      () => lstm({}, { 18: 'more' }),
      /a state that is no variable; expected a variable without numbers of its own, got more/,
    ],
    [
      'one state for both',
      () => lstm({}, { 18: 'c' }),
      /a state that several layers have; expected one of its own, got c/,
    ],
    [
      'a state of whole numbers among floats',
      () => lstm({}, {}, { c: { shape: [1, 3], variable: true, type: 'INT16', scale: [2 ** -12] } }),
      /a state of another type than the input; expected FLOAT32, got INT16/,
    ],
    [
      'an unknown activation',
      () => lstm({ 0: { u8: 5 } }),
      /an activation that is not honoured; expected NONE, RELU, RELU_N1_TO_1, RELU6, TANH or 6, SIGMOID, got SIGN_BIT/,
    ],
    [
      'no activation, with which the kernel writes nothing',
      () => lstm({ 0: { u8: 0 } }),
      /an activation that TensorFlow Lite does not compute in an LSTM; expected RELU, RELU_N1_TO_1, RELU6, TANH or 6, SIGMOID, got NONE/,
    ],
    ...(['UNIDIRECTIONAL_SEQUENCE_LSTM', 'BIDIRECTIONAL_SEQUENCE_RNN'] as const).map(
      (type): Row => [
        `${type} without options`,
        () => one(type, x, PARTS, y, undefined, { inputs: INPUTS }),
        /an operator without options; expected (UnidirectionalSequenceLSTM|BidirectionalSequenceRNN), got none/,
      ],
    ),
    [
      'weights of no gate',
      () => lstm({}, { 6: '-' }),
      /weights that do not go together; expected those of all gates, or of all but the input gate/,
      SEQUENCE,
    ],
    [
      'weights of another shape',
      () => lstm({}, {}, { wg: numbers([4, 3]) }),
      /weights of the wrong shape; expected \[3,4\], got \[4,3\]/,
      SEQUENCE,
    ],
    [
      'an auxiliary input',
      () =>
        both(
          'BIDIRECTIONAL_SEQUENCE_LSTM',
          'BidirectionalSequenceLSTM',
          Array.from({ length: 40 }, (_, i) => (i === 39 ? 'x' : '-')),
        ),
      /an auxiliary input; expected none, got x/,
    ],
    [
      'one of a simple layer',
      () =>
        both(
          'BIDIRECTIONAL_SEQUENCE_RNN',
          'BidirectionalSequenceRNN',
          Array.from({ length: 10 }, (_, i) => (i === 9 ? 'x' : '-')),
        ),
      /an auxiliary input; expected none, got x/,
    ],
  ]);
});

it('tensors of one name are told apart, also from one that is called as they would be', () => {
  const tensors = [['x'], ['a'], ['a'], ['a#2'], ['']].map(([name]) => ({
    ...row,
    more: { 3: { text: name as string } },
  }));
  const chain = (from: string, to: string): OperatorParts => ({ type: 'TANH', inputs: [from], outputs: [to] });
  const spec = fromTflite(
    file([
      {
        tensors: Object.fromEntries(tensors.map((tensor, i) => [`t${i}`, tensor])),
        operators: [chain('t0', 't1'), chain('t1', 't2'), chain('t2', 't3'), chain('t3', 't4')],
        inputs: ['t0'],
        outputs: ['t1', 't2', 't3', 't4'],
      },
    ]),
    VECTOR,
  );
  expect(spec.outputs).toEqual(['a#1', 'a#2#', 'a#2', 'tensor#4']);
});

describe('loops', () => {
  const scalar: TensorParts = { shape: [], type: 'INT32' };
  const main = (fields: Fields): GraphParts => ({
    tensors: { x: row, n: { ...scalar, data: [0] }, m: scalar, y: row },
    operators: [{ type: 'WHILE', inputs: ['n', 'x'], outputs: ['m', 'y'], options: ['While', fields] }],
    inputs: ['x'],
    outputs: ['y'],
  });
  const one_: GraphParts = { tensors: { n: scalar }, operators: [], inputs: ['n'], outputs: ['n'] };
  table([
    [
      'of a subgraph that is not there',
      () => file([main({ 0: { i32: 5 } })]),
      /\(WHILE, operator 0\): a subgraph that is not there; expected one of the file, got 5/,
    ],
    [
      'that do not fit',
      () => file([main({ 0: { i32: 1 }, 1: { i32: 1 } }), one_]),
      /\(WHILE, operator 0\): a loop that does not fit; expected 2 values, got 1/,
    ],
    [
      'that assign a variable',
      () => {
        const state: GraphParts = {
          tensors: { n: scalar, x: row, v: { shape: [], type: 'RESOURCE' } },
          operators: [
            { type: 'VAR_HANDLE', inputs: [], outputs: ['v'] },
            { type: 'ASSIGN_VARIABLE', inputs: ['v', 'x'], outputs: [] },
          ],
          inputs: ['n', 'x'],
          outputs: ['n', 'x'],
        };
        return file([main({ 0: { i32: 1 }, 1: { i32: 1 } }), state]);
      },
      /its body: a variable that is assigned in every step; expected variables outside of loops, got ASSIGN_VARIABLE/,
    ],
  ]);
});

describe('states', () => {
  const state = (zero: number): TensorParts => ({ shape: [1, 4], type: 'INT8', scale: [0.01], zero: [zero] });
  const cell = (zero: number): Uint8Array =>
    file([
      {
        tensors: { x: row, h: state(zero), g: row, kept: row, sum: state(zero), y: row },
        operators: [
          { type: 'LOGISTIC', inputs: ['x'], outputs: ['g'] },
          { type: 'MUL', inputs: ['g', 'h'], outputs: ['kept'], options: ['Mul', {}] },
          { type: 'ADD', inputs: ['kept', 'x'], outputs: ['sum'], options: ['Add', {}] },
          { type: 'TANH', inputs: ['sum'], outputs: ['y'] },
        ],
        inputs: ['x', 'h'],
        outputs: ['y', 'sum'],
      },
    ]);
  it('a cell proves its own', () => {
    expect(fromTflite(cell(0), VECTOR).carries).toMatchObject([{ input: 'h' }]);
    expect(fromTflite(cell(0), { ...VECTOR, states: [] }).carries).toBeUndefined();
  });
  table([
    [
      'whose zero is another number',
      () => cell(3),
      /input "h": a state whose zero is another number; expected zero point 0; options.states: \[\], got 3/,
      VECTOR,
    ],
  ]);
});
