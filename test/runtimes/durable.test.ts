import { execFile, spawn } from 'node:child_process';
import { cpSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { createModel, type Model } from '../../src/index.js';
import { projectOf, spec as weather } from '../docs/guides.js';
import {
  type Answer,
  expectAll,
  FEATURES,
  insist,
  pause,
  post,
  SHARED_SPEC,
  type Step,
} from '../server/conversations.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats } from '../support/random.js';
import { freePort, needsCommand, needsWrangler, nodePath, QUIET, wranglerPath } from './here.js';
import { newProject } from './project.js';
import { isUp, Workerd } from './workerd.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const ENTRY = new URL('entries/durable.mjs', import.meta.url);

describe('conversations in Durable Objects', needsCommand('workerd'), () => {
  let workerd: Workerd;
  let model: Model;
  const ask = (step: Step) => post(workerd.site, step);
  beforeAll(async () => {
    model = await createModel(SHARED_SPEC, { build: 'simd' });
    workerd = await Workerd.of(ENTRY, SHARED_SPEC);
    await workerd.start();
  });
  afterAll(() => workerd?.kill());

  it('go on with the same bits when workerd is killed in the middle', async () => {
    const told: Answer[] = [];
    const half = async () => {
      await workerd.kill();
      await workerd.start();
    };
    await expectAll(model, { name: 'killed', sequences: 50, steps: 12, half }, (step) =>
      insist(ask, step, (answer) => told.push(answer)),
    );
    // Nothing but that it was away.
    expect(new Set(told.map(({ status }) => status))).toEqual(new Set([undefined]));
  });

  it('answer what is asked twice with the same, and tell what is late', async () => {
    const x = randomFloats(3 * FEATURES, 5);
    const frames = (step: number) => x.subarray(step * FEATURES, (step + 1) * FEATURES);
    const at = (step: number) => ({ id: 'twice', step, frames: frames(step) });
    const got: number[] = [];
    for (const step of [0, 1]) {
      const [one, other] = await Promise.all([insist(ask, at(step)), insist(ask, at(step))]);
      expect(other).toEqual(one);
      got.push(...one);
    }
    expect(await ask(at(0))).toMatchObject({ status: 409 });
    expect(await ask({ ...at(2), step: 3 })).toMatchObject({
      status: 409,
      error: expect.stringContaining('sequence_step 2'),
    });
    got.push(...(await insist(ask, { ...at(2), end: true })));
    expectSameBits(got, model.run(x));
    expect(await ask({ ...at(2), step: 3 })).toMatchObject({ status: 410 });
    expect(await ask({ ...at(2), id: 'never' })).toMatchObject({ status: 410 });
  });

  // workerd lets go of objects that have had nothing to do for ten seconds.
  it('outlive their objects in memory', async () => {
    const made = async (): Promise<number> => (await (await fetch(`${workerd.site}/made`)).json()) as number;
    const x = randomFloats(2 * FEATURES, 6);
    const got = [...(await insist(ask, { id: 'evicted', step: 0, frames: x.subarray(0, FEATURES) }))];
    const before = await made();
    await pause(15_000);
    got.push(...(await insist(ask, { id: 'evicted', step: 1, frames: x.subarray(FEATURES) })));
    expect(await made()).toBe(before + 1);
    expectSameBits(got, model.run(x));
  });

  it('need no object where there is no conversation', async () => {
    const made = async () => (await fetch(`${workerd.site}/made`)).json();
    const before = await made();
    const x = randomFloats(4 * FEATURES, 7);
    const response = await fetch(`${workerd.site}/v2/models/shared/infer`, {
      method: 'POST',
      body: JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4, FEATURES], data: [...x] }] }),
    });
    const { outputs } = (await response.json()) as { outputs: [{ data: number[] }] };
    expectSameBits(outputs[0].data, model.run(x));
    expect(await (await fetch(`${workerd.site}/v2/models/shared`)).json()).toMatchObject({ name: 'shared' });
    expect(await made()).toBe(before);
  });

  it('are streams too, by WebSocket, and go on by their token in another process', async () => {
    const x = randomFloats(6 * FEATURES, 8);
    const first = await Connected.to(workerd.site);
    const got = [
      ...(await first.send(x.subarray(0, FEATURES))),
      ...(await first.send(x.subarray(FEATURES, 4 * FEATURES))),
    ];
    first.close();
    await pause(200);
    await workerd.kill();
    await workerd.start();
    const second = await Connected.to(workerd.site, `?resume=${first.greeting.token}`);
    expect(second.greeting).toMatchObject({ step: 4, token: first.greeting.token });
    got.push(...(await second.send(x.subarray(4 * FEATURES))));
    second.close();
    expectSameBits(got, model.run(x));
    await expect(Connected.to(workerd.site, `?resume=${'0'.repeat(32)}`)).rejects.toThrow('410');
  });
});

