import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { plainModel } from '../../src/cli/plain/model.js';
import { fromSafetensors } from '../../src/importers/safetensors/index.js';
import { createModel, type ModelSpec } from '../../src/index.js';
import { npy } from '../importers/npy.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';
import { folder, gatewise, put, putModel, WEATHER } from './here.js';

const spec = stack('gru', 3, 6);
const model = await createModel(spec);
const file = putModel('gru.gatewise', spec);
const x = randomFloats(60, 4);
const y = model.run(x);
const features = y.length / 20;
const bytes = (data: Float32Array): Uint8Array => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
const input = put('x.npy', npy('<f4', [20, 3], bytes(x)));

describe('verify', () => {
  const off = Float32Array.from(y);
  off[4 * features + 1] = (off[4 * features + 1] as number) + 0.25;
  const right = put('y.npy', npy('<f4', [20, features], bytes(y)));
  const wrong = put('off.npy', npy('<f4', [1, 20, features], bytes(off)));

  it('passes what is the same, whatever the format', async () => {
    const as = async (format: string): Promise<string> => {
      const path = join(folder, `same.${format}`);
      await gatewise(['run', file, '-i', input, '-o', path]);
      return path;
    };
    for (const against of [right, await as('csv'), await as('npz'), await as('json'), await as('tsv')]) {
      const { code, out, err } = await gatewise([
        'verify',
        file,
        '-i',
        input,
        '--against',
        against,
        '--tolerance',
        '0',
      ]);
      expect(err).toBe('');
      expect(out).toMatch(/^ {2}head {2}\[1, 20, 3\] {2}largest error 0 at/);
      expect(out).toMatch(/within 0\n$/);
      expect(code).toBe(0);
    }
    const nested = put(
      'nested.json',
      JSON.stringify(Array.from({ length: 20 }, (_, t) => [...y.subarray(t * features, (t + 1) * features)])),
    );
    expect((await gatewise(['verify', file, '-i', input, '-a', nested, '--tolerance', '0'])).code).toBe(0);
  });

  it('says the largest error and where it is', async () => {
    const { code, out, err } = await gatewise(['verify', file, '-i', input, '-a', wrong]);
    expect(out).toMatch(/largest error 2.5e-1 at \[0, 4, 1\]: .* rms 3.2e-2\nabove 0.0001\n/);
    expect(err).toMatch(
      /^gatewise: output "head", \[0, 4, 1\]: not within the tolerance; expected an error of 0.0001 at most, got 2.5e-1\n$/,
    );
    expect(code).toBe(1);
    const json = await gatewise(['verify', file, '-i', input, '-a', wrong, '--tolerance', '0.3', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({
      within: true,
      tolerance: 0.3,
      outputs: [{ output: 'head', at: [0, 4, 1] }],
    });
    expect(json.code).toBe(0);
  });

  it('a NaN is no number within any tolerance', async () => {
    const nan = put(
      'nan.npy',
      npy('<f4', [20, features], bytes(Float32Array.from(y, (v, i) => (i === 7 ? Number.NaN : v)))),
    );
    const { code, out } = await gatewise(['verify', file, '-i', input, '-a', nan, '--tolerance', '1e9', '--json']);
    expect(JSON.parse(out).outputs[0]).toMatchObject({ largest: 'Infinity', at: [0, 2, 1], expected: 'NaN' });
    expect(code).toBe(1);
  });

  it.each([
    [
      put('short.npy', npy('<f4', [19, features], bytes(y.slice(features)))),
      1,
      /output "head": wrong shape; expected \[1, 20, 3\], as the model gives, got \[19, 3\]/,
    ],
    [put('turned.npy', npy('<f4', [features, 20], bytes(y))), 1, /wrong shape/],
    [put('named.json', '{"tail":[[1]]}'), 1, /an output that is missing; expected head, got tail/],
    [put('words.json', '[["a"]]'), 1, /not an array of numbers/],
    ['none.npy', 1, /ENOENT/],
    [put('y.xyz', ''), 2, /of no known format/],
  ])('%s', async (against, code, words) => {
    const ended = await gatewise(['verify', file, '-i', input, '-a', against]);
    expect(ended.err).toMatch(words);
    expect(ended.code).toBe(code);
  });

  it('an odd tolerance', async () => {
    expect(await gatewise(['verify', file, '-i', input, '-a', right, '--tolerance', 'x'])).toMatchObject({ code: 2 });
  });
});

describe('convert', () => {
  it('writes a container of the same bits, which opens without a config', async () => {
    const out = join(folder, 'weather.gatewise.safetensors');
    const { code, out: text } = await gatewise(['convert', WEATHER, '--assume', 'chain', '--out', out]);
    expect(code).toBe(0);
    expect(text).toMatch(/^safetensors, 207444 bytes → .*weather.gatewise.safetensors, \d+ bytes\n$/);
    const [a, b] = [
      await gatewise(['run', WEATHER, '--assume', 'chain', '-i', '-'], '1,2,3,4\n'),
      await gatewise(['run', out, '-i', '-'], '1,2,3,4\n'),
    ];
    expect(b.out).toBe(a.out);
    const json = await gatewise(['convert', WEATHER, '--assume', 'chain', '--out', out, '--json']);
    expect(JSON.parse(json.out)).toMatchObject({
      out,
      format: 'safetensors',
      bytes: [207444, readFileSync(out).length],
    });
  });

  it('leaves nothing of a file that is no model', async () => {
    const out = join(folder, 'nothing.gatewise');
    const odd: ModelSpec = { ...spec, outputs: ['nobody'] };
    for (const wrong of [WEATHER, putModel('odd.gatewise', odd), 'none.onnx'])
      expect(await gatewise(['convert', wrong, '--out', out])).toMatchObject({ code: 1, out: '' });
    expect(existsSync(out)).toBe(false);
    expect((await gatewise(['convert', WEATHER])).code).toBe(2);
  });
});

describe('quantize', () => {
  const large = stack('lstm', 8, 64);
  const path = putModel('large.gatewise', large);
  const samples = put('samples.npy', npy('<f4', [20, 8], bytes(randomFloats(160, 5))));
  const out = join(folder, 'int8.gatewise');

  it('writes int8 weights, and says how far the outputs are', async () => {
    const ended = await gatewise(['quantize', path, '--out', out, '--samples', samples, '--json']);
    expect(ended.err).toBe('');
    const report = JSON.parse(ended.out);
    expect(report.layers[0]).toMatchObject({ name: 'lstm0', int8: true });
    expect(report.outputs.head.max).toBeGreaterThan(0);
    expect(report.outputs.head.max).toBeLessThan(0.05);
    expect(Object.keys(fromSafetensors(readFileSync(out)).int8 ?? {})).toHaveLength(2);
    expect((await gatewise(['bench', out, '--seconds', '0.05'])).out).toMatch(/plain JS {2}not compared: int8 weights/);
  });

  it('takes samples of any format, keeps layers, and compensates', async () => {
    const table = put(
      'samples.csv',
      Array.from(randomFloats(160, 5), (v, i) => `${v}${i % 8 === 7 ? '\n' : ','}`).join(''),
    );
    const named = put('samples.json', `{"x":${JSON.stringify([[1, 2, 3, 4, 5, 6, 7, 8]])}}`);
    const all = ['--samples', table, '--samples', named, '--compensate', '--all', '--keep', 'head'];
    const { out: text, err } = await gatewise(['quantize', path, '--out', out, ...all]);
    expect(err).toBe('');
    expect(text).toMatch(/head +dense +float32: kept/);
  });

  it('gives weights a scale in blocks, and leaves what would be rounded', async () => {
    const scales = async (...flags: string[]): Promise<number[]> => {
      expect((await gatewise(['quantize', path, '--out', out, ...flags])).err).toBe('');
      return Object.values(fromSafetensors(readFileSync(out)).int8 ?? {}).map((tensor) => tensor.scales.length);
    };
    // Four gates of 64 units, over 8 inputs and 64 of h.
    expect(await scales()).toEqual([256, 256]);
    expect(await scales('--block', '4')).toEqual([256 * 2, 256 * 16]);
    expect(await scales('--layers', 'all')).toHaveLength(3);
    expect(await scales('--layers', 'exact')).toEqual([]);
    // One whose weights are integers times a scale.
    const whole = { ...large, tensors: { ...large.tensors } };
    for (const [name, { shape, data }] of Object.entries(large.tensors))
      if (shape.length === 2) whole.tensors[name] = { shape, data: data.map((n) => Math.round(n * 64) / 64 + 0) };
    const { out: text } = await gatewise([
      'quantize',
      putModel('whole.gatewise', whole),
      '--out',
      out,
      '--layers',
      'exact',
    ]);
    expect(text).toMatch(/lstm0 +lstm +int8/);
    const int8 = fromSafetensors(readFileSync(out)).int8 ?? {};
    for (const [name, { data, scales, shape }] of Object.entries(int8)) {
      const width = shape[1] as number;
      const values = Array.from(data, (q, at) => Math.fround(q * (scales[Math.floor(at / width)] as number)));
      expectSameBits(values, whole.tensors[name]?.data ?? []);
    }
    expect(Object.keys(int8).length).toBeGreaterThan(1);
  });

  it('is refused by name', async () => {
    const wrong = join(folder, 'wrong.gatewise');
    for (const [flags, words] of [
      [['--layers', 'most'], '--layers: no such choice; expected faster, all, exact, got most'],
      [['--layers', 'exact', '--all'], '--all: not with --layers exact'],
      [['--block', 'x'], '--block: expected a whole number of at least 1, got x'],
    ] as const) {
      const { err, code } = await gatewise(['quantize', path, '--out', wrong, ...flags]);
      expect([err, code]).toEqual([`gatewise: ${words}\n`, 2]);
    }
    expect((await gatewise(['quantize', path, '--out', wrong, '--block', '6'])).err).toMatch(/block.*a multiple of 4/);
    const ended = await gatewise(['quantize', path, '--out', wrong, '--keep', 'tail']);
    expect(ended.err).toMatch(/quantize, keep: no such layer; expected lstm0, head, got "tail"/);
    expect(ended.code).toBe(1);
    expect((await gatewise(['quantize', path, '--out', wrong, '--compensate'])).err).toMatch(
      /nothing to go by; expected samples/,
    );
    expect((await gatewise(['quantize', path, '--out', wrong, '--samples', input])).code).toBe(1);
    expect(existsSync(wrong)).toBe(false);
  });
});

describe('bench', () => {
  it('times steps, a sequence, and plain JS', async () => {
    const { out, code } = await gatewise(['bench', file, '--seconds', '0.05', '--json', '--timesteps', '16']);
    expect(code).toBe(0);
    const { figures, timesteps } = JSON.parse(out);
    expect(timesteps).toBe(16);
    expect(figures.map(({ name }: { name: string }) => name)).toEqual(['step by step', 'a run of 16', 'plain JS']);
    for (const { micros, least } of figures) expect(0 < least && least <= micros).toBe(true);
    expect((await gatewise(['bench', file, '--seconds', '0.05'])).out).toMatch(
      /a run of 128 +[\d.]+ µs a timestep +[\d,]+ a second +[\d.]+x plain JS/,
    );
  });

  it('of what does not stream, the runs alone', async () => {
    const both = new SpecBuilder(2).bidirectional('gru', 'g', 'x', 3, 4).spec(3);
    const { out } = await gatewise(['bench', putModel('both.gatewise', both), '--seconds', '0.05']);
    expect(out).not.toContain('step by step');
    expect(out).toMatch(/plain JS {2}not compared: layer "g" is of type bidirectional/);
  });

  it('refuses odd options', async () => {
    expect((await gatewise(['bench', file, '--seconds', '0'])).err).toMatch(
      /--seconds: expected a number above 0, got 0/,
    );
    expect((await gatewise(['bench', file, '--timesteps', '1.5'])).code).toBe(2);
    expect((await gatewise(['bench', 'none.onnx'])).code).toBe(1);
  });
});

describe('plain JS computes the same', () => {
  it.each<[string, ModelSpec]>([
    ['lstm', stack('lstm', 5, 7, 2)],
    ['lstm without biases', new SpecBuilder(3).recurrent('lstm', 'a', 'x', 5, 6, { bias: false }).spec(5)],
    ['gru, reset after', stack('gru', 5, 7, 2)],
    ['gru, reset before', stack('gru', 5, 7, 1, 1, { resetAfter: false })],
    ['rnn', stack('rnn', 5, 9, 2)],
    ['rnn of relu', new SpecBuilder(3).recurrent('rnn', 'a', 'x', 5, 6, { activation: 'relu' }).spec(5)],
    ['dense of tanh', new SpecBuilder(3).recurrent('rnn', 'a', 'x', 5, 6).dense('d', 'a', 6, 3, 'tanh').spec(5)],
  ])('%s', async (_, spec) => {
    const plain = plainModel(spec);
    if (!('step' in plain)) throw new Error(plain.why);
    const stream = (await createModel(spec)).createStream();
    for (let t = 0; t < 6; t++) {
      const frame = randomFloats(5, t);
      const [got, wanted] = [plain.step(frame), stream.step(frame)];
      wanted.forEach((value, at) => {
        expect(Math.abs(value - (got[at] as number))).toBeLessThan(1e-5);
      });
    }
  });

  it.each<[string, ModelSpec, string]>([
    [
      'peepholes',
      new SpecBuilder(3).recurrent('lstm', 'a', 'x', 5, 6, { peephole: true }).spec(5),
      'layer "a" has peephole',
    ],
    ['clip', new SpecBuilder(3).recurrent('gru', 'a', 'x', 5, 6, { clip: 1 }).spec(5), 'layer "a" has clip'],
    [
      'other gates',
      new SpecBuilder(3).recurrent('gru', 'a', 'x', 5, 6, { activations: { r: 'relu' } }).spec(5),
      'layer "a" has another activation of r',
    ],
    ['gelu', new SpecBuilder(3).dense('a', 'x', 5, 6, 'gelu').spec(5), 'layer "a" has a function of its own'],
    ['forks', new SpecBuilder(3).dense('a', 'x', 5, 6).dense('b', 'x', 5, 6).spec(5), 'layer "b" is not in a chain'],
  ])('and nothing where it would not: %s', (_, spec, why) => {
    expect(plainModel(spec)).toEqual({ why });
  });
});
