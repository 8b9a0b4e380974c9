import { describe, expect, it } from 'vitest';
import { fromKeras } from '../../../src/importers/keras/index.js';
import { createModel, type ModelSpec, UnsupportedError } from '../../../src/index.js';
import { expectNear, expectSameBits } from '../../support/bits.js';
import { randomFloats } from '../../support/random.js';
import { part } from '../../support/thorough.js';
import { bytesOf, type Case, casesOf, outputsOf } from './cases.js';

// Values with an axis of frequencies: what Keras computed, and the same in streams, frame by frame.

const CASES = casesOf('keras3-planes');
const isRandom = ({ name }: Case): boolean => name.startsWith('composition_');
const specOf = (one: Case): ModelSpec => fromKeras(bytesOf('keras3-planes', one));

async function hold(one: Case, spec: ModelSpec): Promise<void> {
  const got = await outputsOf(spec, one);
  expect(got.map(({ shape }) => shape)).toEqual(one.outputs.map(({ shape }) => shape));
  one.outputs.forEach(({ data }, index) => {
    const bytes = Buffer.from(data, 'base64');
    const wanted = new Float32Array(new Uint8Array(bytes).buffer);
    expectNear(got[index]?.data, wanted, 1e-5, one.name, { relative: true });
  });
}

/** @returns whether the model streams; then its steps have the bits of the whole. */
async function streams(spec: ModelSpec): Promise<boolean> {
  const model = await createModel(spec);
  const [input] = model.inputs;
  const features = input?.features as number;
  const x = randomFloats(9 * features, 3);
  try {
    const stream = model.createStream();
    const whole = model.run(x);
    const last = model.outputs[0]?.kind === 'vector';
    const parts = Array.from({ length: 9 }, (_, t) => stream.step(x.subarray(t * features, (t + 1) * features)));
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

describe('options', () => {
  it.each(CASES.filter((one) => !isRandom(one)).map((one) => [one.name, one] as const))('%s', async (_, one) => {
    await hold(one, specOf(one));
  });

  it('padding in front of a convolution is its own, so that it streams', async () => {
    const spec = specOf(CASES.find(({ name }) => name === 'causal') as Case);
    expect(spec.nodes.map(({ type, padding }: { type: string; padding?: unknown }) => [type, padding])).toEqual([
      ['conv2d', ['causal', [1, 1]]],
      ['activation', undefined],
      ['conv2d', ['causal', [0, 0]]],
    ]);
    expect(await streams(spec)).toBe(true);
  });
});

describe('compositions', () => {
  const all = CASES.filter(isRandom);
  const random = part(all, 4);
  it(`${random.length} of ${all.length}`, async () => {
    expect(all.length).toBeGreaterThanOrEqual(200);
    let streamed = 0;
    for (const one of random) {
      const spec = specOf(one);
      await hold(one, spec);
      if (await streams(spec)) streamed++;
    }
    expect(streamed).toBeGreaterThan(random.length / 7);
  });
});
