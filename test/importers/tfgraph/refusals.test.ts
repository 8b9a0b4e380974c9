import { describe, expect, it } from 'vitest';
import { readTfGraph, type TfGraphOptions } from '../../../src/importers/tfgraph/index.js';
import {
  attr,
  BOOL,
  constant,
  DOUBLE,
  FLOAT,
  floats,
  func,
  graph,
  HALF,
  INT32,
  INT64,
  input,
  message,
  meta,
  node,
  RESOURCE,
  STRING,
  saved,
  shape,
  wholes,
} from './build.js';
import { caseOf } from './cases.js';

// Every refusal in its own words.

function refusal(bytes: Uint8Array, options: TfGraphOptions = {}): string {
  try {
    readTfGraph(bytes, options);
  } catch (error) {
    return (error as Error).message;
  }
  return 'no refusal';
}

type Row = readonly [what: string, bytes: Uint8Array, message: string | RegExp, options?: TfGraphOptions];
const rows = (list: readonly Row[]): void => {
  it.each(list.map((row) => [row[0], row] as const))('%s', (_, [, bytes, expected, options]) => {
    expect(refusal(bytes, options)).toMatch(expected);
  });
};

const T = { T: attr.type(FLOAT) };
/** One operator over x and constants. */
const one = (
  op: string,
  inputs: readonly string[],
  attrs: Readonly<Record<string, Uint8Array>>,
  ...more: Uint8Array[]
) => graph([input(), ...more, node('y', op, inputs, attrs)]);
const number = constant('n', wholes([1], []));
const weights = constant('w', floats([1, 2, 3], [3]));

describe('a file', () => {
  const serving = {
    graph: graph([input(), node('y', 'Relu', ['x'], T)]),
    signatures: { serving_default: [{ x: 'x:0' }, { y: 'y:0' }] },
  } as const;
  rows([
    ['other bytes', Uint8Array.of(0x0a, 200), /^file: not a TensorFlow graph; expected a GraphDef, got /],
    [
      'a damaged SavedModel',
      Uint8Array.of(0x08, 1, 0x12, 9),
      /^file: not a TensorFlow graph; expected a SavedModel, got /,
    ],
    ['nothing in it', message([3, 1]), 'file: a graph without nodes; expected a frozen graph, got 2 bytes'],
    ['another schema', message([1, 2], [2, meta(serving)]), 'file: a SavedModel of another version; expected 1, got 2'],
    [
      'an unknown field',
      message([1, 1], [2, meta(serving)], [7, 1]),
      'file: fields that are not honoured; expected those that are read, got field 7',
    ],
    ['no graphs', saved(), 'file: several graphs; expected one with the tag serve, got none'],
    [
      'two graphs',
      saved(meta(serving), meta(serving)),
      'file: several graphs; expected one with the tag serve, got [serve], [serve]',
    ],
    ['no graph', saved(meta({})), 'file: no graph; expected a SavedModel with one'],
    [
      'no signature',
      saved(meta({ graph: serving.graph })),
      'options.signature: no such signature; expected a signature, got serving_default',
    ],
    [
      'another signature',
      saved(meta(serving)),
      'options.signature: no such signature; expected serving_default, got other',
      { signature: 'other' },
    ],
    [
      'outputs of a SavedModel',
      saved(meta(serving)),
      'options.outputs: a SavedModel has signatures; expected options.signature, got y',
      { outputs: ['y'] },
    ],
    [
      'a signature of a graph',
      serving.graph,
      'options.signature: a frozen graph has none; expected options.outputs, got s',
      { signature: 's' },
    ],
    [
      'an output that is not there',
      serving.graph,
      'options.outputs: no such node; expected y, got z',
      { outputs: ['z'] },
    ],
    [
      'nothing that comes out',
      graph([input()]),
      'graph: nothing comes out; expected options.outputs, got no node that nothing reads',
    ],
    [
      'an input of texts',
      saved(meta({ ...serving, signatures: { a: [{ x: message([1, 'x:0'], [2, STRING]) }, { y: 'y:0' }] } })),
      'signature "a", x: an input or output of no numbers; expected numbers, got DT_STRING',
    ],
    [
      'a sparse input',
      saved(meta({ ...serving, signatures: { a: [{ x: message([2, FLOAT], [4, message()]) }, { y: 'y:0' }] } })),
      'signature "a", x: fields that are not honoured; expected those that are read, got coo_sparse',
    ],
    [
      'two nodes of one name',
      graph([input(), node('y', 'Relu', ['x'], T), node('y', 'Tanh', ['x'], T)]),
      'graph: two nodes of one name; expected each name once, got y',
    ],
    [
      'a node that is not there',
      graph([node('y', 'Relu', ['z'], T)]),
      'graph: nothing makes a value; expected a node, got z',
    ],
    [
      'an output that is none',
      graph([input(), node('y', 'Relu', ['x:a'], T)]),
      'graph: a value that the node does not make; expected name:output, got x:a',
    ],
    [
      'two functions of one name',
      graph([input(), node('y', 'Relu', ['x'], T)], [func('f', [], {}, []), func('f', [], {}, [])]),
      'graph: two functions of one name; expected each name once, got f',
    ],
  ]);
});

