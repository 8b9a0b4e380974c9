import { describe, expect, it } from 'vitest';
import { fromPyTorch, type PyTorchConfig } from '../../../src/importers/pytorch/index.js';
import { refusal } from '../support.js';
import { dict, id, int, length, stream, tensor, text } from './pickles.js';

const config: PyTorchConfig = { inputSize: 2, layers: [{ type: 'linear', bias: false }] };
const float = (value: number) => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value);
  return `G${String.fromCharCode(...bytes)}`;
};
const bytesOf = (...values: number[]) => String.fromCharCode(...new Uint8Array(Float32Array.from(values).buffer));
/** Storages: q of four int8, w of four float32, b and c of two, z of one int64. */
const KEYS = ['b', 'c', 'q', 'w', 'z'];
const DATA = [
  length(2) + bytesOf(0.5, 0.25),
  length(2) + bytesOf(0.5, 0.125),
  `${length(4)}\x01\x02\xff\x80`,
  length(4) + bytesOf(1, 2, 3, 4),
  length(1) + length(0),
].join('');
const vector = (key: string) => tensor(id(key, 'Float', 2), { shape: [2], strides: [1] });
const matrix = tensor(id('w'));
const scheme = (name: string, ...params: string[]) => `(ctorch\n${name}\n${params.join('')}t`;
const perTensor = scheme('per_tensor_affine', float(0.5), int(0));
const quantised = (params = perTensor) =>
  `ctorch._utils\n_rebuild_qtensor\n(${id('q', 'QInt8')}${int(0)}(${int(2)}${int(2)}t(${int(2)}${int(1)}t${params}\x89NtR`;
const scale = (value: number) => tensor(id('w'), { offset: value - 1, shape: [], strides: [] });
const zero = tensor(id('z', 'Long', 1), { shape: [], strides: [] });
const object = (type: string, state: string) => `ctorch\nScriptObject\n)\x81${state}${text(type)}\x86b`;
const LINEAR = '__torch__.torch.classes.quantized.LinearPackedParamsBase';
const CELL = '__torch__.torch.classes.rnn.CellParamsBase';

const packed = (value: string, more: Record<string, string> = {}) => ({
  '_packed_params._packed_params': value,
  '_packed_params.dtype': 'ctorch\nqint8\n',
  scale: scale(1),
  zero_point: zero,
  ...more,
});
/** Of all storages, whether a tensor has them or not. */
const file = (values: Record<string, string>) =>
  stream(dict({ a: vector('b'), b: vector('c'), c: quantised(), d: matrix, e: zero, ...values }), KEYS, DATA);
const read = (values: Record<string, string>, more: PyTorchConfig = {}) =>
  fromPyTorch(file(values), { ...config, ...more, ignore: ['a', 'b', 'c', 'd', 'e', ...(more.ignore ?? [])] });

describe('what quantised modules pack', () => {
  it('(matrix, no bias), of qint8 and of float16', () => {
    expect([...(read(packed(`${quantised()}N\x86`)).tensors.weight?.data ?? [])]).toEqual([0.5, 1, -0.5, -64]);
    const half = packed(`${matrix}N\x86`, { '_packed_params.dtype': 'ctorch\nfloat16\n' });
    expect([...(read(half).tensors.weight?.data ?? [])]).toEqual([1, 2, 3, 4]);
  });

  it('zero points, per tensor and per channel', () => {
    const shifted = scheme('per_tensor_affine', float(0.5), int(1));
    expect([...(read(packed(`${quantised(shifted)}N\x86`)).tensors.weight?.data ?? [])]).toEqual([0, 0.5, -1, -64.5]);
    const rows = scheme('per_channel_affine', vector('b'), vector('b'), int(0));
    expect([...(read(packed(`${quantised(rows)}N\x86`)).tensors.weight?.data ?? [])]).toEqual([
      0.25, 0.75, -0.3125, -32.0625,
    ]);
    const columns = scheme('per_channel_affine_float_qparams', vector('b'), vector('c'), int(1));
    expect([...(read(packed(`${quantised(columns)}N\x86`)).tensors.weight?.data ?? [])]).toEqual([
      0.25, 0.46875, -0.75, -32.03125,
    ]);
  });

  it('biases that stand twice, each with its own storage', () => {
    const of = (again: string) => {
      const linear = (bias: string) => object(LINEAR, `${quantised()}${bias}\x86`);
      const state = `(${text('quantized_dynamic')}](${vector('b')}${again}e]](${int(1)}e](${linear(vector('b'))}${linear(vector('c'))}et`;
      return { '_all_weight_values.0.param': object(CELL, state) };
    };
    // It is read as far as its sizes, which are no LSTM's.
    expect(refusal(() => read(of(vector('c'))))).toMatch(/^tensor "weight": missing/);
    expect(refusal(() => read(of(vector('b'))))).toBe(
      'tensor "_all_weight_values.0.param": biases that are not those of its matrices; expected the same ones',
    );
    expect(refusal(() => read(of('N')))).toMatch(/biases that are not those of its matrices/);
  });
});

