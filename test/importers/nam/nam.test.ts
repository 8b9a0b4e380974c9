import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromNam, readNam } from '../../../src/importers/nam/index.js';
import { createModel } from '../../../src/index.js';
import { largestDifference } from '../../support/bits.js';
import { builds } from '../../support/builds.js';
import { drawn, expectClose, floats, refusal } from '../support.js';

interface Case {
  readonly name: string;
  readonly seed: number;
  readonly shape: number[];
  readonly file: { architecture: string; config: Record<string, number>; weights: number[] };
  readonly output: string;
}
const cases: Case[] = JSON.parse(readFileSync(new URL('../../golden/nam-files/models.json', import.meta.url), 'utf8'));
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
    [
      'a field that it does not know',
      { ...file, output_scale: 2 },
      /^file: unknown field; expected version, architecture, config, weights, sample_rate, metadata, got "output_scale"$/,
    ],
    [
      'metadata that is no object',
      { ...file, metadata: 7 },
      /^file.metadata: not usable; expected an object or null, got 7$/,
    ],
    [
      'a newer version',
      { ...file, version: '0.8.0' },
      /^version: one that is not read; expected 0.5 to 0.7, got "0.8.0"$/,
    ],
    ['an older version', { ...file, version: '0.4.0' }, /^version: one that is not read/],
    ['a version that ends like one', { ...file, version: '10.5.1' }, /^version: one that is not read; .*got "10.5.1"$/],
    [
      'a sample rate in words',
      { ...file, sample_rate: '48k' },
      /^file.sample_rate: not usable; expected a number or null, got "48k"$/,
    ],
    [
      'no config',
      { ...file, config: undefined },
      /^file: not a .nam model; expected { architecture, config, weights }, got/,
    ],
    ['weights that are no list', { ...file, weights: {} }, /^file: not a .nam model/],
    ['a list', [file], /^file: not a .nam model/],
    [
      'channels that are not its inputs',
      { ...file, config: { ...file.config, in_channels: 2 } },
      /^config.in_channels: not input_size; expected 1, got 2$/,
    ],
  ])('%s', (_, changed, expected) => {
    expect(refusal(() => fromNam(bytes(changed)))).toMatch(expected);
  });

  it('options: limits alone', () => {
    const read = fromNam as (bytes: Uint8Array, options: object) => unknown;
    expect(refusal(() => read(bytes(file), { sampleRate: 1 }))).toBe(
      'options: unknown field; expected limits, got "sampleRate"',
    );
    expect(refusal(() => (readNam as typeof read)(bytes(file), { sampleRate: 1 }))).toContain('options: unknown field');
    expect([bytes(file)].map(fromNam)[0]?.nodes.length).toBe(3);
  });

  it('JSON that is none', () => {
    expect(refusal(() => fromNam(Buffer.from('{')))).toMatch(/^file: /);
  });

  it('the report tells what the file states, and nothing else', () => {
    const stated = (changed: object) => readNam(bytes({ ...file, ...changed })).report;
    const rates = (changed: object) =>
      stated(changed).attributes.flatMap(({ attribute, value }) => (attribute === 'sample_rate' ? [value] : []));
    expect(rates({ sample_rate: 48000 })).toEqual(['48000']);
    expect(rates({ sample_rate: null })).toEqual(['null']);
    expect(rates({ sample_rate: undefined })).toEqual([]);
    expect(stated({ version: '0.5.3' }).format).toBe('Neural Amp Modeler 0.5.3, LSTM');
    expect(stated({ version: undefined }).format).toBe('Neural Amp Modeler, LSTM');
  });

  it('the report tells the parts of a row', () => {
    const { report } = readNam(bytes(file));
    expect(report.tensors[0]).toMatchObject({
      becomes: 'lstm_0.weightIh',
      how: "the first 1 of each row's 6; rows in the order i f g o",
    });
  });
});

it('several outputs: a row of the head for each', async () => {
  const [{ file, shape, seed }] = cases as [Case];
  const units = file.config.hidden_size as number;
  const [weights, bias] = [file.weights.slice(0, -1 - units), file.weights.slice(-1 - units)];
  const row = bias.slice(0, units);
  const two = {
    ...file,
    config: { ...file.config, in_channels: 1, out_channels: 2 },
    weights: [...weights, ...row, ...row.map((n) => -n), bias[units] as number, 0.5],
  };
  const [one, both] = [await createModel(fromNam(bytes(file))), await createModel(fromNam(bytes(two)))];
  const x = drawn({ seed, shape });
  const [y, pair] = [one.runNamed({ input: x }).head?.data, both.runNamed({ input: x }).head?.data];
  y?.forEach((value, t) => {
    expect(pair?.[2 * t]).toBe(value);
    expect(Math.abs((pair?.[2 * t + 1] as number) - (0.5 + (bias[units] as number) - value))).toBeLessThan(1e-6);
  });
});

describe('what matters and what does not', () => {
  const run = async (file: object, one: Case) => {
    const model = await createModel(fromNam(bytes(file)));
    const { data } = model.runNamed({ input: drawn(one) }).head as { data: Float32Array };
    model.dispose();
    return data;
  };

  it.each(cases.map((one) => [one.name, one] as const))('%s: the initial h and c of each layer', async (_, one) => {
    const { input_size: inputs = 0, hidden_size: units = 0, num_layers: layers = 0 } = one.file.config;
    const wanted = floats(one.output);
    let at = 0;
    for (let layer = 0; layer < layers; layer++) {
      at += 4 * units * ((layer === 0 ? inputs : units) + units) + 4 * units;
      for (const begin of [at, at + units]) {
        const weights = one.file.weights.map((value, i) => (i >= begin && i < begin + units ? 0 : value));
        expect(largestDifference(await run({ ...one.file, weights }, one), wanted)).toBeGreaterThan(1e-4);
      }
      at += 2 * units;
    }
    expect(at + units + 1).toBe(one.file.weights.length);
  });

  it('sample rate and metadata change no number, and are reported', async () => {
    const [one] = cases as [Case];
    const file = { ...one.file, sample_rate: 44100, metadata: { loudness: -18, gain: 0.5, output_level_dbu: 12 } };
    expect(largestDifference(await run(file, one), await run(one.file, one))).toBe(0);
    const { report } = readNam(bytes(file));
    expect(report.attributes[0]).toEqual({ layer: 'file', attribute: 'sample_rate', value: '44100', source: 'file' });
    expect(report.notes).toContain('metadata: loudness, gain and levels are for the player, not applied');
  });
});