it('what is handed on in a circle is no value', () => {
  const circle = [node('a', 'Identity', ['b'], T), node('b', 'Identity', ['a'], T)];
  const list = node('l', 'TensorListStack', ['a', 'x']);
  expect(refusal(graph([input(), ...circle, list, node('y', 'Add', ['x', 'l'], T)]))).toMatch(
    /a list that no loop makes/,
  );
  expect(refusal(graph([input(), ...circle, node('y', 'Add', ['x', 'a'], T)]))).toMatch(/nothing makes input/);
});

describe('a node', () => {
  const where = 'node "y" (Relu): ';
  rows([
    [
      'an unknown operator',
      one('Foo', ['x'], T),
      'node "y" (Foo): an operator that is not honoured; expected one of the operators in docs/formats.md, got Foo',
    ],
    [
      'an unknown field',
      graph([input(), node('y', 'Relu', ['x'], T, [9, 1])]),
      `${where}fields that are not honoured; expected those that are read, got field 9`,
    ],
    [
      'an unknown attribute',
      one('Relu', ['x'], { ...T, k: attr.int(1) }),
      `${where}an attribute that is not honoured; expected , got k`,
    ],
    [
      'an attribute twice',
      graph([input(), node('y', 'Relu', ['x'], T, [5, message([1, 'T'], [2, attr.type(FLOAT)])])]),
      `${where}two attributes of one name; expected each name once, got T`,
    ],
    [
      'float64',
      one('Relu', ['x'], { T: attr.type(DOUBLE) }),
      `${where}a type that is not computed in; expected DT_FLOAT, DT_INT32, DT_INT64, DT_BOOL, got T: DT_DOUBLE`,
    ],
    [
      'float16 in a list',
      one('IdentityN', ['x'], { T: attr.types(HALF) }),
      'node "y" (IdentityN): a type that is not computed in; expected DT_FLOAT, DT_INT32, DT_INT64, DT_BOOL, got T: DT_HALF',
    ],
    ['too many inputs', one('Relu', ['x', 'x'], T), `${where}another number of inputs; expected 1, got 2`],
    [
      'too few of a range',
      one('PadV2', ['x'], T),
      'node "y" (PadV2): another number of inputs; expected 2 to 3, got 1',
    ],
    [
      'an attribute of another kind',
      one('LeakyRelu', ['x'], { alpha: attr.int(1) }),
      'node "y" (LeakyRelu): attribute alpha is of another kind; expected f, got i',
    ],
    [
      'an attribute that is missing',
      one('AddN', ['x'], T),
      'node "y" (AddN): no N; expected an attribute that is, got nothing',
    ],
    [
      'a constant without numbers',
      graph([input(), node('c', 'Const', [], {}), node('y', 'Add', ['x', 'c'], T)]),
      'node "c" (Const): no value; expected a tensor',
    ],
    [
      'an unfed placeholder',
      saved(meta({ graph: graph([input(), node('y', 'Relu', ['x'], T)]), signatures: { a: [{}, { y: 'y:0' }] } })),
      'node "x" (Placeholder): an input that the signature does not name; expected one of its inputs, got x',
    ],
    [
      'a write that it waits for',
      graph([
        input(),
        node('v', 'VarHandleOp'),
        node('a', 'AssignVariableOp', ['v', 'x']),
        node('y', 'Relu', ['x', '^a'], T),
      ]),
      `${where}a variable that a run changes; expected variables that are only read, got a (AssignVariableOp)`,
    ],
    [
      'channels first',
      one('BiasAdd', ['x', 'w'], { data_format: attr.text('NCHW') }, weights),
      'node "y" (BiasAdd): channels first; expected data_format NHWC, got NCHW',
    ],
    [
      'whole numbers',
      one('RealDiv', ['x', 'x'], { T: attr.type(INT32) }),
      'node "y" (RealDiv): whole numbers; expected DT_FLOAT, got DT_INT32',
    ],
    [
      'whole numbers that a run divides',
      one(
        'FloorDiv',
        ['c', 'n'],
        { T: attr.type(INT32) },
        number,
        node('c', 'Cast', ['x'], { SrcT: attr.type(FLOAT), DstT: attr.type(INT32) }),
      ),
      'node "y" (FloorDiv): whole numbers that are divided; expected sizes, got a value',
    ],
    [
      'a mean of whole numbers',
      one('Mean', ['x', 'n'], { T: attr.type(INT32) }, number),
      'node "y" (Mean): a mean of whole numbers; expected DT_FLOAT, got DT_INT32',
    ],
    [
      'an attribute of what is followed',
      one('Add', ['x', 'r'], T, node('v', 'VarHandleOp', [], { k: attr.int(1) }), node('r', 'ReadVariableOp', ['v'])),
      'node "v" (VarHandleOp): an attribute of what is followed; expected dtype, shape, shared_name, container, debug_name, allowed_devices, got k',
    ],
    [
      'digits cut off',
      one('Cast', ['x'], { SrcT: attr.type(FLOAT), DstT: attr.type(INT32), Truncate: attr.flag(true) }),
      'node "y" (Cast): digits cut off; expected Truncate false, got true',
    ],
    [
      'to float16',
      one('Cast', ['x'], { SrcT: attr.type(FLOAT), DstT: attr.type(HALF) }),
      'node "y" (Cast): a type that is not computed in; expected DT_FLOAT, got DT_HALF',
    ],
    [
      'to a text',
      one('Cast', ['x'], { SrcT: attr.type(FLOAT), DstT: attr.type(STRING) }),
      'node "y" (Cast): a type that is no number; expected numbers, got DT_FLOAT to DT_STRING',
    ],
    [
      'a condition of rows',
      one('Select', ['c', 'x', 'x'], T, constant('c', message([1, BOOL], [2, shape(2)], [11, 1], [11, 0]))),
      'node "y" (Select): a condition for each row; expected 3 axes, or none, got 1',
    ],
  ]);
});

