import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, it } from 'vitest';
import { fromOnnx, type OnnxOptions } from '../../../src/importers/onnx/index.js';
import { createModel } from '../../../src/index.js';
import { below, uniform } from '../../golden/prng.js';
import { builds } from '../../support/builds.js';
import { expectClose, floats } from '../support.js';

// Files as exporters write them (PyTorch's two, Keras 3's own, tf2onnx), what ONNX Runtime saves when it has optimised, and graphs that hold what
// neither has; all with what ONNX Runtime makes of them. The generators are beside the files.

type Dims = readonly (string | number)[];
interface Case {
  readonly name: string;
  readonly model: string;
  readonly options: OnnxOptions;
  readonly outputs: readonly string[];
  readonly runs: readonly {
    readonly batch: number;
    readonly time: number;
    readonly inputs: Readonly<Record<string, { readonly dims: Dims; readonly seed: number; readonly below?: number }>>;
    readonly outputs: readonly { readonly dims: Dims; readonly data: string }[];
  }[];
}
type Run = Case['runs'][0];

const file = (name: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../../golden/onnx-files/${name}.json`, import.meta.url), 'utf8'));
const bytes = ({ model }: Case): Uint8Array => new Uint8Array(gunzipSync(Buffer.from(model, 'base64')));

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

/** The axes of an array as they stand here: the batch first, then the time, then the others in their order. */
function batchFirst(data: Float32Array | Int32Array, dims: Dims, { batch, time }: Run): Float32Array | Int32Array {
  const shape = dims.map((n) => (n === 'batch' ? batch : n === 'time' ? time : (n as number)));
  const first = [dims.indexOf('batch'), dims.indexOf('time')].filter((axis) => axis >= 0);
  const order = [...first, ...dims.map((_, axis) => axis).filter((axis) => !first.includes(axis))];
  const to = order.map((axis) => shape[axis] as number);
  const strides = shape.map((_, axis) => product(shape.slice(axis + 1)));
  return data.map((_, i) => {
    let [rest, from] = [i, 0];
    for (let axis = to.length - 1; axis >= 0; axis--) {
      from += (rest % (to[axis] as number)) * (strides[order[axis] as number] as number);
      rest = Math.floor(rest / (to[axis] as number));
    }
    return data[from] as number;
  });
}

async function check(one: Case, build: (typeof builds)[0], options: OnnxOptions, runs: readonly Run[]): Promise<void> {
  const spec = fromOnnx(bytes(one), options);
  const model = await createModel(spec, { build });
  for (const run of runs) {
    const fed = spec.inputs.map(({ name, kind, features, dtype }) => {
      const { dims, seed, below: limit } = run.inputs[name] as Run['inputs'][''];
      const count = product(dims.map((n) => (n === 'batch' ? run.batch : n === 'time' ? run.time : (n as number))));
      const data = batchFirst(limit === undefined ? uniform(seed, count, 1) : below(seed, count, limit), dims, run);
      const batch = dims.includes('batch') ? run.batch : 1;
      const perRow = count / batch;
      const shape = kind === 'vector' || dtype === 'int32' ? [batch, perRow] : [batch, perRow / features, features];
      return [name, { data, shape }] as const;
    });
    const got = model.runNamed(Object.fromEntries(fed) as Record<string, { data: Float32Array; shape: number[] }>);
    spec.outputs.forEach((output, index) => {
      const { dims, data } = run.outputs[index] as Run['outputs'][0];
      expectClose(got[output]?.data as Float32Array, batchFirst(floats(data), dims, run));
    });
  }
  model.dispose();
}

/** Sizes of the first run for everything but the batch. */
const fixedTime = ({ runs: [run] }: Case): NonNullable<OnnxOptions['shapes']> =>
  Object.fromEntries(
    Object.entries((run as Run).inputs).map(([name, { dims }]) => [
      name,
      dims.map((n) => (n === 'batch' ? null : n === 'time' ? (run as Run).time : (n as number))),
    ]),
  );

describe.each(['torch', 'keras3', 'keras2', 'graphs'])('ONNX files, as ONNX Runtime runs them: %s', (name) => {
  const cases = file(name);
  describe.each(builds)('%s', (build) => {
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => check(one, build, one.options, one.runs));
  });
  // Whatever runs with the time open runs with it fixed.
  const timed = cases.filter(({ runs: [run] }) =>
    Object.values((run as Run).inputs).some(({ dims }) => dims.includes('time')),
  );
  it.each(timed.map((one) => [one.name, one] as const))('%s, its time fixed by options.shapes', (_, one) =>
    check(one, builds[0] as (typeof builds)[0], { ...one.options, shapes: fixedTime(one) }, one.runs.slice(0, 1)),
  );
});
