import { describe, expect, it } from 'vitest';
import { fromOnnx, type OnnxOptions } from '../../../src/importers/onnx/index.js';
import { createModel } from '../../../src/index.js';
import { randomFloats } from '../../support/random.js';
import { expectClose, refusal } from '../support.js';
import { float, floats, type Input, ints, model, node, type Parts } from './build.js';
import { CHANNELS, FIXED, SEQUENCE } from './refused.js';

// What an absent attribute means by the operators' specification (https://onnx.ai/onnx/operators, ONNX Runtime's of com.microsoft):
// as if its default stood there, and not as if another value did.

type Given = NonNullable<Parameters<typeof node>[3]>;

interface Row {
  readonly op: string;
  readonly key: string;
  readonly value: Given[string];
  /** Each makes another model, or none. */
  readonly others: readonly Given[string][];
  readonly inputs?: string;
  readonly with?: Given;
  readonly outputs?: string;
  readonly init?: Parts['init'];
  readonly x?: Input;
  readonly opset?: number;
  readonly domain?: string;
  readonly options?: OnnxOptions;
}

const SIX = { s: floats([6]), b: floats([6]), m: floats([6]), v: floats([6], [1, 2, 3, 4, 5, 6]) };
const TIMED: Partial<Row> = { x: { dims: ['batch', 6, 'time'] }, options: CHANNELS };
const STEPS: Partial<Row> = { x: { dims: ['batch', 4, 6] }, options: FIXED };
const row = (op: string, key: string, value: Row['value'], others: Row['others'], more: Partial<Row> = {}): Row => ({
  op,
  key,
  value,
  others,
  ...more,
});
const cell = (gates: number, more: Partial<Row> = {}): Partial<Row> => ({
  inputs: 'X W R',
  init: { W: floats([1, gates * 4, 6]), R: floats([1, gates * 4, 4]) },
  x: { dims: ['time', 'batch', 6] },
  options: { axes: { X: ['time', 'batch', 'features'] } },
  ...more,
});
const CELLS = { LSTM: 4, GRU: 3, RNN: 1 };
/** Functions of cells with alpha and beta, as their operators default. */
const FUNCTIONS: readonly [name: string, alpha: number, others: readonly number[], beta?: number][] = [
  ['HardSigmoid', 0.2, [1 / 6, 0.25], 0.5],
  ['Elu', 1, [0.5]],
  ['LeakyRelu', 0.01, [0.1, 0.3]],
  ['ThresholdedRelu', 1, [0, 0.5]],
  ['Affine', 1, [0.5], 0],
  ['ScaledTanh', 1, [0.5], 1],
];
const convolution: Partial<Row> = { inputs: 'X W', init: { W: floats([4, 6, 2]) }, ...TIMED };
const transposed: Partial<Row> = { ...convolution, init: { W: floats([6, 4, 2]) } };
const pool: Partial<Row> = { ...TIMED, with: { kernel_shape: [3] } };

