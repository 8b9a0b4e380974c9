import { readFileSync } from 'node:fs';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { readNpy } from '../../src/importers/formats/npy.js';
import { fromOnnx } from '../../src/importers/onnx/index.js';
import { createModel } from '../../src/index.js';
import { ModelSchema, TensorSchema } from '../importers/onnx/proto/onnx_pb.js';
import { largestDifference } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { modelsFolder, needsModels } from '../support/needs.js';
import { magnitudes, readWav } from './audio.js';
import { readTensorProto } from './protobuf.js';

const file = (name: string): Uint8Array => readFileSync(`${modelsFolder}/${name}`);
const json = (name: string) => JSON.parse(file(name).toString());

describe.each(builds)('models: ONNX, %s', needsModels, (build) => {
  it('Silero VAD, opset 15: the probabilities of all 1,875 windows', async () => {
    const spec = fromOnnx(file('silero-vad/silero_vad_16k_op15.onnx'), {
      inputs: { sr: 16000 },
      shapes: { input: [null, 576] },
    });
    const { probs } = json('silero-vad/ort_probs_16k_op15.json');
    const stream = (await createModel(spec, { build })).createStream();
    const samples = readWav(file('silero-vad/test.wav'));
    // 64 samples of the window before, then 512 new ones.
    const frame = new Float32Array(576);
    const got = probs.map((_: number, window: number) => {
      frame.copyWithin(0, 512);
      frame.set(samples.subarray(window * 512, (window + 1) * 512), 64);
      return stream.step(frame)[0];
    });
    expect(got).toHaveLength(1875);
    expect(largestDifference(got, probs)).toBeLessThan(1e-4);
  });

  it('DTLN, stage 1: the masks of 50 blocks', async () => {
    const spec = fromOnnx(file('dtln/model_1.onnx'), { states: [{ input: 'input_3', output: 'tf_op_layer_stack_2' }] });
    const stream = (await createModel(spec, { build })).createStream();
    const samples = readWav(file('dtln/mix.wav'));
    const reference = json('dtln/ort_reference_masks_first50.json');
    const masks: number[][] = reference.masks ?? reference;
    const buffer = new Float32Array(512);
    masks.forEach((mask, block) => {
      buffer.copyWithin(0, 128);
      buffer.set(samples.subarray(block * 128, (block + 1) * 128), 384);
      expect(largestDifference(stream.step(magnitudes(buffer)), mask.flat())).toBeLessThan(1e-5);
    });
    expect(masks).toHaveLength(50);
  });

  it('NNSplit: the logits of its texts', async () => {
    const model = await createModel(fromOnnx(file('nnsplit/model.onnx')), { build });
    const cases: { text: string; logits: number[] }[] = json('nnsplit/ort_reference.json');
    for (const { text, logits } of cases)
      expect(largestDifference(model.run(new TextEncoder().encode(text)), logits)).toBeLessThan(1e-3);
    expect(cases.length).toBeGreaterThan(2);
  });

  it.each(['gtcrn', 'gtcrn_simple'])('GTCRN, %s: 120 enhanced frames, caches inside the stream', async (name) => {
    const spec = fromOnnx(file(`gtcrn/${name}.onnx`));
    expect(spec.carries?.map(({ input }) => input)).toEqual(['conv_cache', 'tra_cache', 'inter_cache']);
    const model = await createModel(spec, { build });
    expect(model.inputs.map(({ name: input, axes }) => [input, axes])).toEqual([['mix', ['batch', 257, 1, 2]]]);
    const stream = model.createStream();
    const [frames, enhanced] = ['frames', 'ort_enhanced'].map(
      (part) => readNpy(file(`gtcrn/${part}.npy`), part).data,
    ) as [Float32Array, Float32Array];
    const size = 257 * 2;
    expect(enhanced).toHaveLength(120 * size);
    for (let at = 0; at < 120 * size; at += size) {
      const y = stream.step(frames.subarray(at, at + size));
      expect(largestDifference(y, enhanced.subarray(at, at + size))).toBeLessThan(1e-4);
    }
  });

  const node = (name: string) => `onnx-node-tests/${name}`;
  it.each([
    'test_gru_batchwise',
    'test_gru_defaults',
    'test_gru_seq_length',
    'test_gru_with_initial_bias',
    'test_lstm_batchwise',
    'test_lstm_defaults',
    'test_lstm_with_initial_bias',
    'test_lstm_with_peepholes',
    'test_rnn_seq_length',
    'test_simple_rnn_batchwise',
    'test_simple_rnn_defaults',
    'test_simple_rnn_with_initial_bias',
  ])('ONNX node test %s', async (name) => {
    const bytes = file(node(`${name}/model.onnx`));
    // The tests give the weights as inputs; a model has them in the file, so they are put there first.
    const { model, inputs, outputs } = withWeights(bytes, name);
    const spec = fromOnnx(model);
    const gatewise = await createModel(spec, { build });
    // As the file has them: its own shapes, sequence_lens among them.
    const fed = spec.inputs.map(({ name: input }) => [input, inputs[input] as Tensor] as const);
    const got = gatewise.runNamed(Object.fromEntries(fed));
    spec.outputs.forEach((value, index) => {
      const wanted = outputs[index] as { shape: number[]; data: Float32Array };
      const result = got[value] as { data: Float32Array; shape: readonly number[] };
      expect(result.shape).toEqual(wanted.shape);
      expect(largestDifference(result.data, wanted.data)).toBeLessThan(1e-5);
    });
    expect(spec.outputs).toHaveLength(outputs.length);
  });

  function withWeights(bytes: Uint8Array, name: string) {
    const { inputs, outputs, graph } = readNodeTest(bytes, (path) => file(node(`${name}/${path}`)));
    return { model: graph, inputs, outputs };
  }
});

type Tensor = { shape: number[]; data: Float32Array };

/** Puts the given inputs but X and sequence_lens into the graph, as initialisers. */
function readNodeTest(bytes: Uint8Array, read: (path: string) => Uint8Array) {
  const names = inputNames(bytes);
  const inputs: Record<string, Tensor> = {};
  const model = fromBinary(ModelSchema, bytes);
  names.forEach(({ input, position }) => {
    const raw = read(`test_data_set_0/input_${position}.pb`);
    inputs[input] = readTensorProto(raw);
    if (input === 'X' || input === 'sequence_lens') return;
    model.graph?.initializer.push({ ...fromBinary(TensorSchema, raw), name: input });
  });
  const outputs: Tensor[] = [];
  for (let index = 0; ; index++) {
    try {
      outputs.push(readTensorProto(read(`test_data_set_0/output_${index}.pb`)));
    } catch {
      break;
    }
  }
  return { inputs, outputs, graph: toBinary(ModelSchema, model) };
}

/** Names of a node test's inputs: all that its only node names, in order. */
function inputNames(bytes: Uint8Array): { input: string; position: number }[] {
  const text = new TextDecoder('latin1').decode(bytes);
  const known = ['X', 'W', 'R', 'B', 'sequence_lens', 'initial_h', 'initial_c', 'P'];
  return known
    .filter((name) => text.includes(`\n${String.fromCharCode(name.length)}${name}`))
    .map((input, position) => ({ input, position }));
}
