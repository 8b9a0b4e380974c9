import { readFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import type { ImportLimits } from '../../../src/importers/shared/budget.js';
import {
  fromTensorFlow,
  readBundle,
  readNpy,
  readNpz,
  readTensorFlow,
  type TensorFlowConfig,
} from '../../../src/importers/tensorflow/index.js';
import { createModel } from '../../../src/index.js';
import { largestDifference } from '../../support/bits.js';
import { builds } from '../../support/builds.js';
import { npy } from '../npy.js';
import { drawn, expectClose, floats, refusal } from '../support.js';

interface Case {
  readonly name: string;
  readonly config: TensorFlowConfig & Required<Pick<TensorFlowConfig, 'layers'>>;
  readonly seed: number;
  readonly shape: number[];
  readonly index: string;
  readonly data: string;
  readonly output: { shape: number[]; data: string };
}
const cases: Case[] = [
  'checkpoints',
  'saved-models',
  'checkpoints-1.0',
  'checkpoints-0.12',
  'checkpoints-norm',
].flatMap((name) =>
  JSON.parse(readFileSync(new URL(`../../golden/tensorflow-files/${name}.json`, import.meta.url), 'utf8')),
);
const files = ({ index, data }: Case) => ({
  index: new Uint8Array(Buffer.from(index, 'base64')),
  data: new Uint8Array(Buffer.from(data, 'base64')),
});
const named = (name: string): Case => cases.find((one) => one.name === name) as Case;

describe.each(builds)('checkpoints and SavedModels of TensorFlow 1 cells, %s', (build) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const model = await createModel(fromTensorFlow(files(one), one.config), { build });
    const got = model.runNamed({ input: drawn(one) });
    const [output] = Object.values(got);
    expect(output?.shape).toEqual(one.output.shape);
    expectClose(output?.data as Float32Array, floats(one.output.data));
  });
});

it('the report says what the config gave and what TensorFlow adds', () => {
  const one = named('lstm_projection');
  expect(readTensorFlow(files(one), one.config).report.attributes).toEqual([
    { layer: 'rnn/lstm_cell', attribute: 'numUnits', value: '5', source: 'config' },
    ...[
      ['activation', 'tanh'],
      ['forgetBias', '1'],
      ['usePeepholes', 'false'],
    ].map(([attribute, value]) => ({
      layer: 'rnn/lstm_cell',
      attribute,
      value,
      source: 'default',
      rule: "TensorFlow 1's default",
    })),
    { layer: 'rnn/lstm_cell', attribute: 'numProj', value: '3', source: 'config' },
  ]);
});

/** The same checkpoint with another config gives other numbers: the setting matters. */
it.each<[string, object]>([
  ['basic_lstm_forget_bias', { forgetBias: 1 }],
  ['basic_lstm_relu', { activation: 'tanh' }],
  ['lstm_cell_clip', { cellClip: 5 }],
  ['lstm_all', { forgetBias: 1 }],
])('%s: ignoring its setting would show', async (name, other) => {
  const one = named(name);
  const [layer] = one.config.layers;
  const config = { ...one.config, layers: [{ ...layer, ...other }] } as TensorFlowConfig;
  const model = await createModel(fromTensorFlow(files(one), config));
  const got = Object.values(model.runNamed({ input: drawn(one) }))[0]?.data as Float32Array;
  const wanted = floats(one.output.data);
  expect(largestDifference(got, wanted)).toBeGreaterThan(1e-3);
});

it.each<[string, string, RegExp]>([
  [
    'lstm_peepholes',
    'usePeepholes',
    /got rnn\/lstm_cell\/w_f_diag, rnn\/lstm_cell\/w_i_diag, rnn\/lstm_cell\/w_o_diag$/,
  ],
  [
    'lstm_projection',
    'numProj',
    /variable "rnn\/lstm_cell\/kernel": has the wrong shape; expected \(8, 20\), got \(6, 20\)$/,
  ],
])('%s: %s cannot be left out', (name, setting, message) => {
  const one = named(name);
  const { [setting as never]: _, ...layer } = one.config.layers[0] as object;
  const config = { ...one.config, layers: [layer] } as unknown as TensorFlowConfig;
  expect(refusal(() => fromTensorFlow(files(one), config))).toMatch(message);
});

