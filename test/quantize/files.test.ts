import { readFileSync } from 'node:fs';
import { fromBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { fromOnnx } from '../../src/importers/onnx/index.js';
import { fromSafetensors, toSafetensors } from '../../src/importers/safetensors/index.js';
import { readTfjs } from '../../src/importers/tfjs/index.js';
import { createModel, type Int8TensorSpec, type ModelSpec } from '../../src/index.js';
import { quantize } from '../../src/quantize/index.js';
import { ModelSchema, type Tensor } from '../importers/onnx/proto/onnx_pb.js';
import { bytes, type Case, expectOutputs, fed, recorded, sizesOf } from '../importers/onnx/recorded.js';
import { expectNear, expectSameBits } from '../support/bits.js';

// Files that others have quantised: `quantize` finds their integers in the float32 numbers that importers make of them.

const quantised = recorded('quantised');
const tables = recorded('around').filter(({ name }) => name.startsWith('gathered_'));
const named = (name: string): Case => [...quantised, ...tables].find((one) => one.name === name) as Case;
const read = (one: Case): ModelSpec => fromOnnx(bytes(one), one.options);

/** The int8 tensors as floats: a table's with what is added after it. */
function floatsOf(spec: ModelSpec): Map<string, Float32Array> {
  const { int8 = {}, nodes } = spec;
  return new Map(
    Object.entries(int8).map(([name, { data, scales }]) => {
      const table = nodes.find((node) => node.type === 'embedding' && node.tensors.weight === name);
      const shift = nodes.find((node) => table?.outputs !== undefined && node.inputs[0] === table.outputs[0]);
      const added = shift?.type === 'activation' ? (shift.activation as { beta: number }).beta : 0;
      const length = data.length / scales.length;
      return [name, Float32Array.from(data, (q, i) => q * (scales[Math.floor(i / length)] as number) + added)];
    }),
  );
}

describe('ONNX files', () => {
  it.each([...quantised, ...tables].map((one) => [one.name, one] as const))(
    "%s: 'exact' changes no weight, and what flows is rounded to 14 bits",
    async (_, one) => {
      const spec = read(one);
      const { spec: small, report } = await quantize(spec, { layers: 'exact' });
      const floats = floatsOf(small);
      expect(floats.size).toBeGreaterThan(0);
      for (const [name, weights] of floats) expectSameBits(weights, spec.tensors[name]?.data as Float32Array);
      for (const { int8, exact } of report.layers) if (int8) expect(exact?.[0]).toBe(exact?.[1]);
      // Tables alone are exact as a whole.
      const tolerance = report.layers.every(({ int8, type }) => !int8 || type === 'embedding') ? 1e-5 : 1e-3;
      const model = await createModel(fromSafetensors(toSafetensors(small)));
      for (const run of one.runs) {
        const names = spec.inputs.map(({ name }) => name);
        expectOutputs(
          model.runNamed(fed(names, run.inputs, sizesOf(run))),
          spec.outputs,
          run.outputs,
          sizesOf(run),
          tolerance,
        );
      }
      model.dispose();
    },
  );

  it.each<[string, Record<string, boolean>]>([
    ['conv_lstm_int8', { conv1d: true, bidirectional: true, dense: true }],
    ['conv_lstm_int8_per_channel_optimised', { conv1d: true, bidirectional: true, dense: true }],
    // Unsigned weights less their zero point take nine bits where one is far from it.
    ['conv_lstm_uint8_per_channel', { conv1d: true, bidirectional: true, dense: false }],
    // The tool leaves a GRU as it is.
    ['tags_gru_int8', { embedding: true, gru: false, dense: true }],
    ['last_gemm_int8_per_channel', { lstm: true, dense: true }],
    ['stored_lstm_int8', { lstm: true }],
    ['stored_gru_int8_one_scale', { gru: true }],
    ['stored_rnn_uint8', { rnn: true }],
    ['gathered_uint8_columns', { embedding: true }],
  ])('of %s become int8: %j', async (name, types) => {
    const { report } = await quantize(read(named(name)), { layers: 'exact' });
    expect(Object.fromEntries(report.layers.map(({ type, int8 }) => [type, int8]))).toEqual(types);
  });

  it("an LSTM's are the file's very integers and scales", async () => {
    const one = named('conv_lstm_int8_per_channel');
    const { graph } = fromBinary(ModelSchema, bytes(one));
    const stored = (name: string) => graph?.initializer.find((tensor) => tensor.name === name) as Tensor;
    const { spec } = await quantize(read(one), { layers: 'exact' });
    const units = 12;
    for (const [key, field, terms] of [
      ['W', 'weightIh', 8],
      ['R', 'weightHh', units],
    ] as const) {
      const q = new Int8Array(Uint8Array.from(stored(`${key}_quantized`).rawData).buffer);
      const scales = stored(`${key}_scale`).floatData;
      for (const [direction, half] of ['forward', 'backward'].entries()) {
        const own = spec.int8?.[`y_4.${half}.${field}`] as Int8TensorSpec;
        // Gates i o f c there, i f g o here; the terms of a sum stand in rows there.
        const columns = [0, 2, 3, 1].flatMap((gate) => Array.from({ length: units }, (_, unit) => gate * units + unit));
        expect([...own.scales]).toEqual(columns.map((column) => scales[direction * 4 * units + column]));
        const at = (term: number, column: number) => q[(direction * terms + term) * 4 * units + column];
        expect([...own.data]).toEqual(
          columns.flatMap((column) => Array.from({ length: terms }, (_, term) => at(term, column))),
        );
      }
    }
  });

  it('a table and its outputs are bit for bit what they were, and no name is taken twice', async () => {
    const spec = read(named('gathered_uint8'));
    const [table] = spec.nodes as unknown as [{ name: string }];
    const clash: ModelSpec = {
      ...spec,
      nodes: [
        ...spec.nodes,
        { type: 'activation', name: `${table.name}.int8`, inputs: [spec.outputs[0] as string], activation: 'relu' },
        { type: 'activation', name: `${table.name}.shift`, inputs: [table.name], activation: 'relu' },
      ],
      outputs: [...spec.outputs, table.name, `${table.name}.shift`, `${table.name}.int8`],
    };
    const ids = Int32Array.of(0, 10, 3, 3, 7);
    const { spec: small, report } = await quantize(clash, { samples: [ids] });
    const [a, b] = await Promise.all([small, clash].map((one) => createModel(one, { build: 'simd' })));
    const [got, expected] = [a, b].map((model) => model?.runNamed({ ids }) ?? {});
    for (const name of clash.outputs)
      expectSameBits(got?.[name]?.data as Float32Array, expected?.[name]?.data as Float32Array);
    expect(report.layers[0]?.errors).toEqual({ y: { max: 0, rms: 0 } });
    expect(Object.keys(small.int8 ?? {})).toHaveLength(1);
  });
});

describe('models of the tensorflowjs converter', () => {
  const cases = JSON.parse(readFileSync(new URL('../golden/tfjs-files/converted.json', import.meta.url), 'utf8')) as {
    name: string;
    model: { weightsManifest: { weights: object[] }[] };
    shards: Record<string, string>;
  }[];
  const imported = (name: string) => {
    const one = cases.find((each) => each.name === name) as (typeof cases)[0];
    const files = Object.entries(one.shards).map(([path, text]) => [path, new Uint8Array(Buffer.from(text, 'base64'))]);
    return readTfjs(new TextEncoder().encode(JSON.stringify(one.model)), Object.fromEntries(files));
  };

  it.each(['keras2_stack_uint8', 'keras3_stack_uint8'])('%s: all outputs but those of nine bits', async (name) => {
    const { spec } = imported(name);
    const { spec: small, report } = await quantize(spec, { layers: 'all' });
    expect(report.layers.map(({ type, exact }) => [type, exact])).toEqual([
      ['lstm', [39, 40]],
      ['bidirectional', [31, 36]],
      ['dense', [2, 2]],
    ]);
    for (const [tensor, weights] of floatsOf(small)) {
      const before = spec.tensors[tensor]?.data as Float32Array;
      // Half of a step of 1.2 / 127 where an output was rounded; the scales are doubles in the file.
      expectNear(weights, before, 0.0048);
      const off = [...weights].filter((w, i) => Math.abs(w - (before[i] as number)) > 2 ** -23 * Math.abs(w));
      expect(off.length / weights.length).toBeLessThan(0.3);
    }
    expect((await quantize(spec, { layers: 'exact' })).report.layers.map(({ int8 }) => int8)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('say which weights were quantised, and how', () => {
    const { spec, report } = imported('keras3_stack_uint8');
    const noted = report.notes.filter((note) => note.endsWith('dequantised to float32'));
    const weights = cases
      .find(({ name }) => name === 'keras3_stack_uint8')
      ?.model.weightsManifest.flatMap((g) => g.weights);
    expect(noted).toHaveLength((weights as object[]).length);
    expect(noted).toContain(
      '"sequential/batch_normalization/gamma": uint8, 0.0029921955922070672·q + -0.4667825123843025, dequantised to float32',
    );
    expect(spec.int8).toBeUndefined();
    expect(imported('keras3_stack').report.notes.filter((note) => note.includes('dequantised'))).toEqual([]);
    expect(imported('keras3_stack_float16').report.notes.filter((note) => note.includes('dequantised'))).toEqual([]);
  });

  it('of 16 bits have none', async () => {
    const { report } = await quantize(imported('keras3_stack_uint16').spec, { layers: 'all' });
    expect(report.layers.map(({ exact }) => exact?.[0])).toEqual([0, 0, 0]);
  });
});
