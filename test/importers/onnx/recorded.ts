import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { fromOnnx, type OnnxOptions, readOnnx } from '../../../src/importers/onnx/index.js';
import { createModel, type Tensor, UnsupportedError } from '../../../src/index.js';
import { below, uniform } from '../../golden/prng.js';
import { expectSameBits } from '../../support/bits.js';
import type { builds } from '../../support/builds.js';
import { expectClose, floats } from '../support.js';

// Files with what ONNX Runtime makes of them; test/golden/README.md says what the fields mean.

type Dims = readonly (string | number)[];
/** Of the axes that have a name. */
type Sizes = Readonly<Record<string, number>>;
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
  readonly runs: readonly Run[];
  /** Files beside the model, gzipped. */
  readonly files?: Readonly<Record<string, string>>;
  /** Calls in turn, with states that are handed on. */
  readonly stream?: {
    readonly states: readonly (readonly [input: string, output: string])[];
    readonly sizes: Sizes;
    readonly dims: readonly Dims[];
    readonly steps: readonly { readonly inputs: Run['inputs']; readonly outputs: readonly string[] }[];
  };
}
/** A call, in the file's own order of axes. */
export interface Run {
  readonly batch: number;
  readonly time: number;
  /** Of every axis that has a name; batch and time where there are no others. */
  readonly sizes?: Readonly<Record<string, number>>;
  readonly inputs: Readonly<Record<string, Fed>>;
  readonly outputs: readonly { readonly dims: Dims; readonly data: string }[];
}

/** The cases that a generator wrote. */
export const recorded = (name: string): Case[] =>
  JSON.parse(readFileSync(new URL(`../../golden/onnx-files/${name}.json`, import.meta.url), 'utf8'));
/** The same of a file that is gzipped as a whole. */
export const recordedZipped = (name: string): Case[] =>
  JSON.parse(
    gunzipSync(readFileSync(new URL(`../../golden/onnx-files/${name}.json.gz`, import.meta.url))).toString('utf8'),
  );
export function bytes({ model }: Case): Uint8Array {
  const raw = Buffer.from(model, 'base64');
  return new Uint8Array(raw[0] === 0x1f ? gunzipSync(raw) : raw);
}

/** As the option that takes them. */
export function filesOf({ files }: Case): Pick<OnnxOptions, 'files'> {
  if (!files) return {};
  const entries = Object.entries(files).map(([name, text]) => [name, gunzipSync(Buffer.from(text, 'base64'))]);
  return { files: Object.fromEntries(entries) };
}

const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);

const shapeOf = (dims: Dims, sizes: Sizes): number[] =>
  dims.map((n) => (typeof n === 'number' ? n : (sizes[n] as number)));

/** The inputs of a call, with the file's own shapes. */
export const fed = (names: readonly string[], inputs: Run['inputs'], sizes: Sizes): Record<string, Tensor> =>
  Object.fromEntries(
    names.map((name) => {
      const { dims, seed, below: limit, values } = inputs[name] as Fed;
      const shape = shapeOf(dims, sizes);
      const drawn = limit === undefined ? uniform(seed, product(shape), 1) : below(seed, product(shape), limit);
      return [name, { data: values ? Float32Array.from(values) : drawn, shape }];
    }),
  );

/** Holds outputs to what was recorded, in the file's own order. */
export function expectOutputs(
  got: Readonly<Record<string, Tensor | undefined>>,
  names: readonly string[],
  outputs: Run['outputs'],
  sizes: Sizes,
  tolerance?: number,
): void {
  names.forEach((name, index) => {
    const { dims, data } = outputs[index] as Run['outputs'][0];
    const shape = shapeOf(dims, sizes);
    const made = got[name]?.shape ?? [];
    // A run's time that the file has dropped, since it is 1, is still an axis here.
    const long = (all: readonly number[]) => all.filter((size) => made.length === shape.length || size !== 1);
    expect(long(made)).toEqual(long(shape));
    expectClose(got[name]?.data as Float32Array, floats(data), tolerance);
  });
}

export const sizesOf = ({ batch, time, sizes }: Run): Sizes => ({ batch, time, ...sizes });