describe('activations and biases, against the formulas of the cells', () => {
  const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
  const relu = (v: number) => Math.max(0, v);
  const [w, u, b] = [0.7, -0.4, 0.3];
  const xs = [1, -2, 0.5];
  const run = async (arrays: object, layer: object) => {
    const config = { inputSize: 1, layers: [{ prefix: 'a', ...layer }] } as unknown as TensorFlowConfig;
    const model = await createModel(fromTensorFlow({ arrays: arrays as never }, config));
    const y = model.run(xs.map((x) => [x]));
    model.dispose();
    return [...y];
  };
  const over = (step: (x: number, h: number) => number) => {
    let h = 0;
    return xs.map((x) => {
      h = step(x, h);
      return h;
    });
  };

  it.each([
    ['tanh', undefined, Math.tanh],
    ['relu', 'relu', relu],
    ['sigmoid', 'sigmoid', sigmoid],
  ] as const)('%s', async (_, activation, act) => {
    const given = activation && { activation };
    expectClose(
      await run({ 'a/kernel': [[w], [u]], 'a/bias': [b] }, { type: 'basic_rnn_cell', numUnits: 1, ...given }),
      over((x, h) => act(w * x + u * h + b)),
    );
    const gru = {
      'a/gates/kernel': [
        [0.2, -0.6],
        [0.9, 0.1],
      ],
      'a/gates/bias': [1, 0.5],
      'a/candidate/kernel': [[w], [u]],
      'a/candidate/bias': [b],
    };
    expectClose(
      await run(gru, { type: 'gru_cell', numUnits: 1, ...given }),
      over((x, h) => {
        const [r, z] = [sigmoid(0.2 * x + 0.9 * h + 1), sigmoid(-0.6 * x + 0.1 * h + 0.5)];
        return z * h + (1 - z) * act(w * x + u * r * h + b);
      }),
    );
    let c = 0;
    const lstm = over((x, h) => {
      const [i, j, f, o] = [0.3, 0.8, -0.5, 0.6].map((v) => v * x + 0.2 * h + 0.1) as [number, number, number, number];
      c = sigmoid(f + 1) * c + sigmoid(i) * act(j);
      return act(c) * sigmoid(o);
    });
    const arrays = {
      'a/kernel': [
        [0.3, 0.8, -0.5, 0.6],
        [0.2, 0.2, 0.2, 0.2],
      ],
      'a/bias': [0.1, 0.1, 0.1, 0.1],
    };
    for (const type of ['basic_lstm_cell', 'lstm_cell'])
      expectClose(await run(arrays, { type, numUnits: 1, ...given }), lstm);
  });

  it('a dense layer: its activation, and no bias', async () => {
    const arrays = { 'a/kernel': [[w, u]] };
    const dense = { type: 'dense', units: 2, bias: false };
    expectClose(
      await run(arrays, { ...dense, activation: 'relu' }),
      xs.flatMap((x) => [relu(w * x), relu(u * x)]),
    );
    expectClose(
      await run(arrays, dense),
      xs.flatMap((x) => [w * x, u * x]),
    );
    await expect(run(arrays, { ...dense, bias: true })).rejects.toThrow(
      'variable "a/bias": missing; expected a variable of shape (2), got unused: none',
    );
  });
});

