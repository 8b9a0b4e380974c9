import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromNam, readNam } from '../../src/importers/nam/index.js';
import { createModel } from '../../src/index.js';
import { builds } from '../support/builds.js';
import { drawn, expectClose, floats, refusal } from './support.js';

interface Case {
  readonly name: string;
  readonly seed: number;
  readonly shape: number[];
  readonly file: { architecture: string; config: Record<string, number>; weights: number[] };
  readonly output: string;
}
const cases: Case[] = JSON.parse(readFileSync(new URL('../golden/nam-files/models.json', import.meta.url), 'utf8'));
const bytes = (file: object): Uint8Array => new TextEncoder().encode(JSON.stringify(file));

describe.each(builds)('.nam, %s', (build) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s, as PyTorch computes it', async (_, one) => {
    const model = await createModel(fromNam(bytes(one.file)), { build });
    expectClose(model.runNamed({ input: drawn(one) }).head?.data as Float32Array, floats(one.output));
    // Sample by sample, from the file's own h and c.
    const stream = model.createStream();
    const [inputs] = one.shape.slice(-1) as [number];
    const { data } = drawn(one);
    const got = Array.from(
      { length: 12 },
      (_, t) => stream.step(data.subarray(t * inputs, (t + 1) * inputs))[0] as number,
    );
    expectClose(got, floats(one.output));
  });
});

describe('refused', () => {
  const { file } = cases[1] as Case;
  it.each<[string, object, RegExp]>([
    [
      'WaveNet',
      { ...file, architecture: 'WaveNet' },
      /architecture: one that is not honoured; expected "LSTM", got "WaveNet"/,
    ],
    [
      'a weight too few',
      { ...file, weights: file.weights.slice(1) },
      /weights: wrong number; expected \d+ for 2 layers of 5 units and 1 inputs, got \d+/,
    ],
    [
      'a weight that is no number',
      { ...file, weights: file.weights.map((n, i) => (i === 3 ? null : n)) },
      /weights\[3\]: not a number; expected a number, got null/,
    ],
    [
      'an unknown setting',
      { ...file, config: { ...file.config, dilation: 2 } },
      /config.dilation: a setting that is not honoured/,
    ],
    [
      'units that are no size',
      { ...file, config: { ...file.config, hidden_size: -1 } },
      /config.hidden_size: not a size/,
    ],
    [
      'units beyond all measure',
      { ...file, config: { ...file.config, hidden_size: 2 ** 40 } },
      /weights: wrong number/,
    ],
    ['no weights', { architecture: 'LSTM' }, /not a .nam model/],
  ])('%s', (_, changed, expected) => {
    expect(refusal(() => fromNam(bytes(changed)))).toMatch(expected);
  });

  it('the report tells the parts of a row', () => {
    const { report } = readNam(bytes(file));
    expect(report.tensors[0]).toMatchObject({
      becomes: 'lstm_0.weightIh',
      how: "the first 1 of each row's 6; rows in the order i f g o",
    });
  });
});