const ROWS: readonly Row[] = [
  row('LeakyRelu', 'alpha', float(0.01), [float(0.1), float(0.3)]),
  row('ThresholdedRelu', 'alpha', float(1), [float(0)]),
  row('Elu', 'alpha', float(1), [float(0.5)]),
  row('HardSigmoid', 'alpha', float(0.2), [float(1 / 6)]),
  row('HardSigmoid', 'beta', float(0.5), [float(0)]),
  row('Gelu', 'approximate', 'none', ['tanh'], { opset: 20 }),
  row('Selu', 'alpha', float(1.6732632423543772), [float(1)]),
  row('Selu', 'gamma', float(1.0507009873554805), [float(1)]),
  row('LayerNormalization', 'epsilon', float(1e-5), [float(1e-3), float(1e-12)], { inputs: 'X s', init: SIX }),
  row('LayerNormalization', 'axis', -1, [1], { inputs: 'X s', init: SIX, ...STEPS }),
  row('BatchNormalization', 'epsilon', float(1e-5), [float(1e-3)], { inputs: 'X s b m v', init: SIX, ...TIMED }),
  row('BatchNormalization', 'training_mode', 0, [1], { inputs: 'X s b m v', init: SIX, ...TIMED }),
  row('SkipLayerNormalization', 'epsilon', float(1e-12), [float(1e-5), float(1e-3)], {
    inputs: 'X X s',
    init: SIX,
    domain: 'com.microsoft',
  }),
  row('Softmax', 'axis', -1, [1], { opset: 13, ...STEPS }),
  row('Softmax', 'axis', 1, [-1], { opset: 12, ...STEPS }),
  row('LogSoftmax', 'axis', -1, [1], { opset: 13, ...STEPS }),
  row('LogSoftmax', 'axis', 1, [2], { opset: 12, ...STEPS }),
  row('ReduceMean', 'keepdims', 1, [0], { with: { axes: [2] }, outputs: 'r' }),
  row('ReduceMax', 'axes', [0, 1], [[0], [1]], { inputs: 'table', init: { table: floats([6, 6]) }, outputs: 'r' }),
  row('ReduceSum', 'noop_with_empty_axes', 0, [1], { inputs: 'table', init: { table: floats([6, 6]) }, outputs: 'r' }),
  row('Concat', 'axis', 1, [2], { inputs: 'X X', opset: 7, ...STEPS }),
  row('Gather', 'axis', 0, [2], {
    inputs: 'table i',
    init: { table: floats([6, 6]), i: ints([1, 3, 2, 0, 5, 4]) },
    outputs: 'g',
  }),
  row('Split', 'axis', 0, [1], {
    inputs: 'table',
    init: { table: floats([12, 6]) },
    outputs: 'g h',
    with: { num_outputs: 2 },
    opset: 18,
  }),
  row('Flatten', 'axis', 1, [2], { ...STEPS, outputs: 'f', init: { W: floats([24, 2]) } }),
  row('Transpose', 'perm', [1, 0], [[0, 1]], { inputs: 'table', init: { table: floats([6, 6]) }, outputs: 'g' }),
  row('Pad', 'mode', 'constant', ['edge', 'reflect'], { inputs: 'X p', init: { p: ints([0, 1, 0, 0, 2, 0]) } }),
  row('Pad', 'value', float(0), [float(1)], { with: { pads: [0, 1, 0, 0, 2, 0] }, opset: 10 }),
  row('Clip', 'min', float(-3.4028234663852886e38), [float(0)], { opset: 10, with: { max: float(2) } }),
  row('Clip', 'max', float(3.4028234663852886e38), [float(6)], { opset: 10, with: { min: float(0) } }),
  row('ReverseSequence', 'time_axis', 0, [1], {
    inputs: 'X l',
    init: { l: ints([6, 6]) },
    x: { dims: [6, 'batch', 6] },
    options: { axes: { X: ['fixed', 'batch', 'features'] } },
  }),
  row('Gemm', 'alpha', float(1), [float(0.5)], {
    inputs: 'X W c',
    init: { W: floats([6, 4]), c: floats([4]) },
    x: { dims: ['batch', 6] },
    options: {},
  }),
  row('Gemm', 'beta', float(1), [float(0.5)], {
    inputs: 'X W c',
    init: { W: floats([6, 4]), c: floats([4]) },
    x: { dims: ['batch', 6] },
    options: {},
  }),
  row('Gemm', 'transB', 0, [1], { inputs: 'X W', init: { W: floats([6, 6]) }, x: { dims: ['batch', 6] }, options: {} }),
  row('Gemm', 'transA', 0, [1], { inputs: 'X W', init: { W: floats([6, 6]) }, x: { dims: ['batch', 6] }, options: {} }),
  ...['transA', 'transB', 'transBatchA', 'transBatchB'].map((key) =>
    row('FusedMatMul', key, 0, key.startsWith('transBatch') ? [] : [1], {
      inputs: 'X W',
      init: { W: floats([6, 6]) },
      domain: 'com.microsoft',
    }),
  ),
  row('FusedMatMul', 'alpha', float(1), [float(0.5)], {
    inputs: 'X W',
    init: { W: floats([6, 6]) },
    domain: 'com.microsoft',
  }),
  row('Conv', 'strides', [1], [[2]], convolution),
  row('Conv', 'dilations', [1], [[2]], convolution),
  row(
    'Conv',
    'pads',
    [0, 0],
    [
      [1, 0],
      [0, 1],
    ],
    convolution,
  ),
  row('Conv', 'auto_pad', 'NOTSET', ['SAME_UPPER', 'SAME_LOWER'], convolution),
  row('Conv', 'kernel_shape', [2], [[3]], convolution),
  row('Conv', 'group', 1, [2], convolution),
  row('ConvTranspose', 'strides', [1], [[2]], transposed),
  row('ConvTranspose', 'dilations', [1], [[2]], transposed),
  row('ConvTranspose', 'output_padding', [0], [[1]], { ...transposed, with: { strides: [2] } }),
  row('ConvTranspose', 'group', 1, [2], transposed),
  ...['MaxPool', 'AveragePool'].flatMap((op) => [
    row(op, 'strides', [1], [[2], [3]], pool),
    row(op, 'dilations', [1], [[2]], { ...pool, opset: 19 }),
    row(op, 'ceil_mode', 0, [1], { ...pool, with: { kernel_shape: [3], strides: [2] } }),
    row(op, 'pads', [0, 0], [[1, 1]], pool),
  ]),
  row('AveragePool', 'count_include_pad', 0, [1], { ...pool, with: { kernel_shape: [3], pads: [1, 1] } }),
  ...Object.entries(CELLS).flatMap(([op, gates]) => [
    row(op, 'direction', 'forward', ['reverse'], cell(gates)),
    row(op, 'hidden_size', 4, [3], cell(gates)),
    row(op, 'layout', 0, [1], cell(gates)),
    row(
      op,
      'activations',
      { LSTM: ['Sigmoid', 'Tanh', 'Tanh'], GRU: ['Sigmoid', 'Tanh'], RNN: ['Tanh'] }[op] as string[],
      [{ LSTM: ['HardSigmoid', 'Tanh', 'Tanh'], GRU: ['HardSigmoid', 'Tanh'], RNN: ['Relu'] }[op] as string[]],
      cell(gates),
    ),
    ...FUNCTIONS.flatMap(([name, alpha, others, beta]) => {
      const activations = { LSTM: [name, name, name], GRU: [name, name], RNN: [name] }[op] as string[];
      const all = (value: number) => ({ floats: activations.map(() => value) });
      return [
        row(op, 'activation_alpha', all(alpha), others.map(all), cell(gates, { with: { activations } })),
        ...(beta === undefined
          ? []
          : [row(op, 'activation_beta', all(beta), [all(beta + 0.25)], cell(gates, { with: { activations } }))]),
      ];
    }),
  ]),
  row('LSTM', 'input_forget', 0, [1], cell(4)),
  row('GRU', 'linear_before_reset', 0, [1], cell(3)),
];