const odd: [string, Record<string, string>, string][] = [
  [
    'a weight beside it',
    packed(`${quantised()}N\x86`, { weight: matrix }),
    'tensor "weight": stands beside what is packed; expected one of them, got _packed_params._packed_params',
  ],
  [
    'three values',
    packed(`${quantised()}NN\x87`),
    'tensor "_packed_params._packed_params": not a packed matrix; expected (a matrix of qint8 or float32, its bias), got 3 values',
  ],
  [
    'a vector',
    packed(`${vector('b')}N\x86`),
    'tensor "_packed_params._packed_params": not a packed matrix; expected (a matrix of qint8 or float32, its bias), got others',
  ],
  [
    'a bias of integers',
    packed(`${quantised()}${quantised()}\x86`),
    'tensor "_packed_params._packed_params": not a packed matrix; expected (a matrix of qint8 or float32, its bias), got others',
  ],
  [
    'another type',
    packed(`${matrix}N\x86`),
    'tensor "_packed_params._packed_params": another type than its module has; expected torch.float16, got "torch.qint8"',
  ],
  [
    'an output’s scale',
    packed(`${quantised()}N\x86`, { scale: scale(2) }),
    'tensor "_packed_params._packed_params": static quantisation; expected quantize_dynamic, or the model before it was quantised, got outputs of scale 2, zero point 0, version unknown of the module',
  ],
  [
    'no scale',
    { '_packed_params._packed_params': `${quantised()}N\x86` },
    'tensor "_packed_params._packed_params": static quantisation; expected quantize_dynamic, or the model before it was quantised, got outputs of scale undefined, zero point undefined, version unknown of the module',
  ],
  [
    'a quantised tensor by itself',
    { weight: quantised() },
    'tensor "weight": static quantisation; expected quantize_dynamic, or the model before it was quantised, got a quantised tensor that quantize_dynamic has none of',
  ],
  [
    'an object of another class',
    { 'conv._packed_params': object('__torch__.torch.classes.quantized.Conv2dPackedParamsBase', 'N') },
    `tensor "conv._packed_params": an object that is not read; expected ${LINEAR}, got "__torch__.torch.classes.quantized.Conv2dPackedParamsBase"`,
  ],
  [
    'an object for a layer',
    { '_all_weight_values.0.param': object(LINEAR, 'N') },
    `tensor "_all_weight_values.0.param": an object that is not read; expected ${CELL}, got "${LINEAR}"`,
  ],
  [
    'a layer of another kind',
    { '_all_weight_values.0.param': object(CELL, `(${text('quantized')}]]]]t`) },
    'tensor "_all_weight_values.0.param": parameters of a layer that are not read; expected quantized_dynamic or quantized_fp16, got "quantized"',
  ],
  [
    'a scale that is none',
    packed(`${quantised(scheme('per_tensor_affine', text('1'), int(0)))}N\x86`),
    'storage "q": not quantised per tensor; expected a scale and a zero point, got ["1", 0]',
  ],
  [
    'another quantizer',
    packed(`${quantised(scheme('qint8', float(1)))}N\x86`),
    'storage "q": a quantizer that is not known; expected per tensor or per channel, affine, got "torch.qint8"',
  ],
  [
    'scales of another length',
    packed(`${quantised(scheme('per_channel_affine', vector('b'), matrix, int(0)))}N\x86`),
    'storage "q": not quantised per channel; expected a scale and a zero point for each of an axis, got axis 0',
  ],
  [
    'an axis that is none',
    packed(`${quantised(scheme('per_channel_affine', vector('b'), vector('b'), int(2)))}N\x86`),
    'storage "q": not quantised per channel; expected a scale and a zero point for each of an axis, got axis 2',
  ],
];

describe('is refused where it is not as quantize_dynamic has it', () => {
  it.each(odd)('%s', (_, values, message) => {
    expect(refusal(() => read(values))).toBe(message);
  });

  it('a layer beside its own parts', () => {
    const linear = object(LINEAR, `${matrix}N\x86`);
    const param = object(CELL, `(${text('quantized_fp16')}]]]](${linear}${linear}et`);
    const layers = [{ type: 'rnn', hiddenSize: 2, bias: false }] as const;
    expect(read({ '_all_weight_values.0.param': param }, { layers }).nodes.length).toBe(1);
    expect(refusal(() => read({ '_all_weight_values.0.param': param, weight_ih_l0: matrix }, { layers }))).toBe(
      'tensor "weight_ih_l0": stands beside what is packed; expected one of them, got _all_weight_values.0.weight_ih',
    );
  });

  it('attributes that no object of torch.classes has', () => {
    const broken = `ctorch\nScriptObject\n)\x81${text('a')}b`;
    expect(refusal(() => read({ weight: broken }))).toMatch(
      /sets attributes; expected only _metadata of a state dict, and objects of TorchScript$/,
    );
  });

  it('in an object that is not built', () => {
    const inside = `c__main__\nNet\n)\x81}${text('q')}${object(LINEAR, `${matrix}N\x86`)}sb`;
    const two = stream(
      `}(${text('model')}${dict({ weight: tensor(id('v')) })}${text('other')}${inside}u`,
      ['v', 'w'],
      `${length(4)}${bytesOf(1, 2, 3, 4)}${length(4)}${bytesOf(1, 2, 3, 4)}`,
    );
    expect(refusal(() => fromPyTorch(two, config))).toBe(
      'file: tensors inside an object that is not built; expected config.stateDict: "model", if that is the whole model, got __main__.Net',
    );
  });
});
