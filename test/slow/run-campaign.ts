import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import { expect } from 'vitest';
import type { Order, Outcome } from './children/campaign.js';

/** New ones each time; `SLOW_SEED` gives those of a run before again. */
const SEED = Number(process.env.SLOW_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** Longer looks further: `SLOW_SECONDS=3600`. */
const SECONDS = process.env.SLOW_SECONDS === undefined ? undefined : Number(process.env.SLOW_SECONDS);
/** Exactly so many, however long it takes: with a seed, the same ones on every machine. */
const TRIES = process.env.SLOW_TRIES === undefined ? undefined : Number(process.env.SLOW_TRIES);
const ONLY = process.env.SLOW_ONLY === undefined ? undefined : Number(process.env.SLOW_ONLY);

/** Of a campaign, in milliseconds: hanging is told by what a single one takes. */
export const LONGEST = 3_600_000 * 12;

/** What a single one may take before it counts as hanging, in seconds. */
const HANGS = 60;

/** How many a campaign tries, how long, and how many of each outcome there must be among the least that it tries. */
interface Bounds {
  readonly seconds: number;
  readonly most: number;
  readonly outcomes: Readonly<Record<string, number>>;
}
const LEAST = 1000;

/**
 * Runs a campaign of `children/` in a process of its own with a heap of 256 MB, and prints what came of it. Expects that nothing
 * failed, hung, or ended the process.
 */
export async function runCampaign(name: string, { seconds, most, outcomes }: Bounds): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'campaign-'));
  try {
    const script = join(folder, `${name}.mjs`);
    await build({
      input: fileURLToPath(new URL(`children/${name}.ts`, import.meta.url)),
      platform: 'node',
      output: { file: script, codeSplitting: false },
      logLevel: 'silent',
      // Files beside a module are read by where it stands.
      plugins: [
        {
          name: 'where modules stand',
          transform: (code, id) => code.replaceAll('import.meta.url', JSON.stringify(pathToFileURL(id).href)),
        },
      ],
    });
    const order: Order = {
      seed: SEED,
      seconds: SECONDS ?? seconds,
      least: TRIES ?? LEAST,
      most: TRIES ?? (SECONDS === undefined ? most : Number.MAX_SAFE_INTEGER),
      ...(ONLY !== undefined && { only: ONLY }),
    };
    const { text, last, ending } = await run(script, order);
    const again = `again: SLOW_SEED=${SEED} SLOW_ONLY=${last} npm run test:slow -- ${name}`;
    expect(ending, `number ${last} ended the process; ${again}`).toBe('exit 0');
    const outcome = JSON.parse(text) as Outcome;
    const { tried, counts, failures, slowest, memory } = outcome;
    const parts = Object.entries(counts).map(([word, count]) => `${count} ${word}`);
    console.log(
      [
        `${name}: ${tried} tried with SLOW_SEED=${SEED}: ${parts.join(', ')}; at most ${Math.round(memory / 1024)} MB`,
        ...slowest.map(
          ({ number, what, time }) =>
            `  number ${number}: ${Math.round(time)} ms${time > 1000 ? ', OVER 1 s' : ''}: ${what}`,
        ),
      ].join('\n'),
    );
    expect(failures, `again: SLOW_SEED=${SEED} SLOW_ONLY=<number> npm run test:slow -- ${name}`).toEqual([]);
    if (ONLY !== undefined) return;
    if (TRIES !== undefined) expect(tried).toBe(TRIES);
    if (tried < LEAST) return;
    for (const [word, least] of Object.entries(outcomes)) expect(counts[word], word).toBeGreaterThan(least);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs the script, and ends it when nothing has begun for a while. */
function run(script: string, order: Order): Promise<{ text: string; last: number; ending: string }> {
  const child = spawn(process.execPath, ['--max-old-space-size=256', '--expose-gc', script, JSON.stringify(order)], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
  });
  let text = '';
  let last = 0;
  let watch = setTimeout(() => child.kill('SIGKILL'), 1000 * HANGS);
  child.stdout?.on('data', (data) => {
    text += data;
  });
  child.stdio[3]?.on('data', (data: Buffer) => {
    last = Number(`${data}`.trim().split('\n').at(-1));
    clearTimeout(watch);
    watch = setTimeout(() => child.kill('SIGKILL'), 1000 * HANGS);
  });
  return new Promise((resolve) => {
    child.on('close', (status, signal) => {
      clearTimeout(watch);
      resolve({ text, last, ending: signal === null ? `exit ${status}` : `${signal}` });
    });
  });
}
