import { copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { needs } from '../support/needs.js';
import { randomFloats, stack } from '../support/random.js';
import { folder, putModel } from './here.js';
import { Served } from './served.js';

const FEATURES = 2;
const SMALL = stack('lstm', FEATURES, 3);
const OTHER = stack('gru', FEATURES, 5, 1, 9);
const small = putModel('small.gatewise', SMALL);
const other = putModel('other.gatewise', OTHER);
const [model, second] = [await createModel(SMALL), await createModel(OTHER)];
const x = randomFloats(6 * FEATURES, 1);
const at = (step: number): Float32Array => x.slice(step * FEATURES, (step + 1) * FEATURES);
const whole = (steps: number): Float32Array => model.run(x.subarray(0, steps * FEATURES));

const running: Served[] = [];
async function start(...args: readonly string[]): Promise<Served> {
  const served = await Served.start(...args);
  running.push(served);
  return served;
}
afterEach(async () => {
  for (const served of running.splice(0)) {
    served.kill('SIGKILL');
    await served.ended;
  }
});

describe('gatewise serve', needs(process.platform !== 'win32', 'signals of POSIX'), () => {
  it('serves several models by the names of their files, and tells Prometheus', async () => {
    const served = await start(small, `mine=${other}`, '--metrics', '--log-level', 'debug');
    expect(served.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expectSameBits(await served.infer('small', x, FEATURES), whole(6));
    expectSameBits(await served.infer('mine', x, FEATURES), second.run(x));
    const got: number[] = [];
    for (let step = 0; step < 3; step++)
      got.push(...(await served.infer('small', at(step), FEATURES, { sequence_id: 'a', sequence_start: step === 0 })));
    expectSameBits(got, whole(3));
    await expect(served.infer('nothing', x, FEATURES)).rejects.toThrow(/^404: .*nothing/);
    await expect(served.infer('small', at(0), FEATURES, { sequence_id: 'b' })).rejects.toThrow(/^410: /);

    const response = await served.get('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=/);
    const text = await response.text();
    const value = (series: string): number => {
      const line = text.split('\n').find((each) => each.startsWith(`${series} `));
      return Number(line?.slice(series.length + 1));
    };
    expect(value('gatewise_request_duration_seconds_count{route="infer",model="small",status="200"}')).toBe(4);
    expect(value('gatewise_request_duration_seconds_count{route="infer",model="mine",status="200"}')).toBe(1);
    expect(value('gatewise_refusals_total{model="small",reason="gone"}')).toBe(1);
    expect(value('gatewise_refusals_total{model="",reason="unknown"}')).toBe(1);
    expect(value('gatewise_batch_rows_count{model="small"}')).toBeGreaterThanOrEqual(4);
    expect(value('gatewise_sequences{model="small"}')).toBe(1);
    expect(value('gatewise_sequences{model="mine"}')).toBe(0);
    expect(value('gatewise_sequence_events_total{model="small",event="begun"}')).toBe(1);
    expect(value('gatewise_wasm_memory_used_bytes{model="small"}')).toBeGreaterThan(1000);
    expect(value('gatewise_ready')).toBe(1);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    // No name that a client made up.
    expect(text).not.toMatch(/nothing/);

    await served.stop();
    expect(served.log).toContainEqual(expect.objectContaining({ msg: 'listening', models: ['small', 'mine'] }));
    expect(served.log).toContainEqual(
      expect.objectContaining({ msg: 'request', route: 'infer', status: 200, model: 'mine' }),
    );
    expect(served.log).toContainEqual(
      expect.objectContaining({ msg: 'request refused', status: 410, refusal: 'gone' }),
    );
  });

  it('has no metrics and no repository unless it is asked', async () => {
    const served = await start(small);
    expect((await served.get('/metrics')).status).toBe(404);
    const index = await fetch(`${served.url}/v2/repository/index`, { method: 'POST', body: '{}' });
    expect(index.status).toBeGreaterThanOrEqual(403);
    const open = await start(small, '--repository');
    const list = await fetch(`${open.url}/v2/repository/index`, { method: 'POST', body: '{}' });
    expect(await list.json()).toEqual([expect.objectContaining({ name: 'small', state: 'READY' })]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    '%s: what is being computed ends, nothing new begins, exit 0',
    async (signal) => {
      const { served, reply, expected } = await busy(150_000);
      served.kill(signal);
      await served.until(() => served.log.some(({ msg }) => msg === 'draining'));
      expectSameBits(await reply, await expected());
      expect(await served.ended).toEqual([0, null]);
      expect(served.log.at(-1)).toMatchObject({ msg: 'stopped' });
    },
  );

  it('a second signal ends it at once', async () => {
    const { served, reply } = await busy(1_000_000);
    const lost = expect(reply).rejects.toThrow();
    served.kill('SIGTERM');
    await served.until(() => served.log.some(({ msg }) => msg === 'draining'));
    served.kill('SIGTERM');
    expect(await served.ended).toEqual([143, null]);
    await lost;
  });

  it('a changed file is served from then on; sequences go on with the model they began with', async () => {
    const path = join(folder, 'changing.gatewise');
    copyFileSync(small, path);
    const served = await start(path);
    const step = (index: number, begin = false) =>
      served.infer('changing', at(index), FEATURES, { sequence_id: 1, sequence_start: begin });
    const got = [...(await step(0, true))];
    writeFileSync(path, 'no model any longer');
    await served.until(() => served.log.some(({ msg }) => msg === 'not reloaded, served as before'));
    expectSameBits(await served.infer('changing', x, FEATURES), whole(6));
    copyFileSync(other, `${path}.new`);
    renameSync(`${path}.new`, path);
    await served.until(() => served.log.some(({ msg }) => msg === 'reloaded'));
    expectSameBits(await served.infer('changing', x, FEATURES), second.run(x));
    got.push(...(await step(1)), ...(await step(2)));
    expectSameBits(got, whole(3));
    // Begun anew it is the new model's.
    expectSameBits(await step(0, true), second.run(at(0)));
  });
});

/** A server that is at a request which takes a while. */
async function busy(time: number) {
  const spec = stack('lstm', FEATURES, 64);
  const served = await start(putModel('long.gatewise', spec), '--metrics', '--timeout', '10m');
  const long = randomFloats(time * FEATURES, 2);
  for (;;) {
    let done = false;
    const reply = served
      .infer('long', long, FEATURES, { sequence_id: 'long', sequence_start: true, sequence_end: true })
      .finally(() => {
        done = true;
      });
    reply.catch(() => {});
    let waiting = false;
    await served.until(async () => {
      waiting = /gatewise_queued_requests\{model="long"\} 1/.test(await served.metrics());
      return waiting || done;
    });
    // One that was faster than we looked is asked again.
    if (waiting && !done) return { served, reply, expected: async () => (await createModel(spec)).run(long) };
  }
}
