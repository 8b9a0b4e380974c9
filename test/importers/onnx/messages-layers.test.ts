import { describe } from 'vitest';
import type { OnnxOptions } from '../../../src/importers/onnx/index.js';
import { float, floats, ints, node, type Parts } from './build.js';
import { B, CHANNELS, FIXED, type Row, SEQUENCE, T, table, VECTOR, x } from './refused.js';

describe('ONNX, refused by its words: layers', () => {
  const W = { W: floats([1, 16, 6]), R: floats([1, 16, 4]) };
  const lstm = (inputs: string, attributes = {}): Parts['nodes'] => [
    node('LSTM', inputs, 'Y', { hidden_size: 4, ...attributes }),
  ];
  const TIME_FIRST: OnnxOptions = { axes: { X: ['time', 'batch', 'features'] } };
  const sequence = { inputs: x(T, B, 6) };
  const norm = { s: floats([6]), b: floats([6]), m: floats([6]), v: floats([6]) };
  table([
    [
      'slopes of another Selu',
      { nodes: [node('Selu', 'X', 'Y', { alpha: float(1.5) })] },
      /other constants than the paper’s; expected 1.67326, 1.0507, got 1.5/,
    ],
    [
      'another Gelu',
      { nodes: [node('Gelu', 'X', 'Y', { approximate: 'cubic' })], opset: 20 },
      /a form that is not honoured; expected none or tanh, got cubic/,
    ],
    [
      'dropout in training',
      { nodes: [node('Dropout', 'X _ t')], init: { t: ints([1], []) } },
      /\(Dropout\): in training mode; expected inference/,
    ],
    [
      'norm in training',
      { nodes: [node('BatchNormalization', 'X s b m v', 'Y', { training_mode: 1 })], init: norm },
      /\(BatchNormalization\): in training mode; expected inference/,
    ],
    [
      'norm without statistics',
      { nodes: [node('BatchNormalization', 'X s b', 'Y')], inputs: x(B, 6, T), init: norm },
      /no statistics; expected mean and variance/,
      CHANNELS,
    ],
    [
      'norm with its mean',
      { nodes: [node('LayerNormalization', 'X s', 'Y mean')], init: norm, outputs: ['Y', 'mean'] },
      /asks for the mean or deviation; expected the normalised value alone/,
    ],
    [
      'weights of another size',
      { nodes: [node('LayerNormalization', 'X g')], init: { g: floats([5]) } },
      /gamma has the wrong size; expected 6, got 5/,
    ],
    [
      'a product with other rows',
      { nodes: [node('MatMul', 'X W')], init: { W: floats([5, 2]) } },
      /sums over another length; expected 5, got 6/,
    ],
    [
      'a product of other lengths',
      { nodes: [node('MatMul', 'X Z')], inputs: { ...x(B, T, 6), Z: { dims: [B, 4, 2] } } },
      /sums over another length; expected 6, got 4/,
      { axes: { ...SEQUENCE.axes, Z: ['batch', 'fixed', 'features'] } },
    ],
    [
      'very many heads',
      {
        nodes: [
          node('Reshape', 'X r', 'h'),
          node('Transpose', 'h', 'q', { perm: [0, 2, 1, 3] }),
          node('Transpose', 'h', 'k', { perm: [0, 2, 3, 1] }),
          node('MatMul', 'q k'),
        ],
        inputs: x(B, 5, 140),
        init: { r: ints([0, 5, 70, 2]) },
      },
      /very many products, or as many as the run says; expected 1 to 64; options.shapes, got 70/,
      FIXED,
    ],
    [
      'a product across the batch',
      { nodes: [node('Transpose', 'X', 't', { perm: [1, 0] }), node('MatMul', 'X t')], inputs: x(B, 6) },
      /works across the batch; expected rows that stand alone, got the batch among what is summed/,
      VECTOR,
    ],
    [
      'every timestep with every other',
      {
        nodes: [
          node('Reshape', 'X halves', 'r'),
          node('Transpose', 'r', 't', { perm: [0, 2, 1] }),
          node('MatMul', 'r t'),
        ],
        init: { halves: ints([0, -1, 3]) },
      },
      /a product of every timestep with every other; expected attention; a fixed time: options.shapes/,
    ],
    [
      'every timestep of a fixed number with every other',
      { nodes: [node('Transpose', 'X', 't', { perm: [0, 2, 1] }), node('MatMul', 'X t')], inputs: x(B, 5, 6) },
      /a product over the timesteps; expected timesteps of fixed number, got 5/,
    ],
    [
      'timesteps weighed very often',
      { nodes: [node('Transpose', 'X', 't', { perm: [0, 2, 1] }), node('MatMul', 't X')], inputs: x(B, T, 70) },
      /weighs the timesteps very often; expected at most 64 times, got 70/,
    ],
    [
      'sums over the batch',
      { nodes: [node('Gemm', 'X W', 'Y', { transA: 1 })], inputs: x(B, 6), init: { W: floats([6, 2]) } },
      /sums over the batch; expected transA 0, got 1/,
      VECTOR,
    ],
    ['no matrices', { nodes: [node('Gemm', 'X W')], init: { W: floats([6, 2]) } }, /not matrices; expected two axes/],
    [
      'a bias for every row',
      { nodes: [node('Gemm', 'X W c')], inputs: x(B, 6), init: { W: floats([6, 2]), c: floats([3, 2]) } },
      /C differs from row to row; expected 2 numbers, got 6/,
      VECTOR,
    ],
    [
      'the value that is none',
      { nodes: [node('Conv', 'A W', 'c'), node('Mul', 'X c')], init: { A: floats([1, 6, 5]), W: floats([4, 6, 3]) } },
      /X is not a value of the model; expected an input of the model or what comes of it, got constant/,
    ],
    [
      'a convolution over three axes',
      { nodes: [node('Conv', 'X W')], inputs: x(B, 2, 5, 5, 5), init: { W: floats([4, 2, 3, 3, 3]) } },
      /a window over several axes; expected one axis of timesteps \(1-D\), or two of known size, got kernel \[3,3,3\] over 3 axes/,
      { axes: { X: ['batch', 'features', 'features', 'features', 'features'] } },
    ],
    [
      'a kernel that contradicts',
      { nodes: [node('Conv', 'X W', 'Y', { kernel_shape: [2] })], inputs: x(B, 6, T), init: { W: floats([4, 6, 3]) } },
      /kernel_shape contradicts W; expected \[3\], got \[2\]/,
      CHANNELS,
    ],
    ['a pool without a kernel', { nodes: [node('MaxPool', 'X')], inputs: x(B, 6, T) }, /no kernel_shape/, CHANNELS],
    [
      'weights of a convolution',
      { nodes: [node('Conv', 'X W')], inputs: x(B, 6, T), init: { W: floats([5, 4, 3]) } },
      /weights that do not fit; expected \[filters, 6, 3\], got \[5,4,3\]/,
      CHANNELS,
    ],
    [
      'weights of a transposed convolution',
      { nodes: [node('ConvTranspose', 'X W')], inputs: x(B, 6, T), init: { W: floats([5, 4, 3]) } },
      /weights that do not fit; expected \[6, filters, 3\], got \[5,4,3\]/,
      CHANNELS,
    ],
    [
      'the size of an output',
      {
        nodes: [node('ConvTranspose', 'X W', 'Y', { output_shape: [9] })],
        inputs: x(B, 6, T),
        init: { W: floats([6, 4, 3]) },
      },
      /an attribute that is not honoured: output_shape; expected pads/,
      CHANNELS,
    ],
    [
      'padding of a transposed convolution',
      {
        nodes: [node('ConvTranspose', 'X W', 'Y', { auto_pad: 'SAME_UPPER' })],
        inputs: x(B, 6, T),
        init: { W: floats([6, 4, 3]) },
      },
      /a padding that is not honoured; expected pads, got same_upper/,
      CHANNELS,
    ],
    [
      'where the maxima are',
      { nodes: [node('MaxPool', 'X', 'Y I', { kernel_shape: [2] })], inputs: x(B, 6, T), outputs: ['Y', 'I'] },
      /asks for the indices of maxima; expected the maxima alone/,
      CHANNELS,
    ],
    [
      'too few activations',
      { nodes: lstm('X W R', { activations: ['Tanh'] }), init: W, ...sequence },
      /wrong number of activations; expected 3, got 1/,
      TIME_FIRST,
    ],
    [
      'alphas that nobody takes',
      { nodes: lstm('X W R', { activation_alpha: [0.5] }), init: W, ...sequence },
      /more alphas or betas than activations that take them; expected 0 left, got 1, 0/,
      TIME_FIRST,
    ],
    [
      'a state of another size',
      { nodes: lstm('X W R _ _ h'), init: { ...W, h: floats([1, 1, 5]) }, ...sequence },
      /an initial state of another size; expected 4, got \[1,1,5\]/,
      TIME_FIRST,
    ],
    [
      'a state for every row',
      { nodes: lstm('X W R _ _ h'), init: { ...W, h: floats([1, 2, 4]) }, ...sequence },
      /initial states that differ from row to row; expected one for all, or an input/,
      TIME_FIRST,
    ],
    [
      'lengths of another shape',
      { nodes: lstm('X W R _ X'), init: W, ...sequence },
      /sequence_lens of the wrong shape; expected \[batch\], got 3 axes/,
      TIME_FIRST,
    ],
    [
      'lengths in the file',
      { nodes: lstm('X W R _ l'), init: { ...W, l: ints([3, 2]) }, ...sequence },
      /constant sequence_lens that differ from row to row; expected one for all rows, or an input, got 3, 2/,
      TIME_FIRST,
    ],
    [
      'a vector into an LSTM',
      { nodes: lstm('X W R'), init: W, inputs: x(B, 6) },
      /X has the wrong rank; expected \[time, batch, inputs\], got 2 axes/,
      VECTOR,
    ],
    [
      'axes in another order',
      { nodes: lstm('X W R'), init: W },
      /X with its axes in another order; expected \[time, batch, inputs\], got timesteps where the batch must be; options.axes/,
    ],
    [
      'initial states of the wrong shape',
      { nodes: lstm('X W R _ _ h'), init: W, inputs: { ...x(T, B, 6), h: { dims: [1, B, 5] } } },
      /an initial state of the wrong shape; expected \[1, batch, 4\], got \[1, batch, 5\]/,
      { axes: { ...TIME_FIRST.axes, h: ['features', 'batch', 'features'] } },
    ],
    [
      'an activation that fused operators lack',
      {
        nodes: [node('FusedGemm', 'X W', 'Y', { activation: 'Wobble' }, 'com.microsoft')],
        inputs: x(B, 6),
        init: { W: floats([6, 2]) },
      },
      /an unknown activation; expected Relu, Sigmoid, Tanh, LeakyRelu, HardSigmoid, got Wobble/,
      VECTOR,
    ],
    ...Object.entries({ strides: [1, 2], dilations: [1, 1], pads: [1, 0, 1] }).map(
      ([name, list]): Row => [
        `${name} of another number of axes`,
        { nodes: [node('MaxPool', 'X', 'Y', { kernel_shape: [2], [name]: list })], inputs: x(B, 3, T) },
        new RegExp(`${name} that do not fit; expected [12], got \\[${list}\\]`),
        CHANNELS,
      ],
    ),
    [
      'a vector turned',
      {
        nodes: [node('FusedMatMul', 'X W', 'Y', { transA: 1 }, 'com.microsoft')],
        inputs: x(6),
        init: { W: floats([6, 2]) },
      },
      /a vector turned; expected a matrix, got 1 axes/,
      {},
    ],
    [
      'weights of several axes, transposed',
      { nodes: [node('FusedMatMul', 'X W', 'Y', { transB: 1 }, 'com.microsoft')], init: { W: floats([2, 3, 6]) } },
      /weights of several axes; expected two, got \[2,3,6\]/,
    ],
    [
      'a sum after a convolution',
      {
        nodes: [node('FusedConv', 'X W _ Z', 'Y', {}, 'com.microsoft')],
        inputs: x(B, 6, T),
        init: { W: floats([4, 6, 3]), Z: floats([1]) },
      },
      /adds another value; expected X, W and B, got Z/,
      CHANNELS,
    ],
    [
      'values with a zero point for each row',
      { nodes: [node('MatMulInteger', 'X W z')], init: { W: ints([1, 2, 3, 4, 5, 6], [6, 1]), z: ints([3, 4]) } },
      /zero points for each row of the value; expected 1, got 2/,
    ],
    [
      'zero points that do not fit',
      { nodes: [node('MatMulInteger', 'X W _ z')], init: { W: ints([1, 2, 3, 4, 5, 6], [6, 1]), z: ints([3, 4]) } },
      /zero points of the weight that do not fit; expected 1 or 1, got 2/,
    ],
    [
      'scales that do not fit',
      {
        nodes: [node('DynamicQuantizeMatMul', 'X W s', 'Y', {}, 'com.microsoft')],
        init: { W: ints([1, 2, 3, 4, 5, 6], [6, 1]), s: floats([3]) },
      },
      /scales of the weight that do not fit; expected 1 or 1, got 3/,
    ],
    [
      'values with a scale for each row',
      {
        nodes: [node('MatMulIntegerToFloat', 'X W a s', 'Y', {}, 'com.microsoft')],
        init: { W: ints([1, 2, 3, 4, 5, 6], [6, 1]), a: floats([2]), s: floats([], [0.5]) },
      },
      /scales for each row of the value; expected 1, got 2/,
    ],
  ]);
});