/** As float32 attributes have them. */
const rounded = (spec: unknown): unknown =>
  JSON.parse(JSON.stringify(spec, (_, value) => (typeof value === 'number' ? Math.fround(value) : value)));

describe('ONNX: an attribute that is left out means its default', () => {
  const read = (one: Row, given?: Given[string]): unknown => {
    const attributes = { ...one.with, ...(given !== undefined && { [one.key]: given }) };
    const first = node(one.op, one.inputs ?? 'X', one.outputs ?? 'Y', attributes, one.domain);
    const joined =
      {
        g: [node('MatMul', 'X g')],
        r: [node('Mul', 'X r')],
        f: [node('MatMul', 'f W')],
      }[one.outputs?.[0] ?? ''] ?? [];
    const bytes = model({
      nodes: [first, ...joined],
      init: one.init ?? {},
      opset: one.opset ?? 17,
      ...(one.x && { inputs: { X: one.x } }),
    });
    return rounded(fromOnnx(bytes, one.options ?? SEQUENCE));
  };
  const named = ROWS.map((one) => {
    const cellFunctions = one.with?.activations ? ` of ${one.with.activations}` : '';
    return [`${one.op}-${one.opset ?? 17}: ${one.key}${cellFunctions}`, one] as const;
  });

  it.each(named)('%s', (_, one) => {
    const absent = read(one);
    expect(read(one, one.value)).toEqual(absent);
    for (const other of one.others) {
      let changed: unknown;
      try {
        changed = read(one, other);
      } catch (error) {
        expect((error as Error).message).toMatch(/^node /);
      }
      expect(changed, JSON.stringify(other)).not.toEqual(absent);
    }
  });
});