describe('conversations of somebody', needsCommand('workerd'), () => {
  let workerd: Workerd;
  beforeAll(async () => {
    workerd = await Workerd.of(ENTRY, SHARED_SPEC, '(name = "AUTHORISE", text = "yes")');
    await workerd.start();
  });
  afterAll(() => workerd?.kill());

  it('are nobody else’s', async () => {
    const frames = randomFloats(FEATURES, 9);
    const as = (authorization: string) => (step: Step) => post(workerd.site, step, { authorization });
    await insist(as('ann'), { id: 'mine', step: 0, frames });
    expect(await as('bob')({ id: 'mine', step: 1, frames })).toMatchObject({ status: 410 });
    expect(await post(workerd.site, { id: 'mine', step: 1, frames })).toMatchObject({ status: 401 });
    await insist(as('ann'), { id: 'mine', step: 1, frames });
  });
});

describe('cloudflare.md', needsCommand('workerd'), () => {
  it('conversations of who has the key', async () => {
    const folder = projectOf('cloudflare.md');
    const entry = pathToFileURL(join(folder, 'conversations.js'));
    const workerd = await Workerd.of(entry, weather, '(name = "KEY", text = "secret")');
    try {
      await workerd.start();
      const data = [0.3, -0.1, 0, 0.5];
      const ask = async (step: number, key: string) => {
        const response = await fetch(`${workerd.site}/v2/models/weather/infer`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}` },
          body: JSON.stringify({
            inputs: [{ name: 'input', datatype: 'FP32', shape: [1, 1, 4], data }],
            parameters: { sequence_id: 7, sequence_start: step === 0, sequence_step: step },
          }),
        });
        return { status: response.status, body: (await response.json()) as { outputs: [{ data: number[] }] } };
      };
      const stream = (await createModel(weather, { build: 'simd' })).createStream();
      for (const step of [0, 1])
        expect((await ask(step, 'secret')).body.outputs[0].data).toEqual([...stream.step(data)]);
      expect((await ask(2, 'guessed')).status).toBe(401);
    } finally {
      await workerd.kill();
      rmSync(folder, { recursive: true });
    }
  });
});

// As its users have it: two folders beside one another, and what they import installed.
it('examples/cloudflare, in wrangler dev', needsWrangler, async () => {
  const project = newProject();
  for (const name of ['cloudflare', 'shared', 'weather']) {
    cpSync(join(ROOT, 'examples', name), join(project, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules/vega-datasets'), join(project, 'node_modules/vega-datasets'), 'junction');
  const port = await freePort();
  const place = ['--ip', '127.0.0.1', '--port', String(port)];
  const server = spawn(nodePath(22) as string, [wranglerPath as string, 'dev', ...place, '--log-level', 'error'], {
    cwd: join(project, 'cloudflare'),
    stdio: ['ignore', 'ignore', 'inherit'],
    env: QUIET,
    detached: true,
  });
  try {
    const site = `http://127.0.0.1:${port}`;
    // It needs a moment to listen.
    for (let tries = 0; tries < 900 && !(await isUp(site)); tries++) await pause(100);
    const printed = await promisify(execFile)(process.execPath, ['ask.mjs', site], {
      cwd: join(project, 'cloudflare'),
    });
    const lines = printed.stdout.trim().split('\n');
    expect(lines).toHaveLength(10);
    expect(lines.at(-1)).toBe('2012-03-01: 7.2 °C forecast, 6.1 °C measured');
  } finally {
    // wrangler starts processes of its own.
    if (server.pid !== undefined) process.kill(-server.pid);
  }
});

/** A stream by WebSocket, a message at a time. */
class Connected {
  readonly #socket: WebSocket;
  readonly greeting: { readonly token: string; readonly step: number };

  private constructor(socket: WebSocket, greeting: string) {
    this.#socket = socket;
    this.greeting = JSON.parse(greeting);
  }

  static async to(site: string, query = ''): Promise<Connected> {
    const socket = new WebSocket(`${site.replace('http', 'ws')}/v2/models/shared/stream${query}`);
    return new Connected(socket, String(await next(socket)));
  }

  async send(frames: Float32Array): Promise<Float32Array> {
    const answer = next(this.#socket);
    this.#socket.send(frames);
    return new Float32Array(Uint8Array.from(await answer).buffer);
  }

  /** Broken off, so that it may be gone on with. */
  close(): void {
    this.#socket.terminate();
  }
}

const next = (socket: WebSocket): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    socket.once('message', resolve);
    socket.once('error', reject);
    socket.once('close', (code) => reject(new Error(`closed: ${code}`)));
  });
