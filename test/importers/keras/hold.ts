import { expect } from 'vitest';
import { createModel, type ModelSpec, UnsupportedError } from '../../../src/index.js';
import { expectNear, expectSameBits } from '../../support/bits.js';
import { randomFloats } from '../../support/random.js';
import { type Case, outputsOf } from './cases.js';

/** Holds a model to what Keras computed. */
export async function hold(one: Case, spec: ModelSpec): Promise<void> {
  const got = await outputsOf(spec, one);
  expect(got.map(({ shape }) => shape)).toEqual(one.outputs.map(({ shape }) => shape));
  one.outputs.forEach(({ data }, index) => {
    const bytes = Buffer.from(data, 'base64');
    const wanted = new Float32Array(new Uint8Array(bytes).buffer);
    expectNear(got[index]?.data, wanted, 1e-5, one.name, { relative: true });
  });
}

/** @returns whether the model streams; then its steps have the bits of the whole. */
export async function streams(spec: ModelSpec): Promise<boolean> {
  const model = await createModel(spec);
  const [input] = model.inputs;
  const features = input?.features as number;
  const x = randomFloats(9 * features, 3);
  try {
    const stream = model.createStream();
    const whole = model.run(x);
    const parts = Array.from({ length: 9 }, (_, t) => stream.step(x.subarray(t * features, (t + 1) * features)));
    // Of models that make one result of all timesteps, the last step's.
    const last = whole.length === parts[0]?.length;
    expectSameBits(last ? (parts.at(-1) as Float32Array) : parts.flatMap((part) => [...part]), whole);
    return true;
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    expect(error.message).toMatch(/^createStream: layer ".*" |has no stream|cannot/);
    return false;
  } finally {
    model.dispose();
  }
}
