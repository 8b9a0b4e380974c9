import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fromOnnx, type OnnxOptions } from '../../../src/importers/onnx/index.js';
import { createModel } from '../../../src/index.js';
import { below, uniform } from '../../golden/prng.js';
import type { builds } from '../../support/builds.js';
import { expectClose, floats } from '../support.js';

// Files with what ONNX Runtime makes of them; test/golden/README.md says what the fields mean.

type Dims = readonly (string | number)[];
/** An input: numbers drawn from a seed, ids below a bound, or these very values. */
interface Fed {
  readonly dims: Dims;
  readonly seed: number;
  readonly below?: number;
  readonly values?: readonly number[];
}

export interface Case {
  readonly name: string;
  readonly model: string;
  readonly options: OnnxOptions;
  readonly outputs: readonly string[];
  /** Where ONNX Runtime rounds what flows to 8 bits. Default: that of all tests. */
  readonly tolerance?: number;
  readonly runs: readonly {
    readonly batch: number;
    readonly time: number;
    readonly inputs: Readonly<Record<string, Fed>>;
    readonly outputs: readonly { readonly dims: Dims; readonly data: string }[];
  }[];
}
export type Run = Case['runs'][0];

/** The cases that a generator wrote. */
export const recorded = (name: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../../golden/onnx-files/${name}.json`, import.meta.url), 'utf8'));
export function bytes({ model }: Case): Uint8Array {
  const raw = Buffer.from(model, 'base64');
  return new Uint8Array(raw[0] === 0x1f ? gunzipSync(raw) : raw);
}

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

/** Holds a model to what was recorded of it. */
export async function check(
  one: Case,
  build: (typeof builds)[0],
  options: OnnxOptions,
  runs: readonly Run[],
): Promise<void> {
  const spec = fromOnnx(bytes(one), options);
  const model = await createModel(spec, { build });
  for (const run of runs) {
    const fed = spec.inputs.map(({ name, kind, features, dtype }) => {
      const { dims, seed, below: limit, values } = run.inputs[name] as Fed;
      const count = product(dims.map((n) => (n === 'batch' ? run.batch : n === 'time' ? run.time : (n as number))));
      const drawn = limit === undefined ? uniform(seed, count, 1) : below(seed, count, limit);
      const data = batchFirst(values ? Float32Array.from(values) : drawn, dims, run);
      const batch = dims.includes('batch') ? run.batch : 1;
      const perRow = count / batch;
      const shape = kind === 'vector' || dtype === 'int32' ? [batch, perRow] : [batch, perRow / features, features];
      return [name, { data, shape }] as const;
    });
    const got = model.runNamed(Object.fromEntries(fed) as Record<string, { data: Float32Array; shape: number[] }>);
    spec.outputs.forEach((output, index) => {
      const { dims, data } = run.outputs[index] as Run['outputs'][0];
      expectClose(got[output]?.data as Float32Array, batchFirst(floats(data), dims, run), one.tolerance);
    });
  }
  model.dispose();
}
