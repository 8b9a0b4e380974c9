import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { whenThorough } from '../support/thorough.js';

const ROOT = new URL('../../', import.meta.url);

/** What an example prints, run as a user runs it. */
function demo(name: string, ...args: string[]): string {
  const file = fileURLToPath(new URL(`examples/${name}/demo.mjs`, ROOT));
  const { status, stdout, stderr } = spawnSync(process.execPath, [file, ...args], { encoding: 'utf8' });
  expect([name, status, stderr]).toEqual([name, 0, '']);
  return stdout;
}
const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));

describe('examples, each by the command that its page names', () => {
  it.each(['co2', 'dates', 'names', 'rnnoise', 'sessions', 'wave'])('%s', (name) => {
    expect(scripts[`example:${name}`]).toBe(`npm run --silent build && node examples/${name}/demo.mjs`);
    expect(readFileSync(new URL(`examples/${name}/README.md`, ROOT), 'utf8')).toContain(`npm run example:${name}`);
  });
});

it(
  'weather: the model beats all four others at one and at seven days, and is what PyTorch computed',
  whenThorough,
  () => {
    const printed = demo('weather');
    expect(printed.match(/days? ahead: better than all four/g)).toHaveLength(2);
    const tables = printed.split(/days? ahead: /).slice(1, 3);
    for (const table of tables) {
      const rows = [...table.matchAll(/^ {2}(.{40}) +(\d+\.\d+) +(\d+\.\d+)$/gm)].map(([, who = '', mae, rmse]) => ({
        who: who.trim(),
        mae: Number(mae),
        rmse: Number(rmse),
      }));
      const [ours, ...others] = rows;
      expect(rows.map(({ who }) => who.replace(/ \(.*/, ''))).toEqual([
        'this model',
        'persistence',
        'damped persistence',
        'seasonal-naive',
        'climatology',
      ]);
      for (const { mae, rmse } of others) {
        expect(ours?.mae).toBeLessThan(mae);
        expect(ours?.rmse).toBeLessThan(rmse);
      }
    }
  },
);

it('co2: ten years by feedback are those of PyTorch, and better than the last year again', () => {
  const printed = demo('co2');
  const errors = [...printed.matchAll(/^ {2}\S.* (\d+\.\d\d)$/gm)].map(([, error]) => Number(error));
  expect(errors).toHaveLength(3);
  expect(errors[0]).toBeLessThan(Math.min(...errors.slice(1)));
  expect(printed).toMatch(/own 120 forecasts: \d\.\de-[5-9] ppm/);
});

it('denoise: noises that it has never heard become less, in the files that it names', whenThorough, () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-denoise-'));
  try {
    const printed = demo('denoise', folder);
    expect(scripts['demo:denoise']).toBe('npm run --silent build && node examples/denoise/demo.mjs');
    expect(printed).toMatch(/from PyTorch's own [\d,]+ numbers: \d\.\de-[6-9]\n/);
    const rows = [...printed.matchAll(/^ {2}(\w+) +(\d) dB +(-?\d+\.\d) +(\d+\.\d) +(\d+\.\d)$/gm)];
    expect(rows.map(([, kind, snr]) => `${kind} ${snr}`)).toEqual(
      ['rain', 'engine', 'alarm', 'surf'].flatMap((kind) => [`${kind} 0`, `${kind} 5`]),
    );
    for (const [, , snr, before, after, gain] of rows) {
      expect(Math.abs(Number(before) - Number(snr))).toBeLessThan(0.5);
      expect(Math.abs(Number(after) - Number(before) - Number(gain))).toBeLessThan(0.11);
    }
    const [, mean, least] = /mean gain (\S+) dB, least (\S+) dB/.exec(printed) ?? [];
    expect(Number(mean)).toBeGreaterThan(5);
    expect(Number(least)).toBeGreaterThan(2);
    expect(printed).toMatch(/µs per 16 ms of sound .*: \d+ × real time/);
    const [noisy, denoised] = ['noisy.wav', 'denoised.wav'].map((name) => readFileSync(join(folder, name)));
    expect(denoised?.length).toBe(noisy?.length);
    expect(noisy).toEqual(readFileSync(new URL('examples/denoise/clip.wav', ROOT)));
    expect(readFileSync(join(folder, 'spectrograms.svg'), 'utf8').match(/<image /g)).toHaveLength(2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it(
  'sessions: answers of a server that puts streams away and restarts are those of streams that stay',
  whenThorough,
  () => {
    const printed = demo('sessions');
    expect(printed).toContain('480 of 480 answers have the bits of an uninterrupted stream');
    expect(printed.match(/240 requests of 60 users, 8 streams in memory/g)).toHaveLength(2);
  },
);

it('dates: an encoder and a decoder read what Keras read', whenThorough, () => {
  const printed = demo('dates');
  expect(printed).toMatch(/^ {2}3rd of October 2024 +2024-10-03$/m);
  expect(printed).toContain('200 of 200 are what Keras read');
  expect(demo('dates', '24 Dec 1984', '1/2/2003')).toMatch(/24 Dec 1984 +1984-12-24\n {2}1\/2\/2003 +2003-02-01\n/);
});

it(
  "rnnoise: gains of RNNoise's bands leave the voice and take the noise, and are what PyTorch computed",
  whenThorough,
  () => {
    const printed = demo('rnnoise');
    expect(printed).toMatch(/^RNNoise, text of version 1: 8 layers, /);
    expect(printed.match(/^ +\d+ Hz [ ░▒▓█]+$/gm)).toHaveLength(22);
    const [, voice, noise, between] =
      /the voice by (-?\d+\.\d) dB, the noise by (-\d+\.\d) dB: (\d+\.\d) dB/.exec(printed) ?? [];
    expect(Math.abs(Number(voice) - Number(noise) - Number(between))).toBeLessThan(0.11);
    expect(Number(between)).toBeGreaterThan(3);
    expect(printed).toMatch(/from PyTorch's own 230 numbers: \d\.\de-[5-9]\n/);
  },
);

it('names: as drawn with the seed, all beginning as asked for', () => {
  const printed = demo('names', 'Lake', '0.8', '7');
  const names = [...printed.matchAll(/^ {2}(Lake.*?)(?: {3}\(there is one\))?$/gm)].map(([, name]) => name);
  expect(names).toHaveLength(16);
  expect(new Set(names).size).toBeGreaterThan(8);
  expect(demo('names', 'Lake', '0.8', '7').replace(/\d+ ms/, '')).toBe(printed.replace(/\d+ ms/, ''));
  expect(demo('names', 'Lake', '0.8', '8')).not.toContain(names.join('\n  '));
});

it('wave: goes on as PyTorch did, and shows every gate of both halves', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-wave-'));
  try {
    const printed = demo('wave', folder);
    expect(printed).toMatch(/from PyTorch's own forecast: \d\.\de-[6-9]\n/);
    for (const [name, layers] of [
      ['encoder', ['input', 'lstm_l0', 'lstm_l1']],
      ['decoder', ['input', 'lstm', 'head']],
    ] as const) {
      const html = readFileSync(join(folder, `${name}.html`), 'utf8');
      const [, json = ''] = /id="contents">(.*?)<\/script>/.exec(html) ?? [];
      expect(JSON.parse(json).sections.map((section: { name: string }) => section.name)).toEqual(layers);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
