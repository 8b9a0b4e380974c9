import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createModel, type Model } from '../../src/index.js';
import { type BatchEvent, createServer, type ModelServer, type SequenceEvent } from '../../src/server/index.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, SpecBuilder, stack, uniform } from '../support/random.js';
import { type Answer, infer, post } from './client.js';

const FEATURES = 3;
let model: Model;
let other: Model;

beforeAll(async () => {
  model = await createModel(stack('lstm', FEATURES, 6));
  other = await createModel(stack('lstm', FEATURES, 6, 1, 99));
});

afterEach(() => {
  vi.useRealTimers();
});

const only = ({ outputs, json }: Answer): Float32Array => {
  expect(json.error).toBeUndefined();
  return Object.values(outputs)[0] as Float32Array;
};

/** One request of a sequence, of as many timesteps as there are frames. */
const step = (
  server: ModelServer,
  id: number | string,
  frames: Float32Array,
  parameters: Record<string, unknown> = {},
  signal?: AbortSignal,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  infer(server, 'm', {
    data: frames,
    shape: [1, frames.length / FEATURES, FEATURES],
    parameters: { sequence_id: id, ...parameters },
    headers,
    ...(signal && { signal }),
  });

/** A sequence in one stream that nobody interrupts. */
const offline = (frames: Float32Array, of = model): Float32Array => of.run(frames);

const rows = (x: Float32Array, from: number, to: number, width = FEATURES): Float32Array =>
  x.subarray(from * width, to * width);

describe('sequences', () => {
  it('give each the bits that it has alone, whatever arrives together', async () => {
    const batches: BatchEvent[] = [];
    const server = createServer({ models: { m: model }, observer: { batch: (event) => batches.push(event) } });
    const draw = uniform(7);
    const many = Array.from({ length: 40 }, (_, i) => ({
      x: randomFloats(30 * FEATURES, i),
      at: 0,
      got: [] as number[],
    }));
    const walk = async (i: number): Promise<void> => {
      const sequence = many[i] as (typeof many)[0];
      while (sequence.at < 30) {
        const to = Math.min(30, sequence.at + 1 + Math.floor(Math.abs(draw()) ** 4 * 6));
        const parameters = { sequence_start: sequence.at === 0, sequence_end: to === 30 };
        const answer = await step(server, i % 2 ? i : `s${i}`, rows(sequence.x, sequence.at, to), parameters);
        sequence.got.push(...only(answer));
        expect(answer.json.parameters).toEqual({ sequence_id: i % 2 ? i : `s${i}`, sequence_step: to });
        sequence.at = to;
      }
    };
    await Promise.all(many.map((_, i) => walk(i)));
    for (const { x, got } of many) expectSameBits(got, offline(x));
    expect(Math.max(...batches.map(({ rows }) => rows))).toBeGreaterThan(20);
    expect(server.stats.models[0]?.sequences).toBe(0);
  });

  it('keep the order of requests that one client sends at once', async () => {
    const server = createServer({ models: { m: model } });
    const x = randomFloats(20 * FEATURES, 1);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, t) => step(server, 'one', rows(x, t, t + 1), { sequence_start: t === 0 })),
    );
    expectSameBits(
      answers.flatMap((answer) => [...only(answer)]),
      offline(x),
    );
  });

  it('do not wait for a long request of another', async () => {
    const server = createServer({ models: { m: model } });
    const [x, y] = [randomFloats(20_000 * FEATURES, 1), randomFloats(FEATURES, 2)];
    const order: string[] = [];
    const long = step(server, 'long', x, { sequence_start: true }).then((answer) => {
      order.push('long');
      return answer;
    });
    const short = step(server, 'short', y, { sequence_start: true }).then(() => order.push('short'));
    await short;
    expectSameBits(only(await long), offline(x));
    expect(order).toEqual(['short', 'long']);
  });

  it('wait for one another in a window', async () => {
    const batches: number[] = [];
    const server = createServer({
      models: { m: model },
      batchWindow: 20,
      observer: { batch: ({ rows }) => batches.push(rows) },
    });
    const begin = (id: number): Promise<Answer> =>
      step(server, id, randomFloats(FEATURES, id), { sequence_start: true });
    const first = begin(1);
    await new Promise((resolve) => setTimeout(resolve, 1));
    await Promise.all([first, begin(2), begin(3)]);
    expect(batches).toEqual([3]);
  });

  it('may be of several inputs, of ids, of models that give the last timestep only', async () => {
    const builder = new SpecBuilder(3).recurrent('gru', 'a', 'x', 2, 4).recurrent('rnn', 'b', 'z', 3, 4);
    const forked = await createModel({
      ...builder.spec(2, ['a', 'b']),
      inputs: [
        { name: 'x', features: 2 },
        { name: 'z', features: 3 },
      ],
    });
    const last = await createModel(
      new SpecBuilder(5).recurrent('lstm', 'a', 'x', FEATURES, 4, { returnSequences: false }).spec(FEATURES),
    );
    const server = createServer({ models: { forked, m: last } });
    const [x, z] = [randomFloats(6 * 2, 1), randomFloats(6 * 3, 2)];
    const expected = forked.runNamed({ x, z });
    const got = { a: [] as number[], b: [] as number[] };
    for (let t = 0; t < 6; t += 2) {
      const inputs = [
        { name: 'x', datatype: 'FP32', shape: [1, 2, 2], data: [...rows(x, t, t + 2, 2)] },
        { name: 'z', datatype: 'FP32', shape: [1, 2, 3], data: [...rows(z, t, t + 2, 3)] },
      ];
      const { json } = await post(server, '/v2/models/forked/infer', {
        inputs,
        parameters: { sequence_id: 1, sequence_start: t === 0 },
      });
      expect(json.parameters.sequence_step).toBe(t + 2);
      for (const { name, data } of json.outputs) got[name as 'a' | 'b'].push(...data);
    }
    expectSameBits(got.a, expected.a?.data as Float32Array);
    expectSameBits(got.b, expected.b?.data as Float32Array);
    const y = randomFloats(5 * FEATURES, 3);
    expectSameBits(only(await step(server, 1, rows(y, 0, 1), { sequence_start: true })), last.run(rows(y, 0, 1)));
    expectSameBits(only(await step(server, 1, rows(y, 1, 5))), last.run(y));
  });

  it('are refused where they mean nothing: more rows, layers that need the whole sequence', async () => {
    const both = await createModel(new SpecBuilder(1).bidirectional('gru', 'a', 'x', FEATURES, 4).spec(FEATURES));
    const server = createServer({ models: { m: model, both } });
    const two = { data: randomFloats(2 * FEATURES, 1), shape: [2, 1, FEATURES] };
    const parameters = { sequence_id: 1, sequence_start: true };
    expect((await infer(server, 'm', { ...two, parameters })).json.error).toMatch(/wrong shape/);
    const { status, json } = await infer(server, 'both', { data: randomFloats(FEATURES, 1), parameters });
    expect([status, json.error]).toEqual([400, expect.stringMatching(/cannot stream/)]);
    expect(server.stats.models.map(({ sequences }) => sequences)).toEqual([0, 0]);
  });
});

