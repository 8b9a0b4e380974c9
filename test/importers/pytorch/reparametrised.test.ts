import { describe, expect, it } from 'vitest';
import { ImportError } from '../../../src/errors.js';
import { fromPyTorch, type PyTorchConfig, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { writeSafetensors } from '../../../src/importers/safetensors/index.js';
import { drawn } from './cases.js';
import { dict, float4, id, length, stream, tensor } from './pickles.js';

type Tensors = Record<string, { shape: number[]; data: Float32Array }>;
const close = (got: Float32Array | undefined, expected: readonly number[]) => {
  expect(got?.length).toBe(expected.length);
  expected.forEach((value, k) => {
    expect(Math.abs((got?.[k] as number) - value)).toBeLessThan(1e-6 * Math.max(1, Math.abs(value)));
  });
};
const linear = (inputs: number): PyTorchConfig => ({
  inputSize: inputs,
  layers: [{ type: 'linear', bias: false, prefix: 'fc' }],
});
const weightOf = (tensors: Tensors, config: PyTorchConfig, name = 'fc.weight') =>
  fromPyTorch(writeSafetensors(tensors), config).tensors[name]?.data;

/** Both of PyTorch's forms of weight norm. */
const NORMS = [
  ['weight_norm', (name: string) => [`${name}_g`, `${name}_v`]],
  [
    'parametrizations.weight_norm',
    (name: string) => ['original0', 'original1'].map((end) => name.replace(/(\w+)$/, `parametrizations.$1.${end}`)),
  ],
] as const;

describe.each(NORMS)('%s', (_, names) => {
  const [g, v] = names('fc.weight') as [string, string];
  /** Each element by the norm of its slice, times the slice's magnitude. */
  const twin = (
    shape: readonly number[],
    data: Float32Array,
    magnitudes: Float32Array,
    sliceOf: (at: readonly number[]) => number,
  ) => {
    const places = [...data].map((_, k) =>
      shape.map((size, axis) => Math.floor(k / shape.slice(axis + 1).reduce((a, b) => a * b, 1)) % size),
    );
    const squares = new Map<number, number>();
    places.forEach((at, k) => {
      squares.set(sliceOf(at), (squares.get(sliceOf(at)) ?? 0) + (data[k] as number) ** 2);
    });
    return places.map(
      (at, k) =>
        ((magnitudes[sliceOf(at)] as number) * (data[k] as number)) / Math.sqrt(squares.get(sliceOf(at)) as number),
    );
  };

  it.each<[string, number[], number[], (at: readonly number[]) => number]>([
    ['dim 0', [4, 3], [4, 1], ([row]) => row as number],
    ['dim 1', [4, 3], [1, 3], ([, column]) => column as number],
    ['over all of it', [4, 3], [], () => 0],
    ['over all of it, as one row', [1, 3], [1, 1], () => 0],
    ['dim 0 of a square', [3, 3], [3, 1], ([row]) => row as number],
    ['dim 1 of a square', [3, 3], [1, 3], ([, column]) => column as number],
  ])('Linear, %s', (_, shape, lengths, sliceOf) => {
    const [magnitude, direction] = [drawn(1, ...lengths), drawn(2, ...shape)];
    const got = weightOf({ [g]: magnitude, [v]: direction }, linear(3));
    close(got, twin(shape, direction.data, magnitude.data, sliceOf));
  });

  it.each([0, 1, 2])('Conv1d, dim %d', (dim) => {
    const shape = [4, 3, 2];
    const [magnitude, direction] = [
      drawn(3, ...shape.map((size, axis) => (axis === dim ? size : 1))),
      drawn(4, ...shape),
    ];
    const [gOf, vOf] = names('conv.weight') as [string, string];
    const layers = [{ type: 'conv1d', bias: false, prefix: 'conv' }] as const;
    const got = weightOf({ [gOf]: magnitude, [vOf]: direction }, { inputSize: 3, layers }, 'conv.weight');
    const expected = twin(shape, direction.data, magnitude.data, (at) => at[dim] as number);
    // As the model has it: (out, kernel, in).
    close(
      got,
      [0, 1, 2, 3].flatMap((o) => [0, 1].flatMap((k) => [0, 1, 2].map((i) => expected[o * 6 + i * 2 + k] as number))),
    );
  });

  it('LSTM: any of its tensors, and the report says out of what', () => {
    const [gOf, vOf] = names('rnn.weight_hh_l0') as [string, string];
    const [magnitude, direction] = [drawn(5, 8, 1), drawn(6, 8, 2)];
    const tensors = {
      'rnn.weight_ih_l0': drawn(7, 8, 3),
      'rnn.bias_ih_l0': drawn(8, 8),
      'rnn.bias_hh_l0': drawn(9, 8),
      [gOf]: magnitude,
      [vOf]: direction,
    };
    // Also without a config: it is one module.
    for (const config of [{ inputSize: 3, layers: [{ type: 'lstm', prefix: 'rnn', hiddenSize: 2 }] } as const, {}]) {
      const { spec, report } = readPyTorch(writeSafetensors(tensors), config);
      close(
        spec.tensors['rnn.weight_hh_l0']?.data,
        twin([8, 2], direction.data, magnitude.data, ([row]) => row as number),
      );
      expect(report.tensors).toContainEqual({
        tensor: `${gOf}, ${vOf}`,
        shape: [8, 2],
        becomes: 'rnn.weightHh',
        how: expect.stringMatching(/same order; weight norm: g·v \/ ‖v‖$/),
      });
    }
  });

  it('a module that is the file', () => {
    const [gOf, vOf] = names('weight').map((name) => name.replace(/^\./, '')) as [string, string];
    const config: PyTorchConfig = { inputSize: 3, layers: [{ type: 'linear', bias: false }] };
    close(
      weightOf(
        {
          [gOf]: { shape: [1, 1], data: Float32Array.of(2) },
          [vOf]: { shape: [1, 3], data: Float32Array.of(0, 3, 4) },
        },
        config,
        'weight',
      ),
      [0, 1.2, 1.6],
    );
  });

  it('a direction of zeros is as it is in PyTorch: no number', () => {
    const zeros = { shape: [1, 3], data: new Float32Array(3) };
    expect([...(weightOf({ [g]: drawn(1, 1, 1), [v]: zeros }, linear(3)) ?? [])]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  it.each<[string, number[]]>([
    ['as many as elements', [4, 3]],
    ['of another axis', [3, 1]],
    ['of one axis less', [4]],
  ])('refuses magnitudes %s', (_, shape) => {
    const read = () => weightOf({ [g]: drawn(1, ...shape), [v]: drawn(2, 4, 3) }, linear(3));
    expect(read).toThrow(ImportError);
    expect(read).toThrow(
      `tensor "fc.weight": weight norm of other shapes; expected g of one axis of v's (4, 3), got (${shape.join(', ')})`,
    );
  });
});

const SPECTRAL = [
  ['spectral_norm', (name: string) => ['orig', 'u', 'v'].map((end) => `${name}_${end}`)],
  [
    'parametrizations.spectral_norm',
    (name: string) => ['original', '0._u', '0._v'].map((end) => name.replace(/(\w+)$/, `parametrizations.$1.${end}`)),
  ],
] as const;

describe.each(SPECTRAL)('%s', (_, names) => {
  const [w, u, v] = names('fc.weight') as [string, string, string];
  const unit = (values: readonly number[]) => {
    const size = Math.hypot(...values);
    return values.map((value) => value / size);
  };
  const vector = (values: readonly number[]) => ({ shape: [values.length], data: Float32Array.from(values) });
  /** What a training leaves: a step of the power iteration on the matrix of an axis, and σ = uᵀ·W·v. */
  const trained = (matrix: readonly (readonly number[])[]) => {
    const columns = (matrix[0] as readonly number[]).map((_, j) => matrix.map((row) => row[j] as number));
    const start = unit(matrix.map((_, i) => 1 + i));
    const right = unit(
      columns.map((column) => column.reduce((sum, value, i) => sum + value * (start[i] as number), 0)),
    );
    const product = matrix.map((row) => row.reduce((sum, value, j) => sum + value * (right[j] as number), 0));
    const left = unit(product);
    return { left, right, sigma: product.reduce((sum, value, i) => sum + value * (left[i] as number), 0) };
  };
  const rowsOf = (data: Float32Array, columns: number) =>
    Array.from({ length: data.length / columns }, (_, i) => [...data.slice(i * columns, (i + 1) * columns)]);
  const turned = (rows: number[][]) => (rows[0] as number[]).map((_, j) => rows.map((row) => row[j] as number));

  it.each<[string, number, number, number]>([
    ['dim 0', 4, 3, 0],
    ['dim 1', 4, 3, 1],
    ['dim 0 of a square', 3, 3, 0],
    ['dim 1 of a square', 3, 3, 1],
  ])('Linear, %s', (_, rows, columns, dim) => {
    const weight = drawn(11, rows, columns);
    const matrix = rowsOf(weight.data, columns);
    const { left, right, sigma } = trained(dim === 0 ? matrix : turned(matrix));
    const got = weightOf({ [w]: weight, [u]: vector(left), [v]: vector(right) }, linear(columns));
    close(
      got,
      [...weight.data].map((value) => value / sigma),
    );
  });

  it('Conv1d: rows are its outputs', () => {
    const weight = drawn(12, 3, 3, 2);
    const { left, right, sigma } = trained(rowsOf(weight.data, 6));
    const [wOf, uOf, vOf] = names('conv.weight') as [string, string, string];
    const layers = [{ type: 'conv1d', bias: false, prefix: 'conv' }] as const;
    const got = weightOf(
      { [wOf]: weight, [uOf]: vector(left), [vOf]: vector(right) },
      { inputSize: 3, layers },
      'conv.weight',
    );
    close(
      got,
      [0, 1, 2].flatMap((o) =>
        [0, 1].flatMap((k) => [0, 1, 2].map((i) => (weight.data[o * 6 + i * 2 + k] as number) / sigma)),
      ),
    );
  });

  it('a symmetric matrix is the same along both axes', () => {
    const weight = { shape: [2, 2], data: Float32Array.of(2, 1, 1, 3) };
    const { left, right, sigma } = trained(rowsOf(weight.data, 2));
    close(
      weightOf({ [w]: weight, [u]: vector(left), [v]: vector(right) }, linear(2)),
      [2, 1, 1, 3].map((value) => value / sigma),
    );
  });

  it('refuses vectors of which no one can say whose they are', () => {
    const read = (left: number[], right: number[]) =>
      weightOf({ [w]: drawn(13, 3, 3), [u]: vector(left), [v]: vector(right) }, linear(3));
    expect(() => read([0.6, 0, 0.8], [0, 1, 0])).toThrow(
      'tensor "fc.weight": spectral norm along an axis that cannot be told; expected vectors of one of the axes 0, 1',
    );
    expect(() => read([1, 0], [0, 1, 0])).toThrow(
      'tensor "fc.weight": spectral norm of other shapes; expected vectors for (3, 3), got (2), (3)',
    );
  });
});

describe('pruning', () => {
  it('masks weights and biases, also of what is normed', () => {
    const [weight, bias] = [drawn(21, 2, 3), drawn(22, 2)];
    const mask = { shape: [2, 3], data: Float32Array.of(1, 0, 1, 0.5, 0, 1) };
    const config: PyTorchConfig = { inputSize: 3, layers: [{ type: 'linear', prefix: 'fc' }] };
    const { spec, report } = readPyTorch(
      writeSafetensors({
        'fc.weight_orig': weight,
        'fc.weight_mask': mask,
        'fc.bias_orig': bias,
        'fc.bias_mask': { shape: [2], data: Float32Array.of(0, 1) },
      }),
      config,
    );
    expect([...(spec.tensors['fc.weight']?.data ?? [])]).toEqual(
      [...weight.data].map((value, k) => Math.fround(value * (mask.data[k] as number))),
    );
    expect([...(spec.tensors['fc.bias']?.data ?? [])]).toEqual([0, bias.data[1]]);
    expect(report.tensors[0]).toMatchObject({
      tensor: 'fc.weight_orig, fc.weight_mask',
      how: 'one row per output; pruned: W ∘ mask',
    });

    const normed = readPyTorch(
      writeSafetensors({
        'fc.weight_g': { shape: [1, 1], data: Float32Array.of(5) },
        'fc.weight_v_mask': { shape: [1, 3], data: Float32Array.of(0, 1, 1) },
        'fc.weight_v_orig': { shape: [1, 3], data: Float32Array.of(9, 3, 4) },
      }),
      linear(3),
    );
    close(normed.spec.tensors['fc.weight']?.data, [0, 3, 4]);
    expect(normed.report.tensors[0]).toMatchObject({
      tensor: 'fc.weight_g, fc.weight_v_orig, fc.weight_v_mask',
      how: 'one row per output; pruned: W ∘ mask; weight norm: g·v / ‖v‖',
    });
  });

  it('refuses a mask of another shape, and a weight beside its parts', () => {
    const [weight, mask] = [drawn(21, 2, 3), drawn(22, 3, 2)];
    expect(() => weightOf({ 'fc.weight_orig': weight, 'fc.weight_mask': mask }, linear(3))).toThrow(
      'tensor "fc.weight": a mask of another shape; expected (2, 3), got (3, 2)',
    );
    expect(() =>
      weightOf({ 'fc.weight': weight, 'fc.weight_orig': weight, 'fc.weight_mask': weight }, linear(3)),
    ).toThrow(
      'tensor "fc.weight": stands beside its own parts; expected one of them, got fc.weight_orig, fc.weight_mask',
    );
  });
});

describe('parametrizations that are not honoured', () => {
  const message =
    'a parametrization that is not honoured; expected weight_norm or spectral_norm alone; else torch.nn.utils.parametrize.remove_parametrizations before saving';
  it.each<[string, string[]]>([
    ['one of its own', ['fc.parametrizations.weight.original']],
    ['orthogonal', ['fc.parametrizations.weight.original', 'fc.parametrizations.weight.0.base']],
    [
      'spectral norm and more',
      ['original', '0._u', '0._v', '1.scale'].map((end) => `fc.parametrizations.weight.${end}`),
    ],
  ])('%s', (_, names) => {
    const tensors = Object.fromEntries(
      names.map((name, k) => [name, name.endsWith('_u') || name.endsWith('_v') ? drawn(k, 3) : drawn(k, 3, 3)]),
    );
    expect(() => weightOf(tensors, linear(3))).toThrow(message);
  });

  it('a second one without tensors, where the file has the paths of its modules', () => {
    const tensors = {
      'parametrizations.weight.original0': tensor(id('a'), { shape: [1, 1], strides: [1, 1] }),
      'parametrizations.weight.original1': tensor(id('a')),
    };
    const of = (...paths: string[]) => {
      const [open, rest] = [
        `ccollections\nOrderedDict\n)R${dict(tensors).slice(1)}`,
        `}X\x09\0\0\0_metadata}(${paths.map((path) => `X${String.fromCharCode(path.length)}\0\0\0${path}}`).join('')}usb`,
      ];
      return stream(`${open}${rest}`, ['a'], `${length(4)}${float4}`);
    };
    const config: PyTorchConfig = { inputSize: 2, layers: [{ type: 'linear', bias: false }] };
    const paths = ['', 'parametrizations', 'parametrizations.weight', 'parametrizations.weight.0'];
    const data = fromPyTorch(of(...paths), config).tensors.weight?.data;
    close(
      data,
      [1, 2, 3, 4].map((value) => value / Math.sqrt(30)),
    );
    expect(fromPyTorch(of(...paths), { inputSize: 2, assume: 'chain', ignore: [] }).nodes.length).toBe(1);
    expect(() => fromPyTorch(of(...paths, 'parametrizations.weight.1'), config)).toThrow(
      `module parametrizations.weight.1: ${message}`,
    );
  });
});
