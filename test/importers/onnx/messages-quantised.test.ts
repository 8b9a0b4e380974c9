import { create } from '@bufbuild/protobuf';
import { describe } from 'vitest';
import { floats, ints, node } from './build.js';
import { type Tensor, TensorSchema } from './proto/onnx_pb.js';
import { B, type Row, T, table, VECTOR, x } from './refused.js';

const M = 'com.microsoft';
const bytes = (dims: number[], dataType = 2, size = dims.reduce((a, b) => a * b, 1)): Tensor =>
  create(TensorSchema, { dims: dims.map(BigInt), dataType, rawData: new Uint8Array(size).fill(1) });
const small = (dims: number[], dataType: number, ...data: number[]): Tensor =>
  create(TensorSchema, { dims: dims.map(BigInt), dataType, int32Data: data });

/** 6 numbers to 3, in 4 bits: one block of 16 a row. */
const nbits = (what: string, expected: RegExp, attributes: object = {}, init: object = {}, inputs = 'X b s'): Row => [
  what,
  {
    nodes: [node('MatMulNBits', inputs, 'Y', { K: 6, N: 3, block_size: 16, ...attributes }, M)],
    init: { b: bytes([3, 1, 8]), s: floats([3]), ...init },
  },
  expected,
];
const blocks = (what: string, expected: RegExp, init: object, block = 2): Row => [
  what,
  {
    nodes: [node('DequantizeLinear', 'q s z', 'w', { axis: 0, block_size: block }), node('MatMul', 'X w')],
    init: { q: bytes([6, 3]), s: floats([3, 3]), z: bytes([3, 3]), ...init },
    opset: 21,
  },
  expected,
];
const whole = {
  xs: floats([], [0.1]),
  xz: bytes([]),
  w: bytes([6, 3]),
  ws: floats([], [0.1]),
  wz: bytes([]),
  ys: floats([], [0.1]),
  yz: bytes([]),
};
const linear = (what: string, expected: RegExp, init: object): Row => [
  what,
  {
    nodes: [
      node('QuantizeLinear', 'X s z', 'q'),
      node('QLinearMatMul', 'q xs xz w ws wz ys yz', 'r'),
      node('DequantizeLinear', 'r ys yz', 'Y'),
    ],
    init: { s: floats([], [0.1]), z: bytes([]), ...whole, ...init },
  },
  expected,
];
const fused = (what: string, expected: RegExp, op: string, inputs: string, attributes: object = {}): Row => [
  what,
  {
    nodes: [
      node('QuantizeLinear', 'X xs xz', 'q'),
      node(op, inputs, 'r', { ...attributes }, M),
      node('DequantizeLinear', 'r ys yz', 'Y'),
    ],
    init: whole,
    inputs: x(B, 6),
  },
  expected,
  VECTOR,
];

describe('ONNX, refused by its words: weights of a few bits', () => {
  table([
    nbits('a number of bits', /a number of bits that is not honoured; expected 2, 4 or 8, got 3/, { bits: 3 }),
    nbits('packed for a processor', /weights packed for one processor; expected 0/, { weight_prepacked: 1 }),
    nbits(
      'an order of groups',
      /groups in an order of their own; expected no g_idx/,
      {},
      { g: ints([0]) },
      'X b s _ g',
    ),
    nbits('no sizes', /sizes that cannot be; expected K, N and block_size above 0, got 0, 3, 16/, { K: 0 }),
    nbits('too few scales', /scales that do not fit; expected 3·1, got 2/, {}, { s: floats([2]) }),
    nbits('too few bytes', /bytes that do not fit 3 rows of 16; expected 24, got 16/, {}, { b: bytes([2, 1, 8]) }),
    nbits('zero points', /bytes that do not fit 3 rows of 1; expected 3, got 2/, {}, { z: bytes([2]) }, 'X b s z'),
    blocks('scales of blocks', /scales that do not fit blocks of 4; expected \[2,3\], got \[3,3\]/, {}, 4),
    blocks('zero points of blocks', /zero points that do not fit; expected \[3,3\], got \[2,3\]/, { z: bytes([2, 3]) }),
    blocks('bytes of 4 bits', /tensor "q": wrong size; expected 9 bytes, got 8/, { q: bytes([6, 3], 21, 8) }),
    blocks('numbers of 4 bits', /tensor "q": wrong size; expected 9 numbers for \[6,3\], got 1/, {
      q: small([6, 3], 22, 1),
    }),
    blocks('more than a byte', /tensor "z": element 0 is beyond its type; .* got 256/, {
      z: small([1, 1], 21, 256),
    }),
  ]);
});

describe('ONNX, refused by its words: products of whole numbers', () => {
  table([
    linear('several scales', /several numbers as the scale of a; expected 1, got 2/, { xs: floats([2]) }),
    linear('scales of the weight', /scales or zero points of the weight that do not fit; expected 1 or 3, got 2/, {
      ws: floats([2]),
    }),
    fused(
      'turned over the batch',
      /\(QGemm\): sums over the batch; expected transA 0, got 1/,
      'QGemm',
      'q xs xz w ws wz',
      {
        transA: 1,
      },
    ),
    fused(
      'parts without their scales',
      /inputs that do not fit; expected three for each, got 2/,
      'QLinearConcat',
      'ys yz q xs',
      {
        axis: 1,
      },
    ),
    ...['QLinearSigmoid', 'QLinearLeakyRelu'].map(
      (type): Row => [
        `${type} of a constant`,
        {
          nodes: [node(type, 'c cs cz cs cz', 'k', {}, M), node('Add', 'X k')],
          init: { c: bytes([6]), cs: floats([]), cz: bytes([]) },
        },
        /the input is not a value of the model; expected an input of the model or what comes of it, got constant/,
      ],
    ),
    [
      'lengths of twice the time',
      {
        nodes: [
          node('Shape', 'X', 'd'),
          node('Gather', 'd i', 't'),
          node('Add', 't t', 'n'),
          node('Cast', 'n', 'l', { to: 6 }),
          node('LSTM', 'X W R _ l', 'Y'),
        ],
        init: { i: ints([0]), W: floats([1, 16, 6]), R: floats([1, 16, 4]) },
        inputs: x(T, 1, 6),
      },
      /sequence_lens that are not known; expected numbers, time, or an input, got 2·time/,
      { axes: { X: ['time', 'batch', 'features'] } },
    ],
  ]);
});
