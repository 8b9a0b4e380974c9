import { readFileSync } from 'node:fs';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import {
  fromTensorFlow,
  readBundle,
  readNpy,
  readNpz,
  readTensorFlow,
  type TensorFlowConfig,
} from '../../src/importers/tensorflow/index.js';
import { createModel } from '../../src/index.js';
import { builds } from '../support/builds.js';
import { npy } from './npy.js';
import { drawn, expectClose, floats, refusal } from './support.js';

interface Case {
  readonly name: string;
  readonly config: TensorFlowConfig;
  readonly seed: number;
  readonly shape: number[];
  readonly index: string;
  readonly data: string;
  readonly output: { shape: number[]; data: string };
}
const cases: Case[] = JSON.parse(
  readFileSync(new URL('../golden/tensorflow-files/checkpoints.json', import.meta.url), 'utf8'),
);
const files = ({ index, data }: Case) => ({
  index: new Uint8Array(Buffer.from(index, 'base64')),
  data: new Uint8Array(Buffer.from(data, 'base64')),
});
const named = (name: string): Case => cases.find((one) => one.name === name) as Case;

describe.each(builds)('checkpoints of TensorFlow 1 cells, %s', (build) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const model = await createModel(fromTensorFlow(files(one), one.config), { build });
    const got = model.runNamed({ input: drawn(one) });
    const [output] = Object.values(got);
    expect(output?.shape).toEqual(one.output.shape);
    expectClose(output?.data as Float32Array, floats(one.output.data));
  });
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
  expect(Math.max(...got.map((value, i) => Math.abs(value - (wanted[i] as number))))).toBeGreaterThan(1e-3);
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
      'an unknown cell',
      () => layer({ type: 'wobble_cell' }),
      /a cell that is not honoured; expected basic_lstm_cell, .*got wobble_cell/,
    ],
    ['no input size', () => read({ inputSize: undefined }), /config.inputSize: not a size/],
    ['no layers', () => read({ layers: [] }), /config.layers: no layers/],
  ])('%s', (_, message, expected) => {
    expect(message()).toMatch(expected);
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