describe('a sequence that is not there', () => {
  const x = randomFloats(4 * FEATURES, 1);

  it('is told, whatever became of it, and never begun silently', async () => {
    vi.useFakeTimers();
    const events: SequenceEvent[] = [];
    const server = createServer({
      models: { m: model },
      limits: { idleSeconds: 60 },
      observer: { sequence: (event) => events.push(event) },
    });
    const run = async (id: string, parameters = {}): Promise<Answer> => {
      const answer = step(server, id, rows(x, 0, 1), parameters);
      await vi.advanceTimersByTimeAsync(1);
      return answer;
    };
    const error = async (id: string): Promise<[number, string]> => {
      const { status, json } = await run(id);
      return [status, json.error];
    };
    expect(await error('never')).toEqual([410, expect.stringMatching(/never begun.*expected sequence_start/)]);
    await run('ended', { sequence_start: true });
    await run('ended', { sequence_end: true });
    expect(await error('ended')).toEqual([410, expect.stringMatching(/has ended/)]);
    await run('idle', { sequence_start: true });
    const used = model.memory.used;
    await vi.advanceTimersByTimeAsync(61_000);
    expect(model.memory.used).toBeLessThan(used);
    expect(await error('idle')).toEqual([410, expect.stringMatching(/dropped after 60 s/)]);
    expect((await run('idle', { sequence_start: true })).status).toBe(200);
    expect(events.map(({ what }) => what)).toEqual(['begun', 'ended', 'begun', 'expired', 'begun']);
  });

  it('is not another one of the same text: a number, a text, another client, another model', async () => {
    const who = {
      authorise: ({ headers }: { headers: { get(name: string): string | null } }) =>
        headers.get('authorization') ?? undefined,
    };
    const server = createServer({ models: { m: model, n: model }, ...who });
    const ask = (id: number | string, authorization: string, start = false): Promise<Answer> =>
      step(server, id, rows(x, 0, 1), { sequence_start: start }, undefined, authorization ? { authorization } : {});
    expect((await ask(1, 'ann', true)).status).toBe(200);
    expect((await ask(1, 'ann')).status).toBe(200);
    for (const [id, by] of [
      ['1', 'ann'],
      ['#1', 'ann'],
      [1, 'bob'],
      [1, 'ann/#1'],
      [1, 'an'],
      ['/1', 'ann'],
    ] as const)
      expect((await ask(id, by)).status, `${id} of ${by}`).toBe(410);
    expect((await ask(1, '')).status).toBe(401);
    const elsewhere = { data: rows(x, 0, 1), parameters: { sequence_id: 1 }, headers: { authorization: 'ann' } };
    expect((await infer(server, 'n', elsewhere)).status).toBe(410);
  });
});

