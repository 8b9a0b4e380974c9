import { beforeAll, describe, expect, it } from 'vitest';
import { createModel, type Model } from '../../src/index.js';
import { createServer, type ModelServer } from '../../src/server/index.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, stack, uniform } from '../support/random.js';
import { type Answer, get, infer } from './client.js';
import { SlowStore } from './slow-store.js';
import { connect, refused, settle } from './sockets.js';

const FEATURES = 3;
let model: Model;

beforeAll(async () => {
  model = await createModel(stack('lstm', FEATURES, 6));
});

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

  it('take up one another’s streams, with what was not received', async () => {
    const store = new SlowStore();
    const [one, other] = [1, 2].map(() => createServer({ models: { m: model }, store })) as [ModelServer, ModelServer];
    const x = randomFloats(12 * FEATURES, 1);
    const expected = model.run(x);
    const first = await connect(one);
    const { token } = first.greeting;
    first.send(rows(x, 0, 3));
    first.send(rows(x, 3, 5));
    await first.outputs(15);
    first.leave(1006);
    await settle();
    const second = await connect(other, `?resume=${token}&received=4`);
    expect(second.greeting.step).toBe(5);
    expectSameBits(await second.outputs(3), expected.subarray(12, 15));
    second.send(rows(x, 5, 8));
    await second.outputs(12);
    // The first server has nothing of it left, and takes it from the other, which is told when it next saves.
    const third = await connect(one, `?resume=${token}`);
    const { step } = third.greeting;
    expect([5, 8]).toContain(step);
    third.send(rows(x, step, 12));
    expectSameBits(await third.outputs((12 - step) * 3), expected.subarray(step * 3));
    second.leave(1006);
    await settle();
    await one.drain();
    expect(third.closed?.[0]).toBe(1012);
    const last = await connect(other, `?resume=${token}`);
    expect(last.greeting.step).toBe(12);
    last.leave(1000);
    await settle();
    expect((await refused(other, `?resume=${token}`))[0]).toBe(410);
  });

  it('close streams of a store that cannot be reached, which lose nothing that was saved', async () => {
    const store = new SlowStore();
    const server = createServer({ models: { m: model }, store });
    const x = randomFloats(4 * FEATURES, 1);
    const client = await connect(server);
    client.send(rows(x, 0, 1));
    await client.outputs(3);
    await settle();
    store.fault = () => {
      throw new Error('connection lost');
    };
    client.send(rows(x, 1, 2));
    await client.outputs(6);
    client.leave(1006);
    await settle();
    expect((await refused(server, `?resume=${client.greeting.token}`))[0]).toBe(503);
    store.fault = () => {};
    const again = await connect(server, `?resume=${client.greeting.token}&received=2`);
    const { step } = again.greeting;
    expect(step).toBe(1);
    again.send(rows(x, step, 4));
    expectSameBits(await again.outputs(9), model.run(x).subarray(3));
    expect(server.stats.streams).toBe(1);
  });
});
