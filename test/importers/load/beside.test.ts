import { readFileSync } from 'node:fs';
import { create } from '@bufbuild/protobuf';
import { strToU8 } from 'fflate';
import { describe, expect, it } from 'vitest';
import { load, sniff } from '../../../src/importers/load/index.js';
import { crc32c } from '../../../src/importers/tensorflow/crc32c.js';
import { readBundle } from '../../../src/importers/tensorflow/index.js';
import { createModel } from '../../../src/index.js';
import { node, model as onnx } from '../onnx/build.js';
import { StringStringEntrySchema, TensorSchema } from '../onnx/proto/onnx_pb.js';
import { entry, field, noRestarts, table, u32 } from '../tensorflow/table.js';

const [checkpoint] = JSON.parse(
  readFileSync(new URL('../../golden/tensorflow-files/checkpoints.json', import.meta.url), 'utf8'),
);
const index = new Uint8Array(Buffer.from(checkpoint.index, 'base64'));
const data = new Uint8Array(Buffer.from(checkpoint.data, 'base64'));

describe('load: files beside one another', () => {
  /** X [batch, time, 2] by W [2, 1], whose two numbers are in files of their own. */
  const stored = (key: string, value: string) => create(StringStringEntrySchema, { key, value });
  const elsewhere = (location: string) =>
    create(TensorSchema, { dims: [2n], dataType: 1, dataLocation: 1, externalData: [stored('location', location)] });
  const external = onnx({
    nodes: [node('Mul', 'X a', 'm'), node('Add', 'm b')],
    inputs: { X: { dims: ['batch', 'time', 2] } },
    init: { a: elsewhere('a.bin'), b: elsewhere('b.bin') },
  });
  const numbers = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);
  const compute = async (files: Parameters<typeof load>[0], options?: Parameters<typeof load>[1]) => {
    const model = await createModel((await load(files, options)).spec);
    return [...model.run([1, 1])];
  };

  it('ONNX: data beside the model, in options, and in both, where the options count', async () => {
    const [a, b] = [numbers(2, 3), numbers(10, 20)];
    const options = (files: Record<string, Uint8Array>) => ({ onnx: { files } });
    expect(await compute({ 'a.bin': a, 'm.onnx': external, 'b.bin': b })).toEqual([12, 23]);
    expect(await compute({ 'm.onnx': external, 'a.bin': a }, options({ 'b.bin': b }))).toEqual([12, 23]);
    expect(await compute({ 'm.onnx': external, 'b.bin': b }, options({ 'a.bin': a }))).toEqual([12, 23]);
    expect(await compute(external, options({ 'a.bin': a, 'b.bin': b }))).toEqual([12, 23]);
    const both = { 'm.onnx': external, 'a.bin': numbers(7, 7), 'b.bin': b };
    expect(await compute(both, options({ 'a.bin': a }))).toEqual([12, 23]);
  });

  it('shards of a checkpoint go by their names, in whatever order they are given', async () => {
    // The golden checkpoint again, every other variable in a second shard.
    const shards: number[][] = [[], []];
    const entries = [...readBundle(index, [data])].map(([name, { shape, data: numbers }], i) => {
      const bytes = [...new Uint8Array(numbers.slice().buffer)];
      const shard = shards[i % 2] as number[];
      const offset = shard.length;
      shard.push(...bytes);
      const dims = shape.flatMap((n) => field(2, field(1, n)));
      const crc = [6 * 8 + 5, ...u32(crc32c(Uint8Array.from(bytes)))];
      return entry(name, [
        ...field(1, 1),
        ...field(2, dims),
        ...field(3, i % 2),
        ...field(4, offset),
        ...field(5, bytes.length),
        ...crc,
      ]);
    });
    const both = table([...entry('', field(1, 2)), ...entries.flat(), ...noRestarts]);
    const files: [string, Uint8Array][] = [
      ['m.index', both],
      ...shards.map((bytes, i): [string, Uint8Array] => [`m.data-0000${i}-of-00002`, Uint8Array.from(bytes)]),
    ];
    const options = { tensorflow: checkpoint.config };
    const { spec } = await load({ a: data, b: index }, options);
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 2, 0],
      [2, 0, 1],
    ]) {
      const given = Object.fromEntries(order.map((i) => files[i] as [string, Uint8Array]));
      expect((await load(given, options)).spec).toEqual(spec);
    }
  });

  it('what describes the model is the model, though a shard of plain numbers looks like one', async () => {
    const topology = {
      class_name: 'Sequential',
      config: {
        name: 'm',
        layers: [
          { class_name: 'InputLayer', config: { name: 'x', batch_input_shape: [null, 3, 2] } },
          { class_name: 'Dense', name: 'd', config: { name: 'd', units: 1, use_bias: false } },
        ],
      },
    };
    const json = strToU8(
      JSON.stringify({
        format: 'layers-model',
        modelTopology: { keras_version: '3.9.0', model_config: topology },
        weightsManifest: [
          { paths: ['w.bin'], weights: [{ name: 'd/0', shape: [2, 1], dtype: 'float32' }] },
          { paths: ['more.bin'], weights: [{ name: 'unused', shape: [2], dtype: 'float32' }] },
        ],
      }),
    );
    // The first bytes of an ONNX model, of a pickle, of a table: floats may begin so.
    for (const first of [0x08, 0x12, 0x80]) {
      const shard = numbers(1.5, 2);
      shard[0] = first;
      const more = Uint8Array.of(...shard, 0);
      const [w, unused] = [shard, more.slice(0, 8)];
      for (const files of [
        { 'w.bin': w, 'more.bin': unused, 'model.json': json },
        { 'model.json': json, 'more.bin': unused, 'w.bin': w },
      ]) {
        const outcome = await load(files).then(
          ({ report }) => report.format,
          (error: Error) => error.message,
        );
        expect(outcome).toMatch(/Keras|tfjs|TensorFlow|weight/);
        expect(outcome).not.toMatch(/ONNX|pickle|no graph/);
      }
    }
    expect(sniff(Uint8Array.of(0x08, ...numbers(1, 2, 3)))).toBe('onnx');
    // Even one that is a model to its last byte: the reader of the model.json finds its shard too long.
    for (const names of [
      ['w.bin', 'model.json'],
      ['model.json', 'w.bin'],
    ]) {
      const files = { 'w.bin': external, 'model.json': json };
      const given = Object.fromEntries(names.map((name) => [name, files[name as 'w.bin']]));
      await expect(load({ ...given, 'more.bin': numbers(1, 2) })).rejects.toThrow(/shards of the wrong size/);
    }
  });
});