describe('a fused LSTM', () => {
  const zeros = (...dims: number[]) => floats(Array(dims.reduce((a, b) => a * b, 1)).fill(0), dims);
  const over = (timesteps: Uint8Array): Uint8Array =>
    graph([
      input(),
      timesteps,
      constant('s', zeros(1, 2)),
      constant('w', zeros(5, 8)),
      constant('b', zeros(8)),
      node('y', 'BlockLSTM', ['t', 'x', 's', 's', 'w', 'b', 'b', 'b', 'b'], T),
    ]);
  const all = [
    node('n', 'Shape', ['x'], { ...T, out_type: attr.type(INT64) }),
    node('i', 'Const', [], { value: attr.tensor(wholes([0], [])) }),
  ];
  const first = node('t', 'GatherV2', ['n', 'i', 'i']);
  const axes = { x: ['time', 'batch', 'features'] } as const;
  rows([
    [
      'over some of the timesteps',
      over(constant('t', message([1, INT64], [2, shape()], [10, 3]))),
      /^node "y" \(BlockLSTM\): a part of the timesteps; expected .+, got 3/,
      { outputs: ['y:6'], axes },
    ],
    [
      'of which all cell states are asked for',
      graph([
        input('x', -1, 1, 3),
        ...all,
        first,
        constant('s', zeros(1, 2)),
        constant('w', zeros(5, 8)),
        constant('b', zeros(8)),
        node('y', 'BlockLSTM', ['t', 'x', 's', 's', 'w', 'b', 'b', 'b', 'b'], T),
      ]),
      'node "y" (BlockLSTM): output 3 is not made; expected an output that is, got y:1_1',
      { outputs: ['y:1'], axes },
    ],
  ]);
});

