// What every runtime and every bundler's output must show. It is bundled to one plain module without imports, and given the
// package as the place has it: so it says nothing of how Gatewise got there.
import type { Build, KernelSource, Model, ModelOptions, ModelSpec, Stream } from '../../src/index.js';
import { type Hash, hashWords, hex } from '../../src/state/hash.js';
import { FRAMEWORKS, type Framework, type GoldenCase, makeCase, type StoredCase } from '../golden/case.js';
import { int8Bytes } from '../support/int8-stacks.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';
import { stackBytes } from '../support/stacks.js';
import { fromBase64 } from './base64.js';
import { type File, type Opener, openAll } from './importers.js';

// For what is made elsewhere of the same numbers.
export { randomFloats } from '../support/random.js';

/** The package, as the place has it. */
export interface Given {
  /** `createModel`, or `createModelSync` where nothing can be waited for. */
  readonly createModel: (spec: ModelSpec, options: ModelOptions & { kernels: KernelSource }) => Model | Promise<Model>;
  readonly acceptsBuild: (build: Build) => boolean;
  /** `load`, or as much of it as the place has. */
  readonly load?: Opener;
  /** What `createModel` wants for int8 weights; absent where integer kernels are not asked for. */
  readonly int8?: Pick<ModelOptions, 'int8'>;
  /** The `simd` build, where the package brings none or compiling bytes is forbidden. */
  readonly kernels?: KernelSource;
}

/** What is asked, as JSON: arrays as base64. */
export interface Questions {
  readonly golden: Readonly<Record<Framework, { readonly cases: readonly StoredCase[]; readonly values: string }>>;
  readonly files: readonly File[];
  /** States that were saved elsewhere, by the stream's name. */
  readonly saved: Readonly<Record<string, readonly number[]>>;
}

/** All of it is JSON too. */
export interface Answers {
  /** The bytes that `SIMD_HASH` is the digest of. */
  readonly stacks: readonly number[];
  /** Those that `INT8_HASH` is the digest of, by the best build there is. */
  readonly int8?: readonly number[];
  /** Which build is chosen where none is asked for, whether `relaxed` could be, and how far it is from `simd`. */
  readonly chosen: { readonly build: string; readonly relaxed: boolean; readonly difference: number };
  /** By framework and id: the bits of the outputs, the bits of every gate, and how far the outputs are from the framework's. */
  readonly golden: Readonly<Record<string, { readonly bits: string; readonly gates: string; readonly off: number }>>;
  readonly opened: Readonly<Record<string, string>>;
  readonly streams: Readonly<Record<string, StreamAnswer>>;
  /** By the stream's name, the bits of its second half from the state that was saved elsewhere. */
  readonly resumed: Readonly<Record<string, string>>;
}

interface StreamAnswer {
  /** What `save` gave in the middle. */
  readonly saved: readonly number[];
  /** The bits of the second half. */
  readonly unbroken: string;
  /** The same from `getState` after its way through JSON. */
  readonly fromJson: string;
}

type Make = (spec: ModelSpec) => Promise<Model>;

export async function conform(given: Given, questions: Questions): Promise<Answers> {
  const { kernels, load, int8 } = given;
  const options = (kernels ? { kernels } : {}) as { kernels: KernelSource };
  const make: Make = async (spec) => given.createModel(spec, { ...options, build: 'simd' });

  const golden: Record<string, Answers['golden'][string]> = {};
  for (const framework of FRAMEWORKS) {
    const { cases, values } = questions.golden[framework];
    const floats = new Float32Array(fromBase64(values).buffer);
    for (const stored of cases) {
      golden[`${framework} ${stored.id}`] = await answerCase(make, makeCase(framework, stored, floats));
    }
  }

  const streams: Record<string, StreamAnswer> = {};
  for (const streamed of STREAMED) streams[streamed.name] = await answerStream(make, streamed);

  return {
    stacks: [...(await stackBytes(make))],
    ...(int8 && { int8: [...(await int8Bytes(async (spec) => given.createModel(spec, { ...options, ...int8 })))] }),
    chosen: await choose(make, await given.createModel(CHOICE, options), given.acceptsBuild('relaxed')),
    golden,
    opened: load ? await openAll(questions.files, load, make) : {},
    streams,
    resumed: await resumeAll(make, questions.saved),
  };
}