describe('a client that counts', () => {
  const x = randomFloats(9 * FEATURES, 1);
  const expected = (): Float32Array => offline(x);

  it('gets the same reply to the same request, and is told where the sequence is', async () => {
    const server = createServer({ models: { m: model } });
    const ask = (from: number, to: number, more = {}): Promise<Answer> =>
      step(server, 'a', rows(x, from, to), { sequence_step: from, ...more });
    const start = { sequence_start: true };
    const first = only(await ask(0, 2, start));
    expectSameBits(only(await ask(0, 2, start)), first);
    expectSameBits(only(await ask(2, 4)), rows(expected(), 2, 4));
    expectSameBits(only(await ask(2, 4)), rows(expected(), 2, 4));
    expectSameBits(only(await ask(2, 4)), rows(expected(), 2, 4));
    // Late, skipped, and another request with the same count.
    for (const late of [
      ask(0, 2, start),
      ask(1, 2),
      ask(5, 6),
      step(server, 'a', rows(x, 5, 7), { sequence_step: 2 }),
    ]) {
      const { status, json } = await late;
      expect(status).toBe(409);
      expect(json.error).toMatch(/step 4/);
    }
    expectSameBits(only(await ask(4, 8)), rows(expected(), 4, 8));
    const end = { sequence_end: true };
    expectSameBits(only(await ask(8, 9, end)), rows(expected(), 8, 9));
    expectSameBits(only(await ask(8, 9, end)), rows(expected(), 8, 9));
    expect((await ask(0, 2, start)).status).toBe(409);
    // Who does not count begins anew.
    expectSameBits(only(await step(server, 'a', rows(x, 0, 2), start)), first);
  });
});

