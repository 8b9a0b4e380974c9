import { describe, expect, it } from 'vitest';
import { fromRNNoise } from '../../../src/importers/rnnoise/index.js';
import { createModel } from '../../../src/index.js';
import { below, uniform } from '../../golden/prng.js';
import { expectSameBits, largestDifference } from '../../support/bits.js';
import { builds } from '../../support/builds.js';
import { part, thorough } from '../../support/thorough.js';
import { drawn, expectClose, floats } from '../support.js';
import { BLOB_SIZES, blobFile, drawBlob, drawText, recordsOf, TEXT_SIZES, textFile } from './drawn.js';
import { fileOf, goldenCases } from './golden.js';
import { type Arithmetic, blobTwin, type Frame, RATIONAL, ROUNDED, TABLE, textTwin } from './twin.js';

type SixSizes = [number, number, number, number, number, number];
const TIME = thorough ? 300 : 40;
const framesOf = (data: Float32Array, features: number): Float32Array[] =>
  Array.from({ length: data.length / features }, (_, t) => data.subarray(t * features, (t + 1) * features));
const frames = (features: number): Float32Array[] => framesOf(uniform(7, TIME * features, 1), features);
const [text, blob] = [drawText(100), drawBlob(200)];
const published = [
  {
    name: 'text',
    file: textFile(text),
    ...TEXT_SIZES,
    twin: (how?: Arithmetic) => textTwin(text, frames(TEXT_SIZES.features), how),
  },
  {
    name: 'blob',
    file: blobFile(recordsOf(blob)),
    ...BLOB_SIZES,
    twin: (how?: Arithmetic) => blobTwin(blob, frames(BLOB_SIZES.features), how),
  },
] as const;
const flat = (all: readonly Frame[]) => ({ gains: all.flatMap(({ gains }) => gains), vad: all.map(({ vad }) => vad) });

describe.each(builds)('RNNoise, %s', (build) => {
  /** What a model makes of a whole sequence; a stream makes the same bits of it, frame by frame. */
  async function outputs(file: Uint8Array, data: Float32Array) {
    const model = await createModel(fromRNNoise(file), { build });
    const { gains, vad } = model.runNamed({ features: data });
    const whole = { gains: gains?.data as Float32Array, vad: vad?.data as Float32Array };
    const [features = 0] = model.inputs.map((input) => input.features);
    const stream = model.createStream();
    const steps = framesOf(data, features).map((frame) => stream.runNamed({ features: frame }));
    for (const name of ['gains', 'vad'] as const) {
      const stepped = steps.flatMap((step) => Array.from(step[name]?.data as Float32Array));
      expectSameBits(stepped, whole[name]);
    }
    model.dispose();
    return whole;
  }

  it.each(goldenCases)('%s: as Keras or PyTorch computes it', async (_, one) => {
    const got = await outputs(fileOf(one), drawn(one).data);
    expectClose(got.gains, floats(one.gains));
    expectClose(got.vad, floats(one.vad));
  });

  it.each(published)(
    '$name of the published shape: as the twin computes it',
    async ({ file, features, bands, twin }) => {
      const got = await outputs(file, uniform(7, TIME * features, 1));
      const wanted = flat(twin());
      expect(wanted.gains.length).toBe(TIME * bands);
      expectClose(got.gains, wanted.gains);
      expectClose(got.vad, wanted.vad);
      // A network that is stuck would prove nothing.
      expect(Math.max(...wanted.gains) - Math.min(...wanted.gains)).toBeGreaterThan(0.3);
    },
  );
});

describe('of any sizes', () => {
  const SEEDS = part(
    Array.from({ length: 40 }, (_, k) => k + 1),
    8,
  );
  it.each(SEEDS)('as the twins compute it, seed %i', async (seed) => {
    const [features, dense, vad, noise, denoise, bands] = [...below(seed, 6, 12)].map((n) => n + 1) as SixSizes;
    const text = drawText(1000 * seed, { features, dense, vad, noise, denoise, bands });
    const blob = drawBlob(1000 * seed, { features, conv1: 4 * dense, units: 8 * vad, bands });
    const x = uniform(seed, 12 * features, 1);
    for (const [file, twin] of [
      [textFile(text), textTwin(text, framesOf(x, features))],
      [blobFile(recordsOf(blob)), blobTwin(blob, framesOf(x, features))],
    ] as const) {
      const { gains, vad } = (await createModel(fromRNNoise(file))).runNamed({ features: x });
      expectClose(gains?.data as Float32Array, flat(twin).gains);
      expectClose(vad?.data as Float32Array, flat(twin).vad);
    }
  });
});

describe("how far RNNoise's own approximations are from it (docs/formats.md)", () => {
  const distance = (one: readonly Frame[], other: readonly Frame[]): number[] => {
    const [a, b] = [flat(one), flat(other)];
    return [largestDifference(a.gains, b.gains), largestDifference(a.vad, b.vad)];
  };
  const [text, blob] = published;
  it.each<[string, () => number[], number]>([
    ['text: tanh and the sigmoid of a table', () => distance(text.twin(), text.twin(TABLE)), 3e-6],
    ['blob: tanh and the sigmoid of a quotient', () => distance(blob.twin(), blob.twin(RATIONAL)), 2e-4],
    ['blob: what int8 weights multiply rounded as well', () => distance(blob.twin(), blob.twin(ROUNDED)), 4e-3],
  ])('%s', (_, measure, bound) => {
    for (const one of measure()) {
      expect(one).toBeGreaterThan(bound / 50);
      expect(one).toBeLessThan(bound);
    }
  });
});
