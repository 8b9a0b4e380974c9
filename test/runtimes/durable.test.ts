import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { createModel, type Model } from '../../src/index.js';
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
import { needsCommand } from './here.js';
import { Workerd } from './workerd.js';

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
    this.#socket.close(4000);
  }
}

const next = (socket: WebSocket): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    socket.once('message', resolve);
    socket.once('error', reject);
    socket.once('close', (code) => reject(new Error(`closed: ${code}`)));
  });