describe('numbers', () => {
  const of = (tensor: Uint8Array): Uint8Array => one('Add', ['x', 'c'], T, constant('c', tensor));
  const where = 'node "c" (Const): ';
  rows([
    [
      'of an open shape',
      of(message([1, FLOAT], [2, shape(-1)])),
      `${where}numbers of an open shape; expected sizes of at least 0, got [-1]`,
    ],
    ['texts', of(message([1, STRING], [8, 'a'])), `${where}a constant of no numbers; expected numbers, got DT_STRING`],
    [
      'too few bytes',
      of(message([1, FLOAT], [2, shape(2)], [4, new Uint8Array(4)])),
      `${where}numbers that do not fit their shape; expected 8 bytes for [2], got 4`,
    ],
    ['too many', of(wholes([1, 2], [1])), `${where}more numbers than their shape has; expected 1 for [1], got 2`],
    [
      'too large',
      of(message([1, INT64], [2, shape(1)], [10, 2 ** 53])),
      `${where}whole numbers that are not read exactly; expected below 2^53, got 9007199254740992`,
    ],
    [
      'unknown ones',
      of(message([1, FLOAT], [18, new Uint8Array(1)])),
      `${where}fields that are not honoured; expected those that are read, got float8_val`,
    ],
  ]);
});

describe('shapes', () => {
  const axis = { T: attr.type(FLOAT), num_split: attr.int(2) };
  const slice = (begin: string, end: string, attrs: Readonly<Record<string, Uint8Array>>, ...more: Uint8Array[]) =>
    one('StridedSlice', ['x', begin, end, 's'], attrs, constant('s', wholes([1, 1])), ...more);
  const place = node('p', 'ArgMax', ['x', 'n'], { T: attr.type(FLOAT) });
  rows([
    [
      'an order that a run makes',
      one('Transpose', ['x', 'p'], T, number, place),
      'node "y" (Transpose): the order of axes are worked out at run time; expected whole numbers, got a value',
    ],
    [
      'an axis that a run makes',
      one('ExpandDims', ['x', 'p'], T, number, place),
      'node "y" (ExpandDims): the axis are no constant; expected whole numbers of the file, got node "p" (ArgMax)',
    ],
    [
      'two axes',
      one('ExpandDims', ['x', 'c'], T, constant('c', wholes([0, 1]))),
      'node "y" (ExpandDims): the axis is no single number; expected one, got 2',
    ],
    [
      'an open axis',
      one('Split', ['n', 'x'], axis, number),
      'node "y" (Split): parts of an axis that depends on the run; expected a fixed size, got time',
    ],
    [
      'parts that are not whole',
      one('Split', ['n', 'x'], axis, constant('n', wholes([2], []))),
      'node "y" (Split): parts that do not add up; expected 2 parts of 3, got 1.5',
    ],
    [
      'another number of parts',
      one('SplitV', ['x', 'c', 'n'], axis, number, constant('c', wholes([3]))),
      'node "y" (SplitV): another number of sizes; expected 2, got 1',
    ],
    [
      'rows for each of a batch',
      one('GatherV2', ['x', 'n', 'n'], { batch_dims: attr.int(1) }, number),
      'node "y" (GatherV2): rows picked for each of a batch; expected batch_dims 0, got 1',
    ],
    [
      'sizes of another type',
      one('Shape', ['x'], { out_type: attr.type(FLOAT) }),
      'node "y" (Shape): sizes of another type; expected DT_INT32, DT_INT64, got 1',
    ],
    [
      'another mirror',
      one('MirrorPad', ['x', 'c'], { mode: attr.text('SYMMETRIC') }, constant('c', wholes([0, 0], [1, 2]))),
      'node "y" (MirrorPad): another mirror; expected mode REFLECT, got SYMMETRIC',
    ],
    [
      'too few places',
      slice('n', 'n', {}, constant('n', wholes([0]))),
      'node "y" (StridedSlice): too few numbers for begin; expected 2, got 1',
    ],
    [
      'several places of the run',
      slice('p', 'p', { shrink_axis_mask: attr.int(3) }, place, constant('n', wholes([2], []))),
      'node "y" (StridedSlice): several axes at a place that the run says; expected one, got 0,1',
    ],
    [
      'a factor of one axis',
      one('BatchMatMulV2', ['x', 'w'], { adj_y: attr.flag(true) }, weights),
      'node "y" (BatchMatMulV2): a factor of too few axes; expected at least 2, got 1',
    ],
  ]);
});

