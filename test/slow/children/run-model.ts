import { checkSpec } from '../../../src/graph/check-spec.js';
import { checkInt8 } from '../../../src/graph/int8.js';
import { createModel, type Model, type ModelSpec, UnsupportedError } from '../../../src/index.js';
import { allLayers } from '../../../src/layers/all.js';
import { runReference } from '../../reference/run.js';
import { largestDifference } from '../../support/bits.js';
import { Wrong } from './campaign.js';
import type { Random } from './random.js';

// What comes of a model that opened: run, in steps as a whole, and by the reference where it knows the layers.

const BATCH = 2;
/** Of all numbers that are kept together with what they are compared with; float32 sums of a few terms. */
const NEAR = 1e-4;

type Inputs = Record<string, Float32Array | Int32Array>;
type Numbers = { readonly data: Float32Array };

/** As `createModel` does. @throws {SpecError} */
export function check(spec: ModelSpec): void {
  checkSpec(spec, allLayers, spec.int8 && checkInt8(spec));
}

/** @returns what could be compared: `run`, `twin`, `streamed`. @throws {Wrong} numbers that differ. */
export async function tryModel(whole: ModelSpec, random: Random): Promise<string> {
  // The file's axes are how values come and go, not what is computed.
  const { layouts, ...spec } = whole;
  if (layouts) check(whole);
  const model = await createModel(spec, { build: 'simd', layers: allLayers, memoryLimit: 2 ** 26 });
  try {
    const time = random.between(1, 7);
    const times = new Map<string, number>();
    const inputs: Inputs = {};
    for (const { name, kind, features, dtype, time: own } of model.inputs) {
      const steps = kind === 'vector' ? 1 : typeof own === 'number' ? own : (times.get(`${own}`) ?? time);
      times.set(`${own}`, steps);
      const length = BATCH * steps * features;
      if (length > 2 ** 20) return 'opened';
      inputs[name] =
        dtype === 'int32'
          ? Int32Array.from({ length }, () => random.below(3))
          : Float32Array.from({ length }, () => 4 * random.fraction() - 2);
    }
    const outputs = model.runNamed(inputs, { batch: BATCH });
    const compared = compare(spec, model, inputs, outputs);
    return stream(model, inputs, outputs, time) ? `${compared}, streamed` : compared;
  } finally {
    model.dispose();
  }
}

/** Against the float64 twin of the spec's layers. */
function compare(spec: ModelSpec, model: Model, inputs: Inputs, outputs: Record<string, Numbers>): string {
  // The twin takes one time for all.
  if (model.inputs.some(({ kind, time }) => kind === 'sequence' && time !== 'time') || spec.carries) return 'run';
  // Nor does it leave out of a window of millions what is outside of the sequence.
  if (/\d{8}/.test(JSON.stringify(spec.nodes))) return 'run';
  const given = Object.fromEntries(
    model.inputs.map(({ name, kind, features }) => {
      const data = inputs[name] as Float32Array;
      const time = data.length / BATCH / features;
      return [name, { data, batch: BATCH, ...(kind === 'sequence' && { time }) }];
    }),
  );
  const moved = Object.fromEntries(
    Object.entries(given).map(([name, one]) => [
      name,
      { ...one, data: one.data instanceof Int32Array ? one.data : one.data.map((n) => n * (1 + 1e-5)) },
    ]),
  );
  let twin: ReturnType<typeof runReference>;
  let shaken: ReturnType<typeof runReference>;
  try {
    twin = runReference(spec, given);
    shaken = runReference(spec, moved);
  } catch (error) {
    if (error instanceof RangeError || error instanceof TypeError) return 'run';
    throw error;
  }
  if (!isComparable(spec)) return 'run';
  for (const [name, { data }] of Object.entries(twin.outputs)) {
    // Nothing is known of what is beyond all sense, or hangs on a rounding: a step, a difference of nearly equal numbers.
    if (data.some((n) => !(Math.abs(n) < 1e4))) return 'run';
    if (!(largestDifference(shaken.outputs[name]?.data, data, { relative: true }) <= 10 * NEAR)) return 'run';
    const worst = largestDifference(outputs[name]?.data, data, { relative: true });
    if (!(worst <= NEAR))
      throw new Wrong(`output ${name} is ${worst} from its twin: ${JSON.stringify(spec.nodes).slice(0, 1000)}`);
  }
  return 'twin';
}

/** Whether what lies between can be neither beyond float32 nor a NaN that what follows makes a number of, each in its own way. */
function isComparable({ nodes, tensors }: ModelSpec): boolean {
  const text = JSON.stringify(nodes);
  const lost =
    /"(log|sqrt|power|divide|reciprocal)"/.test(text) &&
    /"(arg_reduce|max|min|sign|where|\w*equal|less|greater)/.test(text);
  // What is added to numbers near 1 and taken away again leaves but a rounding of them.
  const large = /"(alpha|beta)":-?\d{3}/.test(text);
  return !lost && !large && Object.values(tensors).every(({ data }) => data.every((n) => Math.abs(n) < 100));
}

/** Step by step, where that is possible: the same bits. */
function stream(model: Model, inputs: Inputs, outputs: Record<string, Numbers>, time: number): boolean {
  const open = (value: { kind: string; time?: number | string }): boolean =>
    value.kind === 'sequence' && value.time === 'time';
  if (!model.inputs.every(open) || !model.outputs.every(open)) return false;
  let steps: ReturnType<Model['createStream']>;
  try {
    steps = model.createStream({ batch: BATCH });
  } catch (error) {
    if (error instanceof UnsupportedError) return false;
    throw error;
  }
  for (let t = 0; t < time; t++) {
    const frame = Object.fromEntries(
      model.inputs.map(({ name, features }) => [name, at(inputs[name] as Float32Array, t, time, features)]),
    );
    const made = steps.runNamed(frame);
    for (const { name, features } of model.outputs) {
      const got = (made[name] as Numbers).data;
      const wanted = at((outputs[name] as Numbers).data, t, time, features);
      if (!wanted.every((n, i) => Object.is(n, got[i])))
        throw new Wrong(`timestep ${t} of ${name} is ${got} in a step, ${wanted} in a run`);
    }
  }
  steps.dispose();
  return true;
}

/** Timestep t of all rows. */
function at(data: Float32Array | Int32Array, t: number, time: number, features: number): Float32Array {
  const out = new Float32Array(BATCH * features);
  for (let b = 0; b < BATCH; b++)
    out.set(data.subarray((b * time + t) * features, (b * time + t + 1) * features), b * features);
  return out;
}