describe('other sources', () => {
  const one = named('gru');
  const arrays = Object.fromEntries(readBundle(files(one).index, [files(one).data]));

  it('arrays by name, nested lists, shape and data, dim and data give the same model', () => {
    const wanted = fromTensorFlow(files(one), one.config);
    expect(fromTensorFlow({ arrays }, one.config)).toEqual(wanted);
    const nested = Object.fromEntries(
      Object.entries(arrays).map(([name, { shape, data }]) => {
        const [rows = 1, columns] = shape;
        const list =
          columns === undefined
            ? [...data]
            : Array.from({ length: rows }, (_, row) => [...data.subarray(row * columns, (row + 1) * columns)]);
        return [name, list];
      }),
    );
    expect(fromTensorFlow({ arrays: nested }, one.config)).toEqual(wanted);
    const dims = Object.fromEntries(
      Object.entries(arrays).map(([name, { shape, data }]) => [name, { dim: shape, data: [...data] }]),
    );
    expect(fromTensorFlow({ arrays: dims }, one.config)).toEqual(wanted);
  });

  it('an .npz', () => {
    const npz = zipSync(
      Object.fromEntries(
        Object.entries(arrays).map(([name, { shape, data }]) => [
          `${name}.npy`,
          npy('<f4', shape, new Uint8Array(data.slice().buffer)),
        ]),
      ),
    );
    expect(fromTensorFlow({ npz }, one.config)).toEqual(fromTensorFlow(files(one), one.config));
  });
});