describe('windows', () => {
  const plane = input('x', -1, 4, 4, 2);
  const filter = constant('w', floats(Array(12).fill(1), [1, 2, 3, 2]));
  const over = (attrs: Readonly<Record<string, Uint8Array>>) =>
    graph([plane, filter, node('y', 'Conv2D', ['x', 'w'], { T: attr.type(FLOAT), ...attrs })]);
  const strides = attr.ints(1, 1, 1, 1);
  const valid = attr.text('VALID');
  const norm = (attrs: Readonly<Record<string, Uint8Array>>) =>
    graph([plane, constant('n', floats([1, 1])), node('y', 'FusedBatchNormV3', ['x', 'n', 'n', 'n', 'n'], attrs)]);
  rows([
    [
      'channels first',
      over({ data_format: attr.text('NCHW') }),
      'node "y" (Conv2D): channels first; expected data_format NHWC, got NCHW',
    ],
    [
      'padding by hand',
      over({ padding: attr.text('EXPLICIT') }),
      'node "y" (Conv2D): a padding that is not honoured; expected SAME or VALID, got EXPLICIT',
    ],
    [
      'strides over the batch',
      over({ padding: valid, strides: attr.ints(2, 1, 1, 1) }),
      'node "y" (Conv2D): strides of another kind; expected [1, height, width, 1], got [2,1,1,1]',
    ],
    [
      'other channels',
      over({ padding: valid, strides }),
      'node "y" (Conv2D): channels that do not fit; expected groups of 3, got 2',
    ],
    [
      'of the batch',
      norm({}),
      'node "y" (FusedBatchNormV3): mean and variance of a batch, or channels first; expected is_training false and NHWC, got true, NHWC',
    ],
  ]);
});