describe('ONNX: what small models compute', () => {
  const run = async (parts: Parts, x: Float32Array, options: OnnxOptions = SEQUENCE): Promise<Float32Array> => {
    const opened = await createModel(fromOnnx(model(parts), options));
    const y = opened.runNamed({ [opened.graph.inputs[0]?.name as string]: x });
    opened.dispose();
    return (Object.values(y)[0] as { data: Float32Array }).data;
  };
  const x = randomFloats(4 * 6, 2);

  it('Softmax before 13 is over all axes from its own on', async () => {
    const fixed: Parts = {
      nodes: [node('Softmax', 'X', 'Y', { axis: 1 })],
      inputs: { X: { dims: ['batch', 4, 6] } },
      opset: 12,
    };
    const y = await run(fixed, x, FIXED);
    const total = x.reduce((sum, value) => sum + Math.exp(value), 0);
    expectClose(
      y,
      Array.from(x, (value) => Math.exp(value) / total),
    );
    const rows = await run({ ...fixed, opset: 13, nodes: [node('Softmax', 'X', 'Y', { axis: 2 })] }, x, FIXED);
    expectClose(
      rows,
      Array.from(x, (value, i) => {
        const from = Math.floor(i / 6) * 6;
        return Math.exp(value) / x.subarray(from, from + 6).reduce((sum, own) => sum + Math.exp(own), 0);
      }),
    );
  });

  it.each([
    [
      [7, -7, 7, -7, 6, 0],
      [2, 2, -2, -2, -3, 5],
      [3, -3, -3, 3, -2, 0],
    ],
    [
      [1, -1, 9, -9, 8, -8],
      [3, 3, 10, 10, -3, -3],
      [0, 0, 0, 0, -2, 2],
    ],
  ])('integer Div of %j and %j cuts towards zero', async (a, b, wanted) => {
    const parts: Parts = {
      nodes: [node('Div', 'a b', 'q'), node('Cast', 'q', 'f', { to: 1 }), node('Add', 'X f')],
      init: { a: ints(a), b: ints(b) },
    };
    const zero = new Float32Array(6);
    expect([...(await run(parts, zero))].map((value) => value + 0)).toEqual(wanted);
  });

  it('floating Div does not', async () => {
    const parts: Parts = {
      nodes: [node('Div', 'a b', 'f'), node('Add', 'X f')],
      init: { a: floats([6], [7, -7, 1, 1, 1, 9]), b: floats([6], [2, 2, 4, -4, 8, 2]) },
    };
    expect([...(await run(parts, new Float32Array(6)))]).toEqual([3.5, -3.5, 0.25, -0.25, 0.125, 4.5]);
  });

  it('DequantizeLinear scales along its axis, 1 unless given', async () => {
    const q = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    const scale = [1, 10, 100];
    for (const [attributes, at] of [
      [{}, (i: number) => i % 3],
      [{ axis: 1 }, (i: number) => i % 3],
      [{ axis: 0 }, (i: number) => Math.floor(i / 3)],
    ] as const) {
      const quantised: Parts = {
        nodes: [node('DequantizeLinear', 'q s', 'W', attributes), node('MatMul', 'X W')],
        init: { q: ints(q, [3, 3]), s: floats([3], scale) },
        inputs: { X: { dims: ['batch', 'time', 3] } },
      };
      const plain: Parts = {
        nodes: [node('MatMul', 'X W')],
        init: {
          W: floats(
            [3, 3],
            q.map((value, i) => value * (scale[at(i)] as number)),
          ),
        },
        inputs: { X: { dims: ['batch', 'time', 3] } },
      };
      expectClose(await run(quantised, x.subarray(0, 6)), await run(plain, x.subarray(0, 6)));
    }
  });

  it.each([
    [18, [1], [1, 2]],
    [18, [2], [1, 2]],
    [18, [-1], [0, 3]],
    [18, [2, 1], [1, 0, 0, 2]],
  ])('Pad-%i of axes %j by %j is the Pad of all axes', async (opset, axes, pads) => {
    const all = [0, 0, 0, 0, 0, 0];
    axes.forEach((axis, index) => {
      all[(axis + 3) % 3] = pads[index] as number;
      all[((axis + 3) % 3) + 3] = pads[index + axes.length] as number;
    });
    const with18: Parts = { nodes: [node('Pad', 'X p _ a')], init: { p: ints(pads), a: ints(axes) }, opset };
    const whole: Parts = { nodes: [node('Pad', 'X p')], init: { p: ints(all) } };
    expectClose(await run(with18, x), await run(whole, x));
  });

  it.each([
    [7, 3, [3, 3, 1]],
    [6, 4, [2, 2, 2, 0]],
    [5, 2, [3, 2]],
    [6, 3, [2, 2, 2]],
  ])('Split-18 of %i into %i is into %j', async (size, parts, lengths) => {
    const names = lengths.map((_, i) => `p${i}`);
    const made: Parts = {
      nodes: [
        node('Split', 'X', names.join(' '), { num_outputs: parts, axis: 2 }),
        node('Concat', [...names].reverse().join(' '), 'Y', { axis: 2 }),
      ],
      inputs: { X: { dims: ['batch', 'time', size] } },
      opset: 18,
    };
    const x = Float32Array.from({ length: size }, (_, i) => i);
    if (lengths.includes(0)) {
      expect(refusal(() => fromOnnx(model(made), SEQUENCE))).toMatch(/\(Split\)/);
      return;
    }
    const starts = lengths.map((_, i) => lengths.slice(0, i).reduce((a, b) => a + b, 0));
    const wanted = lengths.flatMap((length, i) =>
      [...x.subarray(starts[i], (starts[i] as number) + length)].map((v) => [i, v] as const),
    );
    const reversed = lengths
      .map((_, i) => i)
      .reverse()
      .flatMap((i) => wanted.filter(([part]) => part === i).map(([, v]) => v));
    expect([...(await run(made, x))]).toEqual(reversed);
  });

  const both = { W: floats([2, 16, 6]), R: floats([2, 16, 4]), B: floats([2, 32]) };
  const TIME_FIRST: OnnxOptions = { axes: { X: ['time', 'batch', 'features'] } };
  const timeFirst = { X: { dims: ['time', 'batch', 6] } };

  it('both directions have functions of their own', () => {
    const of = (...activations: string[]) =>
      fromOnnx(
        model({
          nodes: [node('LSTM', 'X W R B', 'y', { direction: 'bidirectional', activations }), node('Tanh', 'y')],
          init: both,
          inputs: timeFirst,
        }),
        TIME_FIRST,
      );
    const [forward, backward] = [
      ['Sigmoid', 'Tanh', 'Softsign'],
      ['HardSigmoid', 'Relu', 'Affine'],
    ] as const;
    const { nodes } = of(...forward, ...backward);
    const found = nodes.find(({ type }) => type === 'bidirectional') as unknown as Record<
      'forward' | 'backward',
      { activations: Record<string, unknown> }
    >;
    expect(found.forward.activations).toEqual({
      i: 'sigmoid',
      f: 'sigmoid',
      g: 'tanh',
      o: 'sigmoid',
      output: 'softsign',
    });
    const hard = { type: 'hard_sigmoid', alpha: 0.2, beta: 0.5 };
    expect(found.backward.activations).toEqual({
      i: hard,
      f: hard,
      g: 'relu',
      o: hard,
      output: { type: 'affine', alpha: 1, beta: 0 },
    });
  });

  describe('constant sequence_lens', () => {
    const init = { W: floats([1, 16, 6]), R: floats([1, 16, 4]) };
    const made = (lengths: number[]): Parts => ({
      nodes: [node('LSTM', 'X W R _ l')],
      init: { ...init, l: ints(lengths) },
      inputs: { X: { dims: [5, 'batch', 6] } },
    });
    const options: OnnxOptions = { axes: { X: ['fixed', 'batch', 'features'] } };

    it.each([
      ['one row whole', [5, 3]],
      ['the other row whole', [3, 5]],
      ['more than there is in one', [5, 6]],
    ])('are refused where they differ from row to row: %s', (_, lengths) => {
      expect(refusal(() => fromOnnx(model(made(lengths)), options))).toMatch(
        /constant sequence_lens that differ from row to row; expected one for all rows, or an input, got \d, \d$/,
      );
    });

    it('say nothing where they are the whole time, and are lengths where all are shorter', async () => {
      const data = randomFloats(5 * 6, 4);
      const run = async (lengths: number[]): Promise<Float32Array> => {
        const opened = await createModel(fromOnnx(model(made(lengths)), options));
        return (Object.values(opened.runNamed({ X: { data, shape: [5, 1, 6] } }))[0] as { data: Float32Array }).data;
      };
      const [whole, shorter] = [await run([5, 5]), await run([3, 3])];
      expectClose(shorter.subarray(0, 12), whole.subarray(0, 12));
      expect([...shorter.subarray(12)]).toEqual(Array(8).fill(0));
      expect(whole.subarray(12).every((value) => value !== 0)).toBe(true);
    });
  });

  it.each([
    ['LSTM', 4],
    ['GRU', 3],
    ['RNN', 1],
  ] as const)('%s: an initial state of layout 1 is that of layout 0, transposed', async (type, gates) => {
    const states = Array.from({ length: 8 }, (_, i) => ((i * 5) % 7) / 7 - 0.4);
    const init = { W: floats([2, gates * 4, 6]), R: floats([2, gates * 4, 4]) };
    const common = { direction: 'bidirectional' };
    const cells = type === 'LSTM' ? ' h0' : '';
    /** Two rows of state that are the same: a constant serves every row. */
    const rows = (layout: number): number[] => {
      const [forward, backward] = [states.slice(0, 4), states.slice(4)];
      return layout === 0
        ? [...forward, ...forward, ...backward, ...backward]
        : [...forward, ...backward, ...forward, ...backward];
    };
    const one: Parts = {
      nodes: [node(type, `X W R _ _ h0${cells}`, 'y', { ...common, layout: 1 }), node('Reshape', 'y r')],
      init: { ...init, h0: floats([2, 2, 4], rows(1)), r: ints([0, 0, -1]) },
      opset: 14,
    };
    const zero: Parts = {
      nodes: [
        node('Transpose', 'X', 't', { perm: [1, 0, 2] }),
        node(type, `t W R _ _ h0${cells}`, 'y', common),
        node('Transpose', 'y', 'u', { perm: [2, 0, 1, 3] }),
        node('Reshape', 'u r'),
      ],
      init: { ...init, h0: floats([2, 2, 4], rows(0)), r: ints([0, 0, -1]) },
      opset: 14,
    };
    const [a, b] = [await run(one, x), await run(zero, x)];
    expectClose(a, b);
    const plain = await run(
      { ...one, nodes: [node(type, 'X W R', 'y', { ...common, layout: 1 }), node('Reshape', 'y r')] },
      x,
    );
    expect(a).not.toEqual(plain);
  });
});