describe('limits', () => {
  const x = randomFloats(4 * FEATURES, 1);

  it('on what waits: 429 and when to come again, and what waited is answered', async () => {
    const server = createServer({ models: { m: model }, limits: { queue: 8, queuePerSequence: 4 }, batchWindow: 30 });
    await step(server, 77, rows(x, 0, 1), { sequence_start: true });
    const same = await Promise.all(Array.from({ length: 7 }, () => step(server, 77, rows(x, 1, 2))));
    expect(same.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429, 429, 429]);
    const others = await Promise.all(
      Array.from({ length: 20 }, (_, i) => step(server, i + 1, rows(x, 0, 1), { sequence_start: true })),
    );
    expect(others.filter(({ status }) => status === 200)).toHaveLength(8);
    for (const { headers, json } of others.filter(({ status }) => status !== 200)) {
      expect(headers.get('retry-after')).toBe('1');
      expect(json.error).toMatch(/too many requests wait; expected at most 8/);
    }
  });

  it('on the bodies of what waits', async () => {
    const server = createServer({ models: { m: model }, limits: { queueBytes: 3000 }, batchWindow: 30 });
    const long = randomFloats(60 * FEATURES, 1);
    const all = await Promise.all([1, 2, 3, 4, 5].map((id) => step(server, id, long, { sequence_start: true })));
    expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429]);
    expect((await step(server, 6, long, { sequence_start: true })).status).toBe(200);
  });

  it('on live sequences', async () => {
    const server = createServer({ models: { m: model }, limits: { sequences: 2 } });
    const statuses = await Promise.all(
      [1, 2, 3].map((id) => step(server, id, rows(x, 0, 1), { sequence_start: true })),
    );
    expect(statuses.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect((await step(server, 1, rows(x, 1, 2), { sequence_end: true })).status).toBe(200);
    expect((await step(server, 3, rows(x, 0, 1), { sequence_start: true })).status).toBe(200);
  });

  it('on memory: what lives goes on', async () => {
    const probe = await createModel(stack('lstm', FEATURES, 500));
    const tight = await createModel(stack('lstm', FEATURES, 500), { memoryLimit: probe.memory.byteLength + 2 ** 16 });
    const server = createServer({ models: { m: tight } });
    let live = 0;
    let refused: Answer | undefined;
    while (!refused && live < 10_000) {
      const answer = await step(server, ++live, rows(x, 0, 1), { sequence_start: true });
      if (answer.status !== 200) refused = answer;
    }
    expect(refused?.status).toBe(503);
    expect(refused?.json.error).toMatch(/memory/);
    expectSameBits(only(await step(server, 1, rows(x, 1, 4))), rows(probe.run(x), 1, 4, 3));
  });

  it('on time: who waited too long is told so, and the state is as it was', async () => {
    const server = createServer({ models: { m: model } });
    await step(server, 1, rows(x, 0, 1), { sequence_start: true });
    const { status, json } = await step(server, 1, randomFloats(100_000 * FEATURES, 2), { timeout: 1 });
    expect([status, json.error]).toEqual([408, expect.stringMatching(/waited too long/)]);
    expectSameBits(only(await step(server, 1, rows(x, 1, 4))), rows(offline(x), 1, 4));
  });

  it('on replies', async () => {
    const server = createServer({ models: { m: model }, limits: { replyBytes: 100 } });
    for (const parameters of [{}, { sequence_start: true, sequence_id: 1 }]) {
      const given = { data: randomFloats(9 * FEATURES, 1), shape: [1, 9, FEATURES], parameters };
      expect((await infer(server, 'm', given)).status).toBe(413);
    }
  });
});

describe('a client that gives up', () => {
  const x = randomFloats(10 * FEATURES, 1);

  it('leaves the state as before its request, or as after it', async () => {
    const server = createServer({ models: { m: model } });
    const draw = uniform(3);
    const long = randomFloats(5_000 * FEATURES, 9);
    let at = 0;
    await step(server, 1, rows(x, at, ++at), { sequence_start: true });
    let given = 0;
    for (let round = 0; round < 30; round++) {
      const controller = new AbortController();
      const answer = step(server, 1, long, {}, controller.signal);
      const turns = Math.floor(Math.abs(draw()) * 12);
      for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
      controller.abort();
      const { status } = await answer.catch(() => ({ status: 499 }));
      // Computed before it was given up.
      if (status === 200) break;
      expect(status).toBe(499);
      given++;
    }
    expect(given).toBe(30);
    expectSameBits(only(await step(server, 1, rows(x, 1, 10))), rows(offline(x), 1, 10));
  });
});