/** Holds a model to what was recorded of it. */
export async function check(
  one: Case,
  build: (typeof builds)[0],
  options: OnnxOptions,
  runs: readonly Run[],
): Promise<void> {
  const spec = fromOnnx(bytes(one), { ...filesOf(one), ...options });
  const model = await createModel(spec, { build });
  const names = spec.inputs.map(({ name }) => name);
  for (const run of runs) {
    const got = model.runNamed(fed(names, run.inputs, sizesOf(run)));
    expectOutputs(got, spec.outputs, run.outputs, sizesOf(run), one.tolerance);
  }
  model.dispose();
}

/** Holds the states that a file hands on to what was recorded, and a stream of the model to its calls. */
export async function checkCalls(one: Case, build: (typeof builds)[0]): Promise<void> {
  const { states, steps, sizes, dims } = one.stream as NonNullable<Case['stream']>;
  const { spec, report } = readOnnx(bytes(one), filesOf(one));
  const carried = spec.carries?.map(({ input }) => input) ?? [];
  expect([...carried].sort()).toEqual(states.map(([input]) => input).sort());
  for (const [input, output] of states)
    expect(report.notes).toContain(`state: output "${output}" is input "${input}" of the next call`);
  const model = await createModel(spec, { build });
  const data = model.inputs.map(({ name: input }) => input);
  const kept = one.outputs.flatMap((output, index) => (states.some((pair) => pair[1] === output) ? [] : [index]));
  const stream = model.createStream({ batch: sizes.batch ?? 1 });
  for (const { inputs, outputs } of steps) {
    const wanted = kept.map((index) => ({ dims: dims[index] ?? [], data: outputs[index] ?? '' }));
    expectOutputs(stream.runNamed(fed(data, inputs, sizes)), spec.outputs, wanted, sizes, one.tolerance);
  }
  model.dispose();
}

/** Frame `t` of a value, whose time is this axis. */
function frameAt({ data, shape }: Tensor, axis: number, t: number): Tensor {
  const size = shape[axis] as number;
  const inner = product(shape.slice(axis + 1));
  const own = Array.from(data).filter((_, i) => Math.floor(i / inner) % size === t);
  return { data: Float32Array.from(own), shape: shape.map((n, at) => (at === axis ? 1 : n)) };
}

/**
 * Holds a stream that is given `X` frame by frame to the bits of the whole run.
 * @returns whether the model streams; why not is said in words.
 */
export async function streams(one: Case, build: (typeof builds)[0]): Promise<boolean> {
  const model = await createModel(fromOnnx(bytes(one), one.options), { build });
  const [from, to] = [model.inputs[0], model.outputs[0]].map((value) => value?.axes?.indexOf('time') as number);
  try {
    for (const run of one.runs) {
      const stream = model.createStream({ batch: run.batch });
      const X = fed(['X'], run.inputs, sizesOf(run)).X as Tensor;
      const whole = model.runNamed({ X }).Y as Tensor;
      expect(whole.shape[to as number], one.name).toBe(run.time);
      for (let t = 0; t < run.time; t++) {
        const { Y } = stream.runNamed({ X: frameAt(X, from as number, t) });
        expectSameBits(Y?.data as Float32Array, frameAt(whole, to as number, t).data as Float32Array);
      }
      stream.dispose();
    }
    return true;
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    expect(error.message).toMatch(/^createStream: cannot stream: layer ".*" .*; expected run\(\) instead$/);
    return false;
  } finally {
    model.dispose();
  }
}

/** A stream that is given the timesteps of `X` `[batch, time, features]` one by one makes the bits of the whole run. */
export async function checkSteps(one: Case, build: (typeof builds)[0]): Promise<void> {
  const model = await createModel(fromOnnx(bytes(one), one.options), { build });
  for (const run of one.runs) {
    const X = fed(['X'], run.inputs, sizesOf(run)).X as Tensor;
    const whole = model.runNamed({ X }).Y as Tensor;
    const [batch, time] = X.shape as [number, number];
    const at = ({ data: all }: Tensor, t: number): Float32Array => {
      const data = all as Float32Array;
      const features = data.length / batch / time;
      const rows = Array.from({ length: batch }, (_, b) =>
        Array.from(data.subarray((b * time + t) * features, (b * time + t + 1) * features)),
      );
      return Float32Array.from(rows.flat());
    };
    const stream = model.createStream({ batch });
    for (let t = 0; t < time; t++) expect(stream.step(at(X, t))).toEqual(at(whole, t));
    stream.dispose();
  }
  model.dispose();
}
