// Puts a golden case together from what is stored of it, wherever JavaScript runs: `cases.ts` reads the files.
import type { ModelSpec, TensorSpec } from '../../src/spec.js';
import { below, uniform } from './prng.js';

/** What a framework computed, thinned: the values at some flat indices of an array of shape `dims`. */
export interface Kept {
  readonly dims: readonly number[];
  readonly indices: readonly number[];
  readonly values: Float32Array;
}

export interface ExpectedOutput extends Kept {
  /** A value of the model, one of `spec.outputs`. */
  readonly name: string;
}

export interface ExpectedState extends Kept {
  /** A recurrent node, or `<name>.forward` and `<name>.backward` of a bidirectional one. */
  readonly layer: string;
  readonly part: 'h' | 'c';
}

export interface GoldenInput {
  /** `[batch, time, features]`, or `[batch, features]` of a vector input. Token ids have features 1. */
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
  readonly batch: number;
  /** Absent for a vector. */
  readonly time?: number;
}

/** One entry per recurrent layer in node order; two for a bidirectional one. */
export interface GoldenState {
  readonly layer: string;
  /** `[batch, units or projection]` */
  readonly h: Float32Array;
  /** `[batch, units]`; LSTM only. */
  readonly c?: Float32Array;
}

export interface GoldenCase {
  /** Unique within its framework. */
  readonly id: string;
  readonly framework: Framework;
  /** Complete, tensors included. */
  readonly spec: ModelSpec;
  readonly inputs: Readonly<Record<string, GoldenInput>>;
  /** `[batch, time]`, 0 at masked timesteps; given with the run, beside what the model's layers mask. */
  readonly mask?: Uint8Array;
  /** `[batch]` */
  readonly lengths?: readonly number[];
  readonly initialState?: readonly GoldenState[];
  readonly expected: readonly ExpectedOutput[];
  readonly expectedStates: readonly ExpectedState[];
}

export const FRAMEWORKS = ['pytorch', 'keras', 'tensorflow', 'onnxruntime'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

// What `case.py` writes.

/** `scale`: uniform float32; `vocabulary`: token ids from 1. */
interface Numbers {
  readonly shape: readonly number[];
  readonly seed: number;
  readonly scale?: number;
  readonly vocabulary?: number;
}
/** Rows of run lengths, valid and masked in turn, beginning with valid. */
type Runs = readonly (readonly number[])[];
interface Pad {
  readonly runs: Runs;
  readonly value: number;
  readonly features?: number;
}
interface StoredKept {
  readonly dims: readonly number[];
  /** Rows 0, every, 2·every, … and the last are kept; a row is as long as the last of `dims`. */
  readonly every: number;
  /** Where its values begin, in floats. */
  readonly at: number;
}
export interface StoredCase {
  readonly id: string;
  readonly spec: Omit<ModelSpec, 'tensors'>;
  readonly tensors: Readonly<Record<string, Numbers>>;
  readonly inputs: Readonly<Record<string, Numbers & { readonly pads?: readonly Pad[] }>>;
  readonly mask?: Runs;
  readonly lengths?: readonly number[];
  readonly initialState?: readonly { readonly layer: string; readonly h: Numbers; readonly c?: Numbers }[];
  readonly outputs: readonly (StoredKept & { readonly name: string })[];
  readonly states: readonly (StoredKept & { readonly layer: string; readonly part: 'h' | 'c' })[];
}
/** @param values the floats of the framework's `.bin`. */
export function makeCase(framework: Framework, stored: StoredCase, values: Float32Array): GoldenCase {
  const { id, spec, mask, lengths, initialState } = stored;
  return {
    id,
    framework,
    spec: { ...spec, tensors: mapValues(stored.tensors, makeTensor) },
    inputs: mapValues(stored.inputs, makeInput),
    ...(mask && { mask: fromRuns(mask) }),
    ...(lengths && { lengths }),
    ...(initialState && {
      initialState: initialState.map(({ layer, h, c }) => ({
        layer,
        h: makeTensor(h).data,
        ...(c && { c: makeTensor(c).data }),
      })),
    }),
    expected: stored.outputs.map((output) => ({ name: output.name, ...kept(output, values) })),
    expectedStates: stored.states.map((state) => ({ layer: state.layer, part: state.part, ...kept(state, values) })),
  };
}

function makeTensor({ shape, seed, scale = 1 }: Numbers): TensorSpec {
  return { shape, data: uniform(seed, size(shape), scale) };
}

function makeInput(stored: Numbers & { readonly pads?: readonly Pad[] }): GoldenInput {
  const { shape, seed, vocabulary, pads = [] } = stored;
  const data =
    vocabulary === undefined ? makeTensor(stored).data : below(seed, size(shape), vocabulary - 1).map((id) => id + 1);
  const features = shape.at(-1) as number;
  for (const pad of pads) {
    fromRuns(pad.runs).forEach((keep, row) => {
      if (!keep) data.fill(pad.value, row * features, row * features + (pad.features ?? features));
    });
  }
  const batch = shape[0] as number;
  return { shape, data, batch, ...(shape.length === 3 && { time: shape[1] as number }) };
}

function fromRuns(runs: Runs): Uint8Array {
  return Uint8Array.from(runs.flatMap((row) => row.flatMap((length, i) => Array(length).fill(i % 2 === 0 ? 1 : 0))));
}

function kept({ dims, every, at }: StoredKept, values: Float32Array): Kept {
  const width = dims.at(-1) as number;
  const rows = size(dims) / width;
  const indices: number[] = [];
  for (let row = 0; row < rows; row++) {
    if (row % every !== 0 && row !== rows - 1) continue;
    for (let i = 0; i < width; i++) indices.push(row * width + i);
  }
  return { dims, indices, values: values.subarray(at, at + indices.length) };
}

const size = (shape: readonly number[]): number => shape.reduce((product, n) => product * n, 1);

function mapValues<A, B>(record: Readonly<Record<string, A>>, f: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, f(value)]));
}
