import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromTflite, readTflite } from '../../src/importers/tflite/index.js';
import { createModel } from '../../src/index.js';
import { largestDifference } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { modelsFolder, needsModels } from '../support/needs.js';

interface Model {
  readonly inputs: readonly { readonly name: string; readonly shape: number[] }[];
  readonly outputs: readonly { readonly name: string; readonly shape: number[] }[];
  readonly calls: readonly { readonly inputs: Record<string, number[]>; readonly outputs: Record<string, number[]> }[];
}

const file = (name: string): Uint8Array => readFileSync(`${modelsFolder}/tflite/${name}`);
const reference = (): Record<string, Model> => JSON.parse(file('litert_reference.json').toString()).models;

describe.each(builds)('models: TensorFlow Lite, as LiteRT computes them, %s', needsModels, (build) => {
  // What 8-bit weights are multiplied by is rounded to 8 bits as XNNPACK rounds it. Where a multiply-add rounds once, a value in the middle of two steps
  // can come to be the other one.
  it.each<[name: string, bound: number]>([
    ['dtln_model_1', 1e-5],
    ['dtln_model_2', 1e-5],
    ['dtln_model_quant_1', 1e-5],
    ['dtln_model_quant_2', build === 'relaxed' ? 5e-3 : 1e-5],
  ])('%s: eight frames, state inside the stream', async (name, bound) => {
    const { inputs, outputs, calls } = reference()[name] as Model;
    const spec = fromTflite(file(`${name}.tflite`));
    expect(spec.carries).toHaveLength(1);
    expect(spec.inputs.map((input) => input.name)).toEqual(inputs.map((input) => input.name));
    const stream = (await createModel(spec, { build })).createStream();
    for (const call of calls) {
      const y = stream.step(Float32Array.from(call.inputs[inputs[0]?.name as string] as number[]));
      expect(largestDifference(y, call.outputs[outputs[0]?.name as string] as number[])).toBeLessThan(bound);
    }
    expect(calls).toHaveLength(8);
  });

  // Of the integer ones the very integers.
  it.each<[name: string, bound: number]>([
    ['mnist_trained_lstm', 1e-5],
    ['mnist_trained_lstm_int8', 0],
    ['micro_speech_lstm', 0],
  ])('%s: four calls', async (name, bound) => {
    const { inputs, outputs, calls } = reference()[name] as Model;
    const model = await createModel(fromTflite(file(`${name}.tflite`)), { build });
    const [input, output] = [inputs[0], outputs[0]] as [(typeof inputs)[0], (typeof outputs)[0]];
    for (const call of calls) {
      const data = Float32Array.from(call.inputs[input.name] as number[]);
      const y = model.runNamed({ [input.name]: { data, shape: input.shape } })[output.name];
      expect(y?.shape).toEqual(output.shape);
      expect(largestDifference(y?.data as Float32Array, call.outputs[output.name] as number[])).toBeLessThanOrEqual(
        bound,
      );
    }
    expect(calls).toHaveLength(4);
  });

  it('the account says what is rounded', () => {
    expect(readTflite(file('dtln_model_quant_1.tflite')).report.notes.join('\n')).toMatch(
      /each row is rounded to 8 bits, as XNNPACK/,
    );
  });
});