describe('functions', () => {
  const call = (name: string, inputs: readonly string[], ...functions: Uint8Array[]) =>
    graph([input(), node('y', 'PartitionedCall', inputs, { f: attr.func(name) })], functions);
  const relu = func('f', ['a'], { r: 'n:activations:0' }, [node('n', 'Relu', ['a'], T)]);
  const deep = Array.from({ length: 70 }, (_, i) =>
    func(`f${i}`, ['a'], { r: 'c:output:0' }, [node('c', 'PartitionedCall', ['a'], { f: attr.func(`f${i + 1}`) })]),
  );
  rows([
    [
      'that are not there',
      call('g', ['x'], relu),
      'node "y" (PartitionedCall): a function that is not there; expected one of the file, got g',
    ],
    [
      'of other arguments',
      call('f', ['x', 'x'], relu),
      'node "y" (PartitionedCall): another number of arguments; expected 1 of f, got 2',
    ],
    [
      'in a circle',
      graph(
        [
          input(),
          node('a', 'PartitionedCall', ['b'], { f: attr.func('g') }),
          node('b', 'PartitionedCall', ['a'], { f: attr.func('g') }),
          node('y', 'Add', ['x', 'a'], T),
        ],
        [func('g', ['a'], { r: 'a' }, [])],
      ),
      'graph: calls that hand on what they are given; expected at most 1000 in a row, got',
    ],
    [
      'within one another',
      call('f0', ['x'], ...deep),
      'function "f64": functions and loops within one another; expected at most 64 deep, got more',
    ],
    [
      'without what comes out',
      call('f', ['x'], func('f', ['a'], {}, [])),
      'function "f": an output that nothing makes; expected a value, got output 0',
    ],
    [
      'that write',
      call('f', ['x'], func('f', ['a'], { r: 'a' }, [node('w', 'AssignAddVariableOp', ['a', 'a'])])),
      'function "f": a variable that a run changes; expected variables that are only read, got w (AssignAddVariableOp)',
    ],
    [
      'of outputs that are none',
      call('f', ['x'], func('f', ['a'], { r: 's:z:0' }, [node('s', 'FusedBatchNormV3', ['a'])])),
      'function "f": a value that the node does not make; expected y, batch_mean, batch_variance, reserve_space_1, reserve_space_2, reserve_space_3, got s:z:0',
    ],
  ]);
});

describe('variables', () => {
  const { model, files } = caseOf('keras3', 'lstm_last');
  const reads = (handle: readonly Uint8Array[], from = 'v') =>
    saved(
      meta({
        graph: graph([
          input(),
          ...handle,
          node('r', 'ReadVariableOp', [from], { dtype: attr.type(FLOAT) }),
          node('y', 'Add', ['x', 'r'], T),
          ...restoring,
        ]),
        signatures: { a: [{ x: 'x:0' }, { y: 'y:0' }] },
        restore: 'restore_all',
      }),
    );
  const texts = (name: string, ...values: string[]) =>
    constant(name, message([1, STRING], ...values.map((text) => [8, text] as const)));
  const restoring = [
    texts('keys', 'nowhere'),
    texts('parts', ''),
    node('read', 'RestoreV2', ['keys', 'keys', 'parts']),
    node('set', 'AssignVariableOp', ['gone', 'read']),
    node('gone', 'VarHandleOp', [], { dtype: attr.type(FLOAT) }),
    node('restore_all', 'NoOp', ['^set']),
  ];
  const handle = (type: number): Uint8Array => node('v', 'VarHandleOp', [], { dtype: attr.type(type) });
  rows([
    [
      'without their checkpoint',
      model,
      /^variable "\S+": its numbers are in the checkpoint; expected options.files: variables\/variables.index and its shards, got no files$/,
    ],
    [
      'that are not restored',
      reads([handle(FLOAT)]),
      'variable "v": a variable that is not restored; expected one that the checkpoint has, got v',
      { files },
    ],
    [
      'that the checkpoint does not have',
      reads([], 'gone'),
      /^variable "gone": not in the checkpoint; expected nowhere, got /,
      { files },
    ],
    [
      'of whole numbers',
      reads([handle(INT32)]),
      'node "v" (VarHandleOp): a variable of another type; expected DT_FLOAT, DT_HALF, DT_BFLOAT16, got DT_INT32',
      { files },
    ],
    [
      'that are none',
      reads([], 'x'),
      'node "r" (ReadVariableOp): a variable that is not known; expected VarHandleOp, got a value made at run time',
      { files },
    ],
    [
      'picked for each of a batch',
      graph([input(), handle(RESOURCE), node('y', 'ResourceGather', ['v', 'x'], { batch_dims: attr.int(1) })]),
      'node "y" (ResourceGather): rows picked for each of a batch; expected batch_dims 0, got 1',
    ],
  ]);
});