describe('refused', () => {
  const one = named('basic_lstm');
  const read = (change: object) =>
    refusal(() => fromTensorFlow(files(one), { ...one.config, ...change } as TensorFlowConfig));
  const layer = (change: object) => read({ layers: [{ ...one.config.layers[0], ...change }] });

  it.each<[string, () => string, RegExp]>([
    [
      'another number of units',
      () => layer({ numUnits: 5 }),
      /variable "rnn\/basic_lstm_cell\/kernel": has the wrong shape; expected \(8, 20\), got \(7, 16\)/,
    ],
    [
      'another prefix',
      () => layer({ prefix: 'rnn/lstm' }),
      /variable "rnn\/lstm\/kernel": missing; expected a variable of shape \(7, 16\), got unused: rnn\/basic_lstm_cell\/bias/,
    ],
    [
      'a cell whose input attention changes',
      () => layer({ prefix: 'rnn/attention_cell_wrapper/basic_lstm_cell' }),
      /^layer "rnn\/attention_cell_wrapper\/basic_lstm_cell": a cell within an AttentionCellWrapper; expected a cell by itself, which reads its input as it is, got rnn\/att/,
    ],
    [
      'a cell whose input and forget gate are one',
      () => layer({ prefix: 'rnn/coupled_input_forget_gate_lstm_cell' }),
      /^layer "rnn\/coupled_input.*": a cell of other gates; expected one of the cells of a config, got rnn\/coupled/,
    ],
    [
      'a cell whose update gate carries the state',
      () => read({ layers: [{ type: 'basic_rnn_cell', numUnits: 8, prefix: 'rnn/ugrnn_cell_1' }] }),
      /^layer "rnn\/ugrnn_cell_1": a cell of other gates/,
    ],
    [
      'a forget bias, which is not added by the cells that cuDNN can run',
      () => layer({ prefix: 'cell_0/cudnn_compatible_lstm_cell', forgetBias: undefined }),
      /: a forget bias that CudnnCompatibleLSTMCell does not have; expected a cell of forgetBias 0, got cell_0\/cudnn/,
    ],
    [
      'an unknown cell',
      () => layer({ type: 'wobble_cell' }),
      /^config.layers\[0\].type: a layer that is not honoured; expected basic_lstm_cell, .*got "wobble_cell"$/,
    ],
    [
      'no input size',
      () => read({ inputSize: undefined }),
      /^config.inputSize: not usable; expected features per timestep, got nothing$/,
    ],
    [
      'features of token ids',
      () => read({ layers: [{ type: 'embedding', prefix: 'table' }] }),
      /^config.inputSize: not usable; expected none: an embedding reads token ids, got 3$/,
    ],
    [
      'no layers',
      () => read({ layers: [] }),
      /^config.layers: not usable; expected a list of at least one layer, got \[\]$/,
    ],
    [
      'units that are no size',
      () => layer({ numUnits: 0 }),
      /^config.layers\[0\].numUnits: not usable; expected a whole number of at least 1, got 0$/,
    ],
    [
      'a misspelt setting, which would not be heard',
      () => layer({ forget_bias: 0 }),
      /^config.layers\[0\]: unknown field; expected prefix, name, numUnits, activation, forgetBias, got "forget_bias"$/,
    ],
    [
      'a clip of the projection',
      () => layer({ type: 'lstm_cell', projClip: 3 }),
      /^config.layers\[0\]: unknown field; expected .*, usePeepholes, numProj, cellClip, got "projClip"$/,
    ],
    [
      'a clip at nothing',
      () => layer({ type: 'lstm_cell', cellClip: 0 }),
      /^config.layers\[0\].cellClip: not usable; expected a finite number above 0, got 0$/,
    ],
    [
      'a bias that is no number',
      () => layer({ forgetBias: '1' }),
      /forgetBias: not usable; expected a finite number, got "1"$/,
    ],
    ['no scope', () => layer({ prefix: undefined }), /prefix: not usable; expected a text, not empty, got nothing$/],
    [
      'an unknown setting of the model',
      () => read({ input_size: 3 }),
      /^config: unknown field; expected name, inputSize, layers, ignore/,
    ],
    [
      'an embedding that is not there',
      () => read({ inputSize: undefined, layers: [{ type: 'embedding', prefix: 'table' }] }),
      /^variable "table": missing; expected a variable of shape \(vocabulary, features\), got unused: rnn\/basic_lstm_cell\/bias, rnn\/basic_lstm_cell\/kernel$/,
    ],
    [
      'an embedding of one axis',
      () => read({ inputSize: undefined, layers: [{ type: 'embedding', prefix: 'rnn/basic_lstm_cell/bias' }] }),
      /^variable "rnn\/basic_lstm_cell\/bias": has the wrong shape; expected \(vocabulary, features\), got \(16\)$/,
    ],
    [
      'an embedding behind another layer',
      () => read({ layers: [one.config.layers[0], { type: 'embedding', prefix: 'table' }] }),
      /^config.layers\[1\]: an embedding reads token ids; expected the first layer, got layer 1$/,
    ],
    [
      'a source without arrays',
      () => refusal(() => fromTensorFlow({} as never, one.config)),
      /^source: no arrays; expected \{ index, data \}, \{ manifest, shards \}, \{ npz \} or \{ arrays \}$/,
    ],
    [
      'a source of two kinds',
      () => refusal(() => fromTensorFlow({ arrays: {}, npz: new Uint8Array() } as never, one.config)),
      /^source: no arrays; expected \{ index, data \}, \{ manifest, shards \}, \{ npz \} or \{ arrays \}, got arrays, npz$/,
    ],
    [
      'an index without its data',
      () => refusal(() => fromTensorFlow({ index: files(one).index } as never, one.config)),
      /^source: no arrays; .*got index$/,
    ],
    [
      'bytes without their kind',
      () => refusal(() => fromTensorFlow(files(one).index as never, one.config)),
      /^source: no arrays; .*got Uint8Array$/,
    ],
    [
      'arrays that are none',
      () => refusal(() => fromTensorFlow({ arrays: [1] } as never, one.config)),
      /^source: no arrays; .*got \[1\]$/,
    ],
    [
      'a quantised array, whose scale would not be heard',
      () => refusal(() => fromTensorFlow({ arrays: { a: { shape: [1], data: [1], scale: 2 } } }, one.config)),
      /^array "a": an unknown field; expected data, shape, got scale$/,
    ],
    [
      'an array of bytes',
      () => refusal(() => fromTensorFlow({ arrays: { a: { shape: [1], data: new Uint8Array(4) } } }, one.config)),
      /^array "a": not numbers; expected a Float32Array or another array of numbers, got Uint8Array$/,
    ],
    [
      'numbers without a shape',
      () => refusal(() => fromTensorFlow({ arrays: { a: { data: [1] } } }, one.config)),
      /^array "a": no shape; expected a list of sizes, got nothing$/,
    ],
    [
      'numbers that are not their shape',
      () => refusal(() => fromTensorFlow({ arrays: { a: { shape: [2, 2], data: [1, 2, 3] } } }, one.config)),
      /^array "a": wrong size; expected 4 numbers for \(2, 2\), got 3$/,
    ],
    [
      'an array of texts',
      () => refusal(() => fromTensorFlow({ arrays: { a: [1, 'two'] } }, one.config)),
      /^array "a": not a number; expected a number, got "two"$/,
    ],
    [
      'an array of five axes',
      () => refusal(() => fromTensorFlow({ arrays: { a: [[[[[1]]]]] } }, one.config)),
      /^array "a": lists too deep; expected at most 4 axes, got more$/,
    ],
  ])('%s', (_, message, expected) => {
    expect(message()).toMatch(expected);
  });

  it('more than the limits of the config', () => {
    const read = (limits: ImportLimits) => refusal(() => fromTensorFlow(files(one), { ...one.config, limits }));
    expect(read({ bytes: 8 })).toMatch(/^node .*: too many bytes for a file of \d+ bytes; expected at most 8 in all; /);
    // What the account of the settings takes, and no more.
    expect(read({ bytes: 512 })).toMatch(/^variable ".*": too many bytes /);
    expect(read({ operations: 8 })).toMatch(/^index: too many operations /);
    expect(read({ characters: 8 })).toMatch(/too many characters /);
    expect(read({ nodes: -1 })).toMatch(/^config\.limits: not usable; expected \{ bytes, /);
    const { index, data } = files(one);
    expect(refusal(() => readBundle(index, [data], { limits: { operations: 8 } }))).toMatch(
      /^index: too many operations /,
    );
  });

  it('a shape of what is no size', () => {
    for (const size of [1n, Symbol('a'), -1, 0.5, null])
      expect(refusal(() => fromTensorFlow({ arrays: { a: { data: [1], shape: [size] } } }, one.config))).toMatch(
        /^array "a": no shape; expected a list of sizes, got \[/,
      );
  });

  it('options of readers that have none', () => {
    const { index, data } = files(one);
    type Reader = (...args: unknown[]) => unknown;
    expect(refusal(() => (readBundle as Reader)(index, [data], { prefix: 'a' }))).toBe(
      'options: unknown field; expected limits, got "prefix"',
    );
    expect(refusal(() => (readBundle as Reader)(index, data))).toBe(
      'data: not a list of shards; expected a list of files, got object',
    );
    for (const [read, known] of [
      [readNpz, 'limits'],
      [readNpy, 'none'],
    ] as [Reader, string][])
      expect(refusal(() => read(new Uint8Array(), { allow_pickle: true }))).toBe(
        `options: unknown field; expected ${known}, got "allow_pickle"`,
      );
    expect(refusal(() => (readNpy as Reader)(new Uint8Array(), 'a', { allow_pickle: true }))).toMatch(
      'expected limits',
    );
  });

  it('variables that no layer uses, unless they are told to be', () => {
    const dense = named('basic_lstm_dense');
    const config = { ...dense.config, layers: dense.config.layers.slice(0, 1) };
    expect(refusal(() => fromTensorFlow(files(dense), config))).toMatch(
      /variables that no layer of the config uses; .*got head\/bias, head\/kernel/,
    );
    const { report } = readTensorFlow(files(dense), { ...config, ignore: ['head/bias', 'head/kernel'] });
    expect(report.notes).toContain('variable "global_step" is not the model\'s: a trainer keeps it');
  });

  it('every truncation and every flipped bit of a checkpoint', () => {
    const { index, data } = files(one);
    for (let length = 0; length < index.length; length++)
      expect(
        refusal(() => fromTensorFlow({ index: index.slice(0, length), data }, one.config)),
        `${length}`,
      ).not.toBe('nothing was thrown');
    for (let length = 0; length < data.length; length++)
      expect(
        refusal(() => fromTensorFlow({ index, data: data.slice(0, length) }, one.config)),
        `${length}`,
      ).not.toBe('nothing was thrown');
    for (let at = 0; at < data.length; at++) {
      const damaged = data.map((byte, i) => (i === at ? byte ^ 4 : byte));
      expect(refusal(() => fromTensorFlow({ index, data: damaged }, one.config))).toMatch(
        /a checksum that does not fit/,
      );
    }
    for (let bit = 0; bit < index.length * 8; bit++) {
      const damaged = index.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] as number) ^ (1 << (bit & 7));
      // Bits of the padding do not matter.
      refusal(() => fromTensorFlow({ index: damaged, data }, one.config));
    }
  });
});

