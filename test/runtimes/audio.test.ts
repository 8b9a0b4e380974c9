import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toSafetensors } from '../../src/importers/safetensors/index.js';
import { createModel } from '../../src/index.js';
import { randomFloats, SpecBuilder } from '../support/random.js';
import { chromiumPath, needsChromium } from './here.js';
import { newProject, putSuite } from './project.js';
import { type Site, STRICT, serve } from './site.js';
import { fingerprint } from './suite.js';

const RATE = 48_000;
/** Samples a call of `process`, and the milliseconds there are for it. */
const QUANTUM = 128;
const DEADLINE = (1000 * QUANTUM) / RATE;
/** Twenty seconds: in 1 MB of new space, a collection shows from one byte a sample on. */
const SAMPLES = 20 * RATE;
/** Calls until the code is compiled. */
const WARM = 1000;

/** As captures of amplifiers are: one sample in, one out, an LSTM of 40 units between. */
const AMP = new SpecBuilder(1).recurrent('lstm', 'lstm', 'x', 1, 40).dense('head', 'lstm', 40, 1).spec(1);

/** Typed arrays do not survive the way into the page, text does. */
const bytes = Buffer.from(toSafetensors(AMP)).toString('base64');

type Processor = 'amp' | 'wasteful';
/** What entries/audio.mjs puts into the page. */
declare const audio: {
  render(processor: Processor, spec: string, samples: number, rate: number): Promise<string>;
  play(processor: Processor, spec: string, seconds: number, rate: number): Promise<{ underruns?: number }>;
};

/** An event of Chromium's traces; `dur` in microseconds. */
interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  readonly ph: string;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
}
const PROCESS = 'AudioWorkletProcessor::Process (author script execution)';

describe('an amplifier in an AudioWorklet', needsChromium, () => {
  let site: Site;
  let browser: Browser;

  beforeAll(async () => {
    const project = newProject();
    const entries = ['audio.mjs', 'amp.mjs'].map((name) => new URL(`entries/${name}`, import.meta.url));
    await putSuite(project, ...entries);
    site = await serve(
      project,
      { 'index.html': '<!doctype html><script type="module" src="audio.mjs"></script>' },
      STRICT,
    );
    browser = await chromium.launch({
      executablePath: chromiumPath as string,
      // A new space of 1 MB, so that little garbage is enough to be collected.
      args: [
        '--no-sandbox',
        '--autoplay-policy=no-user-gesture-required',
        '--js-flags=--semi-space-growth-factor=1 --min-semi-space-size=1 --max-semi-space-size=1',
      ],
    });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    site?.close();
  });

  /** Does it in a new page. @returns what it gives, and the events of the thread that runs `process`, in order. */
  async function traced<Result>(
    act: (tab: Page) => Promise<Result>,
  ): Promise<{ result: Result; events: TraceEvent[] }> {
    const tab = await browser.newPage();
    await tab.goto(site.url);
    await browser.startTracing(tab, { categories: ['disabled-by-default-audio-worklet', 'v8', 'devtools.timeline'] });
    const result = await act(tab);
    const { traceEvents }: { traceEvents: TraceEvent[] } = JSON.parse((await browser.stopTracing()).toString());
    await tab.close();
    const thread = traceEvents.find(({ name }) => name === PROCESS)?.tid;
    return { result, events: traceEvents.filter(({ tid }) => tid === thread).sort((a, b) => a.ts - b.ts) };
  }

  /** Collections that began within a call of `process`, once its code is compiled. */
  function collections(events: readonly TraceEvent[]): number {
    const calls = events.filter(({ name }) => name === PROCESS);
    expect(calls.length).toBe(SAMPLES / QUANTUM);
    let end = 0;
    let count = 0;
    for (const { name, ts, dur = 0 } of events) {
      if (name === PROCESS && ts >= (calls[WARM] as TraceEvent).ts) end = ts + dur;
      if (/^M(in|aj)orGC$/.test(name) && ts < end) count++;
    }
    return count;
  }

  it('gives the bits of Node, and allocates nothing in `process`', async () => {
    const run = (processor: Processor) =>
      traced((tab) =>
        tab.evaluate(([name, model, samples, rate]) => audio.render(name, model, samples, rate), [
          processor,
          bytes,
          SAMPLES,
          RATE,
        ] as const),
      );
    const [{ result, events }, wasteful] = [await run('amp'), await run('wasteful')];

    const stream = (await createModel(AMP, { build: 'simd' })).createStream();
    const [frame, out, bits] = [new Float32Array(1), new Float32Array(1), fingerprint()];
    const expected = randomFloats(SAMPLES, 1).map((x) => {
      frame[0] = x;
      return stream.step(frame, out)[0] as number;
    });
    bits.add(expected);
    expect(result).toBe(bits.text());
    expect(wasteful.result).toBe(bits.text());

    expect(collections(events)).toBe(0);
    // An object a sample is seen, many times over.
    expect(collections(wasteful.events)).toBeGreaterThan(5);
  });

  it('plays; how near it comes to its deadline is reported', async () => {
    const { result, events } = await traced((tab) =>
      tab.evaluate(([model, rate]) => audio.play('amp', model, 3, rate), [bytes, RATE] as const),
    );
    const times = events.filter(({ name }) => name === PROCESS).map(({ dur = 0 }) => dur / 1000);
    const sorted = times.sort((a, b) => a - b);
    const at = (part: number) => `${(sorted[Math.floor(part * (sorted.length - 1))] as number).toFixed(2)} ms`;
    console.log(
      `AudioWorklet, LSTM of 40 units, ${sorted.length} calls of ${QUANTUM} samples at ${RATE / 1000} kHz: half within ${at(0.5)}, ` +
        `99 % within ${at(0.99)}, worst ${at(1)}, of ${DEADLINE.toFixed(2)} ms there are; underruns: ${result.underruns ?? 'not told'}`,
    );
    // Whether the machine keeps up is its own affair, but it did play.
    expect(sorted.length).toBeGreaterThan(100);
  });
});
