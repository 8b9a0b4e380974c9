import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
// @ts-expect-error: a script of the demo, without types
import { agreement, segments } from '../../examples/vad/segments.mjs';
import { load } from '../../src/importers/load/index.js';
import { fromOnnx } from '../../src/importers/onnx/index.js';
import { createModel } from '../../src/index.js';
import { readWav } from '../models/audio.js';
import { largestDifference } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { modelsFolder, needs, needsModels } from '../support/needs.js';

const FRAME = 0.032;
const find = (probabilities: number[], more: object = {}) => segments(probabilities, { frame: FRAME, pad: 0, ...more });
const run = (n: number, p: number): number[] => Array(n).fill(p);

describe('speech segments', () => {
  it('begin at the threshold and end after enough silence', () => {
    const [only, ...others] = find([...run(10, 0), ...run(20, 0.9), ...run(10, 0)]);
    expect(others).toEqual([]);
    expect(only.start).toBeCloseTo(10 * FRAME);
    expect(only.end).toBeCloseTo(30 * FRAME);
  });
  it('a dip that is short, or not below the lower threshold, does not end them', () => {
    expect(find([...run(20, 0.9), ...run(3, 0.1), ...run(20, 0.9)])).toHaveLength(1);
    expect(find([...run(20, 0.9), ...run(10, 0.4), ...run(20, 0.9)])).toHaveLength(1);
    expect(find([...run(20, 0.9), ...run(10, 0.1), ...run(20, 0.9)])).toHaveLength(2);
  });
  it('what is too short is no speech', () => {
    expect(find([...run(10, 0), ...run(7, 0.9), ...run(10, 0)])).toEqual([]);
    expect(find([...run(10, 0), ...run(7, 0.9), ...run(10, 0)], { minSpeech: 0.2 })).toHaveLength(1);
  });
  it('speech up to the end counts, silence and nothing give none', () => {
    expect(find(run(20, 0.9))).toEqual([{ start: 0, end: 20 * FRAME }]);
    expect(find(run(20, 0))).toEqual([]);
    expect(find([])).toEqual([]);
  });
  it('are widened, but neither beyond the clip nor into one another', () => {
    const wide = find([...run(20, 0.9), ...run(5, 0), ...run(20, 0.9)], { pad: 10 });
    expect(wide[0].start).toBe(0);
    expect(wide[0].end).toBeCloseTo(wide[1].start);
    expect(wide[1].end).toBeCloseTo(45 * FRAME);
  });
  it('agreement counts frames', () => {
    expect(agreement([{ start: 0, end: 1 }], [{ start: 0, end: 2 }], 4, 1)).toBe(0.75);
  });
});

const installed = new URL(
  '../../examples/vad/silero/node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx',
  import.meta.url,
);
const needsSilero = needs(existsSync(installed), 'npm ci --prefix examples/vad/silero was not run');

function listen(model: Awaited<ReturnType<typeof createModel>>, samples: Float32Array): number[] {
  const stream = model.createStream();
  const frame = new Float32Array(576);
  return Array.from({ length: Math.floor(samples.length / 512) }, (_, window) => {
    frame.copyWithin(0, 512);
    frame.set(samples.subarray(window * 512, (window + 1) * 512), 64);
    return stream.step(frame)[0] as number;
  });
}
const open = () => fromOnnx(readFileSync(installed), { inputs: { sr: 16000 }, shapes: { input: [null, 576] } });

describe.each(builds)('Silero VAD v5 from npm, %s', needsSilero, (build) => {
  it('models: the probabilities of all 1,875 windows', needsModels, async () => {
    const samples = readWav(readFileSync(`${modelsFolder}/silero-vad/test.wav`));
    const { probs } = JSON.parse(readFileSync(`${modelsFolder}/silero-vad/ort_probs_v5.json`, 'utf8'));
    const got = listen(await createModel(open(), { build }), samples);
    expect([got.length, probs.length]).toEqual([1875, 1875]);
    expect(largestDifference(got, probs)).toBeLessThan(1e-4);
  });

  it('hears the speech in the demo’s clip', async () => {
    const clip = (name: string) => readFileSync(new URL(`../../examples/vad/${name}`, import.meta.url));
    const { speech } = JSON.parse(clip('clip.json').toString());
    const got = listen(await createModel(open(), { build }), readWav(clip('clip.wav')));
    expect(agreement(segments(got, { frame: FRAME }), speech, got.length, FRAME)).toBeGreaterThan(0.9);
  });
});

it('Silero VAD v5, opened as it is, names the input that decides it and the option for it', needsSilero, async () => {
  await expect(load(readFileSync(installed))).rejects.toThrow(
    'node "If_0" (If): a branch that depends on the input; expected options.inputs: { sr: … }, which decides it',
  );
});