describe('.npy', () => {
  const bytes = (array: ArrayBufferView): Uint8Array => new Uint8Array(array.buffer);
  it.each<[string, ArrayBufferView, number[]]>([
    ['<f4', Float32Array.of(1.5, -2), [1.5, -2]],
    ['<f8', Float64Array.of(1.5, -2), [1.5, -2]],
    ['<f2', Uint16Array.of(0x3e00, 0xc000), [1.5, -2]],
    ['<i4', Int32Array.of(3, -4), [3, -4]],
    ['<i8', BigInt64Array.of(3n, -4n), [3, -4]],
    ['|u1', Uint8Array.of(3, 250), [3, 250]],
    ['>f4', Uint8Array.of(0x3f, 0xc0, 0, 0, 0xc0, 0, 0, 0), [1.5, -2]],
    ['>i2', Uint8Array.of(0, 3, 255, 252), [3, -4]],
    ['|b1', Uint8Array.of(1, 0), [1, 0]],
  ])('%s', (descr, data, wanted) => {
    const read = readNpy(npy(descr, [2], bytes(data)));
    expect([read.shape, [...read.data]]).toEqual([[2], wanted]);
  });

  it('columns first', () => {
    expect([...readNpy(npy('<f4', [2, 3], bytes(Float32Array.of(1, 4, 2, 5, 3, 6)), 'True')).data]).toEqual([
      1, 2, 3, 4, 5, 6,
    ]);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ['objects', npy('|O', [1], new Uint8Array(8)), /a header that is not read/],
    ['text', npy('<U4', [1], new Uint8Array(16)), /a header that is not read/],
    ['too few numbers', npy('<f4', [3], new Uint8Array(8)), /wrong size; expected 12 bytes for \(3\), got 8/],
    ['a size that cannot be', npy('<f4', [99999999999, 99999999], new Uint8Array(8)), /wrong size/],
    ['other bytes', strToU8('not an array at all'), /not a NumPy array/],
    [
      'a version to come',
      npy('<f4', [1], new Uint8Array(4)).map((byte, at) => (at === 6 ? 4 : byte)),
      /a format that is not read; expected 1 to 3, got 4$/,
    ],
    [
      'a header cut short',
      npy('<f4', [1], new Uint8Array(4)).slice(0, 50),
      /^file: truncated; expected 128 bytes of header, got 50$/,
    ],
    [
      'a type of no such size',
      npy('<f3', [1], new Uint8Array(3)),
      /^file: a type that is not read; expected f2 to f8, i1 to i8, u1 to u8, b1, got f3$/,
    ],
    [
      'an integer that float32 does not hold',
      npy('>i4', [2], Uint8Array.of(0, 0, 0, 1, 1, 0, 0, 1)),
      /^file: element 1 does not fit float32; expected a value that float32 holds, got 16777217 \(I32\)$/,
    ],
    ['nothing', new Uint8Array(), /not a NumPy array/],
  ])('refuses %s', (_, file, expected) => {
    expect(refusal(() => readNpy(file))).toMatch(expected);
  });

  it('an archive of other things', () => {
    expect(refusal(() => readNpz(zipSync({ a: strToU8('b') })))).toMatch(
      /not an archive of arrays; expected .npy entries, got a/,
    );
  });
});
