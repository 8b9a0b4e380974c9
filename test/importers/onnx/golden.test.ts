import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromOnnx, type OnnxOptions, readOnnx } from '../../../src/importers/onnx/index.js';
import { createModel } from '../../../src/index.js';
import { below, uniform } from '../../golden/prng.js';
import { builds } from '../../support/builds.js';
import { expectClose, floats } from '../support.js';

// Models that `generate_onnx_files.py` wrote, with what ONNX Runtime made of them; and exports of PyTorch, with what it computes.

interface Fed {
  readonly dims: (string | number)[];
  readonly seed: number;
  readonly below?: number;
}
interface Case {
  readonly name: string;
  readonly model: string;
  readonly options: OnnxOptions;
  readonly outputs: string[];
  readonly runs: {
    readonly batch: number;
    readonly time: number;
    readonly inputs: Record<string, Fed>;
    readonly lengths?: number[];
    readonly outputs: { shape: number[]; data: string }[];
  }[];
}
const file = (name: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../../golden/onnx-files/${name}.json`, import.meta.url), 'utf8'));
const cases = [...file('models'), ...file('exports')];
const bytes = ({ model }: Case): Uint8Array => new Uint8Array(Buffer.from(model, 'base64'));

/** Axes of an array put into another order. */
function permute(
  data: Float32Array,
  shape: readonly number[],
  order: readonly number[],
): { data: Float32Array; shape: number[] } {
  const to = order.map((axis) => shape[axis] as number);
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  const out = data.map((_, i) => {
    let [rest, from] = [i, 0];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += (rest % (to[axis] as number)) * (strides[order[axis] as number] as number);
      rest = Math.floor(rest / (to[axis] as number));
    }
    return data[from] as number;
  });
  return { data: out, shape: to };
}

/** Values here are [batch, time, features]; ONNX puts the time of recurrent layers and the channels of convolutions first. */
function batchFirst(
  name: string,
  rank: number,
  dims: readonly (string | number)[],
  index: number,
): number[] | undefined {
  // PyTorch's own outputs and states: [time, batch, features], [layers, batch, units].
  if (name.startsWith('export_') && (dims[0] === 'time' || index > 0)) return [1, 0, 2];
  if (name.startsWith('export_')) return undefined;
  if (dims[0] === 'time') return rank === 4 ? [2, 0, 1, 3] : [1, 0, 2];
  if (name === 'expand_state') return [1, 0, 2];
  if ((dims[2] === 'time' || name === 'stft') && rank === 3) return [0, 2, 1];
  return undefined;
}

describe.each(builds)('ONNX models, as ONNX Runtime computes them, %s', (build) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const spec = fromOnnx(bytes(one), one.options);
    const model = await createModel(spec, { build });
    for (const { batch, time, inputs, lengths, outputs } of one.runs) {
      const size = (n: string | number): number => (n === 'batch' ? batch : n === 'time' ? time : (n as number));
      const fed = Object.entries(inputs).map(([input, { dims, seed, below: limit }]) => {
        const shape = dims.map(size);
        const count = shape.reduce((a, b) => a * b, 1);
        const data = limit === undefined ? uniform(seed, count, 1) : below(seed, count, limit);
        const order =
          dims.includes('batch') && dims[0] !== 'batch' ? [1, 0, 2] : dims[2] === 'time' ? [0, 2, 1] : undefined;
        const turned = order ? permute(data as Float32Array, shape, order) : { data, shape };
        const vector = spec.inputs.find((own) => own.name === input)?.kind === 'vector';
        return [input, vector ? { data: turned.data, shape: [batch, count / batch] } : turned];
      });
      const all = lengths ? [...fed, ['lengths', { data: Int32Array.from(lengths), shape: [batch, 1] }]] : fed;
      const got = model.runNamed(Object.fromEntries(all));
      expect(spec.outputs).toHaveLength(outputs.length);
      spec.outputs.forEach((output, index) => {
        const { shape, data } = outputs[index] as Case['runs'][0]['outputs'][0];
        const order = batchFirst(name, shape.length, (inputs.X ?? inputs.x)?.dims ?? [], index);
        const wanted = order ? permute(floats(data), shape, order) : { data: floats(data), shape };
        expectClose(got[output]?.data as Float32Array, wanted.data);
      });
    }
    model.dispose();
  });
});

it('the report accounts for every weight of the file, with the order of its gates', () => {
  const lstm = cases.find(({ name }) => name === 'lstm_peepholes') as Case;
  const { report } = readOnnx(bytes(lstm));
  expect(report.format).toBe('ONNX, opset 17');
  expect(report.tensors.map(({ tensor }) => tensor)).toEqual(['W', 'R', 'B', 'B', 'P']);
  expect(report.tensors[0]).toMatchObject({ becomes: 'lstm.weightIh', how: 'gates i o f c reordered to i f g o' });
  expect(report.attributes).toContainEqual(
    expect.objectContaining({ attribute: 'hidden_size', value: '4', source: 'file' }),
  );
  expect(report.attributes).toContainEqual(
    expect.objectContaining({ attribute: 'direction', value: 'forward', source: 'default' }),
  );
});
