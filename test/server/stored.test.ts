import { beforeAll, describe, expect, it } from 'vitest';
import { createModel, type Model } from '../../src/index.js';
import { createServer, type ModelServer, type StateStore, type StoredState } from '../../src/server/index.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, stack, uniform } from '../support/random.js';
import { type Answer, get, infer } from './client.js';

const FEATURES = 3;
let model: Model;

beforeAll(async () => {
  model = await createModel(stack('lstm', FEATURES, 6));
});

/** A store that answers after a while, and not at all if it is told so. */
class SlowStore implements StateStore {
  readonly kept = new Map<string, StoredState>();
  /** Called before each; what it throws is what the store says. */
  fault: (what: 'read' | 'replace' | 'written') => void = () => {};
  writes = 0;

  async read(key: string): Promise<StoredState | undefined> {
    await new Promise((resolve) => setImmediate(resolve));
    this.fault('read');
    return this.kept.get(key);
  }

  async replace(key: string, expected: StoredState | undefined, next: StoredState): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    this.fault('replace');
    const { epoch, step } = this.kept.get(key) ?? {};
    if (epoch !== expected?.epoch || step !== expected?.step) return false;
    this.kept.set(key, structuredClone(next));
    this.writes++;
    this.fault('written');
    return true;
  }

  async ping(): Promise<void> {
    this.fault('read');
  }
}

const only = ({ outputs, json }: Answer): Float32Array => {
  expect(json.error).toBeUndefined();
  return Object.values(outputs)[0] as Float32Array;
};
const rows = (x: Float32Array, from: number, to: number): Float32Array => x.subarray(from * FEATURES, to * FEATURES);
const step = (server: ModelServer, frames: Float32Array, parameters: Record<string, unknown>): Promise<Answer> =>
  infer(server, 'm', { data: frames, shape: [1, frames.length / FEATURES, FEATURES], parameters });

describe('servers on one store', () => {
  it('go on with one another’s sequences, whoever is asked, with the bits of one stream', async () => {
    const store = new SlowStore();
    const servers = Array.from({ length: 3 }, () => createServer({ models: { m: model }, store }));
    const draw = uniform(1);
    const any = (): ModelServer => servers[Math.floor(Math.abs(draw()) * 3)] as ModelServer;
    const walks = Array.from({ length: 20 }, async (_, i) => {
      const x = randomFloats(20 * FEATURES, i);
      const got: number[] = [];
      for (let t = 0; t < 20; t++) {
        const count = i % 2 ? { sequence_step: t } : {};
        const parameters = { sequence_id: i + 1, sequence_start: t === 0, sequence_end: t === 19, ...count };
        got.push(...only(await step(any(), rows(x, t, t + 1), parameters)));
        // A reply that was lost.
        if (i % 2 && Math.abs(draw()) < 0.3)
          expectSameBits(only(await step(any(), rows(x, t, t + 1), parameters)), got.slice(-3));
      }
      expectSameBits(got, model.run(x));
    });
    await Promise.all(walks);
    expect(store.writes).toBe(400);
    for (const { bytes } of store.kept.values()) expect(bytes).toBeUndefined();
    expect((await step(any(), randomFloats(FEATURES, 1), { sequence_id: 1 })).json.error).toMatch(/is over/);
  });

  it('neither fork nor double a sequence that several are asked for at once', async () => {
    const store = new SlowStore();
    const servers = [1, 2].map(() => createServer({ models: { m: model }, store })) as [ModelServer, ModelServer];
    const x = randomFloats(9 * FEATURES, 1);
    const expected = model.run(x);
    await step(servers[0], rows(x, 0, 1), { sequence_id: 'a', sequence_start: true, sequence_step: 0 });
    for (let t = 1; t < 9; t++) {
      const frame = rows(x, t, t + 1);
      const both = await Promise.all(
        servers.map((server) => step(server, frame, { sequence_id: 'a', sequence_step: t })),
      );
      for (const answer of both) expectSameBits(only(answer), expected.subarray(t * 3, t * 3 + 3));
      expect(
        (await step(servers[t % 2] as ModelServer, frame, { sequence_id: 'a', sequence_step: t - 1 })).status,
      ).toBe(409);
    }
    const late = { sequence_id: 'a', sequence_start: true, sequence_step: 0 };
    for (const server of servers) expect((await step(server, rows(x, 1, 2), late)).status).toBe(409);
    // Begun anew by one: the other does not go on with what it remembers.
    await step(servers[0], rows(x, 0, 1), { sequence_id: 'a', sequence_start: true });
    expectSameBits(only(await step(servers[1], rows(x, 1, 2), { sequence_id: 'a' })), expected.subarray(3, 6));
  });

  it('say 503 while it cannot be reached, and go on afterwards, whether or not it had written', async () => {
    const store = new SlowStore();
    const server = createServer({ models: { m: model }, store });
    const x = randomFloats(30 * FEATURES, 1);
    const expected = model.run(x);
    const draw = uniform(4);
    let failures = 0;
    for (let t = 0; t < 30; t++) {
      const parameters = { sequence_id: 1, sequence_start: t === 0, sequence_step: t };
      const what = (['read', 'replace', 'written'] as const)[t % 3];
      let left = 2;
      store.fault = (now) => {
        if (now === what && Math.abs(draw()) < 0.7 && left-- > 0) throw new Error('connection lost');
      };
      for (;;) {
        const answer = await step(server, rows(x, t, t + 1), parameters);
        if (answer.status === 200) {
          expectSameBits(only(answer), expected.subarray(t * 3, t * 3 + 3));
          break;
        }
        expect(answer.status).toBe(503);
        expect(answer.headers.get('retry-after')).toBe('1');
        expect(answer.json.error).toMatch(/store: cannot be reached/);
        failures++;
      }
    }
    expect(failures).toBeGreaterThan(10);
    expect(store.writes).toBe(30);
    store.fault = () => {
      throw new Error('connection lost');
    };
    expect((await get(server, '/v2/health/ready')).status).toBe(503);
    store.fault = () => {};
    expect((await get(server, '/v2/health/ready')).status).toBe(200);
  });

  it('keep few in memory, and refuse states of another model', async () => {
    const store = new SlowStore();
    const server = createServer({ models: { m: model }, store, limits: { sequences: 3 } });
    const x = randomFloats(2 * FEATURES, 1);
    for (let id = 1; id <= 10; id++) await step(server, rows(x, 0, 1), { sequence_id: id, sequence_start: true });
    expect(server.stats.models[0]?.sequences).toBe(3);
    for (let id = 1; id <= 10; id++) {
      expectSameBits(only(await step(server, rows(x, 1, 2), { sequence_id: id })), model.run(x).subarray(3));
    }
    const other = await createModel(stack('lstm', FEATURES, 6, 1, 99));
    const stranger = createServer({ models: { m: other }, store });
    const { status, json } = await step(stranger, rows(x, 1, 2), { sequence_id: 1 });
    expect([status, json.error]).toEqual([409, expect.stringMatching(/begun with another model/)]);
    server.setModel('m', other);
    const { json: old } = await step(server, rows(x, 1, 2), { sequence_id: 1 });
    expect(old.model_version).toBe('1');
    expect(server.stats.models[0]).toMatchObject({ version: '2', retired: 1 });
  });
});