describe('another model under the same name', () => {
  it('serves who begins; who had begun goes on with the old one until the end', async () => {
    const x = randomFloats(6 * FEATURES, 1);
    const made = await Promise.all([1, 2].map((seed) => createModel(stack('gru', FEATURES, 5, 1, seed))));
    const waiting = [...made];
    const server = createServer({
      models: { m: { load: async () => waiting.shift() as Model } },
      repository: true,
    });
    const [first, second] = made as [Model, Model];
    expect((await post(server, '/v2/repository/index', {})).json).toEqual([
      { name: 'm', state: 'UNAVAILABLE', reason: 'not loaded' },
    ]);
    await step(server, 1, rows(x, 0, 2), { sequence_start: true });
    expect((await post(server, '/v2/repository/models/m/load', {})).status).toBe(200);
    expect((await post(server, '/v2/repository/index', { ready: true })).json).toEqual([
      { name: 'm', version: '2', state: 'READY', reason: '' },
    ]);
    expectSameBits(only(await step(server, 2, rows(x, 0, 2), { sequence_start: true })), rows(second.run(x), 0, 2, 3));
    const old = await step(server, 1, rows(x, 2, 4));
    expect(old.json.model_version).toBe('1');
    expectSameBits(only(old), rows(first.run(x), 2, 4, 3));
    expect(server.stats.models[0]).toMatchObject({ version: '2', retired: 1, sequences: 2 });
    await step(server, 1, rows(x, 4, 6), { sequence_end: true });
    expect(server.stats.models[0]).toMatchObject({ retired: 0 });
    expect(() => first.run(x)).toThrow(/disposed/);
    // The next load fails: what is there goes on.
    expect((await post(server, '/v2/repository/models/m/load', {})).status).toBe(503);
    expectSameBits(only(await step(server, 2, rows(x, 2, 4))), rows(second.run(x), 2, 4, 3));
    expect((await post(server, '/v2/repository/models/m/unload', {})).status).toBe(200);
    expect((await step(server, 3, rows(x, 0, 1), { sequence_start: true })).status).toBe(503);
    expectSameBits(only(await step(server, 2, rows(x, 4, 6))), rows(second.run(x), 4, 6, 3));
    await server.close();
    expect(() => second.run(x)).toThrow(/disposed/);
  });

  it('is set at once, and models that were given stay their owner’s', async () => {
    const x = randomFloats(2 * FEATURES, 1);
    const server = createServer({ models: { m: model } });
    await step(server, 1, rows(x, 0, 1), { sequence_start: true });
    server.setModel('m', other);
    expectSameBits(only(await step(server, 1, rows(x, 1, 2), { sequence_end: true })), rows(offline(x), 1, 2));
    expectSameBits(only(await infer(server, 'm', { data: x, shape: [1, 2, FEATURES] })), other.run(x));
    await server.close();
    expect(model.run(x)).toHaveLength(6);
    expect((await infer(server, 'm', { data: x })).status).toBe(404);
  });
});

describe('draining', () => {
  it('answers what has come, refuses the rest, and is not ready', async () => {
    const server = createServer({ models: { m: model } });
    const x = randomFloats(3_000 * FEATURES, 1);
    const running = step(server, 1, x, { sequence_start: true });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const drained = server.drain();
    const refused = await step(server, 2, rows(x, 0, 1), { sequence_start: true });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect((await server.fetch(new Request('http://h/v2/health/ready'))).status).toBe(503);
    expect((await server.fetch(new Request('http://h/v2/health/live'))).status).toBe(200);
    await drained;
    expectSameBits(only(await running), offline(x));
  });
});