async function answerCase(make: Make, golden: GoldenCase) {
  const model = await make(golden.spec);
  const { inputs, mask, lengths, initialState } = golden;
  const options = { ...(mask && { mask }), ...(lengths && { lengths }), ...(initialState && { initialState }) };
  const outputs = model.runNamed(inputs, options);
  const gates = fingerprint();
  for (const { layer: _, ...arrays } of model.trace(inputs, options).layers) {
    for (const array of Object.values(arrays)) if (array instanceof Float32Array) gates.add(array);
  }
  const bits = fingerprint();
  let off = 0;
  for (const { name, indices, values } of golden.expected) {
    const { data } = outputs[name] as { data: Float32Array };
    bits.add(data);
    indices.forEach((at, i) => {
      const [got, wanted] = [data[at] as number, values[i] as number];
      const distance = Object.is(got, wanted) ? 0 : Math.abs(got - wanted) / Math.max(1, Math.abs(wanted));
      // A NaN where none is wanted stays.
      if (!(distance <= off)) off = distance;
    });
  }
  model.dispose();
  return { bits: bits.text(), gates: gates.text(), off };
}

interface Streamed {
  readonly name: string;
  readonly spec: ModelSpec;
  readonly features: number;
  readonly batch: number;
}

/** Models with state of every kind, for one row and for some. */
const STREAMED: readonly Streamed[] = [1, 3].flatMap((batch) => [
  { name: `lstm, two layers, batch ${batch}`, spec: stack('lstm', 5, 31, 2), features: 5, batch },
  {
    name: `lstm projected, batch ${batch}`,
    spec: new SpecBuilder(5).recurrent('lstm', 'a', 'x', 9, 20, { projection: 7 }).spec(9),
    features: 9,
    batch,
  },
  { name: `gru, two layers, batch ${batch}`, spec: stack('gru', 5, 31, 2), features: 5, batch },
  { name: `rnn, three layers, batch ${batch}`, spec: stack('rnn', 3, 37, 3), features: 3, batch },
]);
const HALF = 12;

const frame = ({ batch, features }: Streamed, index: number) => randomFloats(batch * features, 100 + index);

function secondHalf(stream: Stream, streamed: Streamed): string {
  const bits = fingerprint();
  for (let i = HALF; i < 2 * HALF; i++) bits.add(stream.step(frame(streamed, i)));
  return bits.text();
}

async function answerStream(make: Make, streamed: Streamed): Promise<StreamAnswer> {
  const { batch } = streamed;
  const model = await make(streamed.spec);
  const stream = model.createStream({ batch });
  for (let i = 0; i < HALF; i++) stream.step(frame(streamed, i));
  const saved = [...stream.save()];
  const json = JSON.stringify(stream.getState(), (_, value) => (value instanceof Float32Array ? [...value] : value));
  const copy = model.createStream({ batch });
  copy.setState(
    JSON.parse(json).map(({ layer, h, c }: { layer: string; h: number[]; c?: number[] }) => ({
      layer,
      h: Float32Array.from(h),
      ...(c && { c: Float32Array.from(c) }),
    })),
  );
  const answer = { saved, unbroken: secondHalf(stream, streamed), fromJson: secondHalf(copy, streamed) };
  model.dispose();
  return answer;
}

/** The second halves of streams whose first halves ran elsewhere. */
export async function resumeAll(make: Make, saved: Questions['saved']): Promise<Answers['resumed']> {
  const resumed: Record<string, string> = {};
  for (const streamed of STREAMED) {
    const bytes = saved[streamed.name];
    if (!bytes) continue;
    const model = await make(streamed.spec);
    const stream = model.createStream({ batch: streamed.batch });
    stream.restore(Uint8Array.from(bytes));
    resumed[streamed.name] = secondHalf(stream, streamed);
    model.dispose();
  }
  return resumed;
}

const CHOICE = stack('lstm', 5, 31, 2);

async function choose(make: Make, chosen: Model, relaxed: boolean): Promise<Answers['chosen']> {
  const x = randomFloats(5 * 20, 1);
  const [a, b] = [(await make(CHOICE)).run(x), chosen.run(x)];
  const difference = a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - (b[i] as number))), 0);
  return { build: chosen.build, relaxed, difference };
}

/** Of all float32 values added, in their order; a NaN is a NaN, whatever its payload. Plain, since worklets have no `crypto`. */
export function fingerprint() {
  let [hash, count]: [Hash | undefined, number] = [undefined, 0];
  return {
    add(values: Float32Array): void {
      const canonical = values.map((value) => (Number.isNaN(value) ? Number.NaN : value));
      hash = hashWords(new Int32Array(canonical.buffer), hash);
      count += values.length;
    },
    text: () => `${count} floats, ${hash === undefined ? '' : hex(hash)}`,
  };
}
