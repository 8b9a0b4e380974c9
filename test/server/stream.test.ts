import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createModel, type Model } from '../../src/index.js';
import { createServer, type ModelServer, type ServerOptions } from '../../src/server/index.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';
import { type Client, callOf, connect, refused, settle } from './sockets.js';

const FEATURES = 3;
let model: Model;

beforeAll(async () => {
  model = await createModel(stack('lstm', FEATURES, 6));
});

afterEach(() => {
  vi.useRealTimers();
});

const serve = (more: Partial<ServerOptions> = {}): ModelServer => createServer({ models: { m: model }, ...more });

const rows = (x: Float32Array, from: number, to: number): Float32Array => x.subarray(from * FEATURES, to * FEATURES);

describe('a stream', () => {
  it('answers each message with as many timesteps, those of many streams together', async () => {
    const batches: number[] = [];
    const server = serve({ observer: { batch: ({ rows }) => batches.push(rows) } });
    const clients = await Promise.all(Array.from({ length: 12 }, () => connect(server)));
    const inputs = clients.map((_, i) => randomFloats(10 * FEATURES, i));
    for (const [from, to] of [
      [0, 1],
      [1, 4],
      [4, 5],
      [5, 10],
    ] as const)
      for (const [i, client] of clients.entries()) client.send(rows(inputs[i] as Float32Array, from, to));
    for (const [i, client] of clients.entries()) {
      expectSameBits(await client.outputs(30), model.run(inputs[i] as Float32Array));
      expect(client.frames.map(({ length }) => length)).toEqual([3, 9, 3, 15]);
      expect(client.greeting).toMatchObject({
        model_name: 'm',
        model_version: '1',
        step: 0,
        features: 3,
        outputs: 3,
        datatype: 'FP32',
      });
    }
    expect(new Set(clients.map(({ greeting }) => greeting.token)).size).toBe(12);
    expect(Math.max(...batches)).toBe(12);
    expect(server.stats.streams).toBe(12);
  });

  it('goes on by its token, and sends again what was not received', async () => {
    const server = serve();
    const x = randomFloats(12 * FEATURES, 1);
    const expected = model.run(x);
    const first = await connect(server);
    first.send(rows(x, 0, 3));
    first.send(rows(x, 3, 5));
    await first.outputs(15);
    const { token } = first.greeting;
    first.leave(1006);
    await settle();
    const second = await connect(server, `?resume=${token}&received=2`);
    expect(second.greeting).toMatchObject({ token, step: 5 });
    expectSameBits(await second.outputs(9), expected.subarray(6, 15));
    second.send(rows(x, 5, 9));
    await second.outputs(21);
    // Left while something is computed: it was not, or it was.
    second.send(rows(x, 9, 10));
    second.leave(1001);
    await settle();
    const third = await connect(server, `?resume=${token}`);
    const { step } = third.greeting;
    expect([9, 10]).toContain(step);
    third.send(rows(x, step, 12));
    expectSameBits(await third.outputs(3 * (12 - step)), expected.subarray(step * 3));
    third.leave(1000);
    await settle();
    expect(await refused(server, `?resume=${token}`)).toEqual([
      410,
      expect.stringMatching(/never begun, or is forgotten/),
    ]);
    expect(server.stats).toMatchObject({ streams: 0, models: [{ sequences: 0 }] });
  });

  it('is nobody else’s: not while it is used, not of another client, not by a guess', async () => {
    const server = serve({ authorise: ({ headers }) => headers.get('authorization') ?? undefined });
    const ann = { authorization: 'ann' };
    const client = await connect(server, '', ann);
    const { token } = client.greeting;
    expect(token).toMatch(/^[\da-f]{32}$/);
    expect((await refused(server, `?resume=${token}`, ann))[0]).toBe(410);
    client.send(randomFloats(FEATURES, 1));
    await client.outputs(3);
    client.leave(1006);
    await settle();
    expect((await refused(server, ''))[0]).toBe(401);
    expect((await refused(server, `?resume=${token}`, { authorization: 'bob' }))[0]).toBe(410);
    expect((await refused(server, `?resume=${'0'.repeat(32)}`, ann))[0]).toBe(410);
    expect((await connect(server, `?resume=${token}`, ann)).greeting.step).toBe(1);
  });

  it('gives a row for each timestep of models that give the last one only, and of ids', async () => {
    const last = await createModel(
      new SpecBuilder(5).recurrent('lstm', 'a', 'x', FEATURES, 4, { returnSequences: false }).spec(FEATURES),
    );
    const every = await createModel(new SpecBuilder(5).recurrent('lstm', 'a', 'x', FEATURES, 4).spec(FEATURES));
    const client = await connect(createServer({ models: { m: last } }));
    const x = randomFloats(5 * FEATURES, 1);
    client.send(rows(x, 0, 2));
    client.send(rows(x, 2, 5));
    expectSameBits(await client.outputs(20), every.run(x));
    const builder = new SpecBuilder(4);
    const table = builder.tensor('table', 11, 4);
    const words = await createModel(
      builder
        .add({ type: 'embedding', name: 'e', inputs: ['x'], tensors: { weight: table } })
        .recurrent('gru', 'a', 'e', 4, 4)
        .spec(1, undefined, 'int32'),
    );
    const reader = await connect(createServer({ models: { m: words } }));
    reader.bytes(new Uint8Array(Int32Array.of(3, 0, 10).buffer));
    expectSameBits(await reader.outputs(12), words.run([3, 0, 10]));
    reader.bytes(new Uint8Array(Int32Array.of(11).buffer));
    await settle();
    expect(reader.closed).toEqual([1007, expect.stringMatching(/not a token id/)]);
  });

  it.each([
    ['text', (client: Client) => client.send('hello'), 1003],
    ['half a timestep', (client: Client) => client.send([1, 2]), 1007],
    ['a part of a number', (client: Client) => client.bytes(new Uint8Array(13)), 1007],
    ['nothing', (client: Client) => client.bytes(new Uint8Array(0)), 1007],
    ['too much', (client: Client) => client.bytes(new Uint8Array(12 * 200)), 1009],
    [
      'too much at once',
      (client: Client) => [60, 60].map((time) => client.send(randomFloats(time * FEATURES, 1))),
      1013,
    ],
    ['too many', (client: Client) => Array.from({ length: 5 }, () => client.send([1, 2, 3])), 1013],
  ])('is closed after %s, and goes on where it was', async (_, send, code) => {
    const server = serve({ limits: { bodyBytes: 1200, queuePerSequence: 4 } });
    const x = randomFloats(2 * FEATURES, 1);
    const client = await connect(server);
    client.send(rows(x, 0, 1));
    await client.outputs(3);
    send(client);
    expect(client.closed).toEqual([code, expect.stringMatching(/./)]);
    await settle();
    const again = await connect(server, `?resume=${client.greeting.token}`);
    expect(again.greeting.step).toBe(1);
    again.send(rows(x, 1, 2));
    expectSameBits(await again.outputs(3), model.run(x).subarray(3));
  });

  it('is refused with a reason', async () => {
    const two = await createModel({
      ...new SpecBuilder(3).recurrent('gru', 'a', 'x', 2, 4).recurrent('rnn', 'b', 'z', 3, 4).spec(2, ['a', 'b']),
      inputs: [
        { name: 'x', features: 2 },
        { name: 'z', features: 3 },
      ],
    });
    expect(await refused(createServer({ models: { m: two } }), '')).toEqual([
      400,
      expect.stringMatching(/more than one input/),
    ]);
    const both = await createModel(new SpecBuilder(1).bidirectional('gru', 'a', 'x', FEATURES, 4).spec(FEATURES));
    expect(await refused(createServer({ models: { m: both } }), '')).toEqual([
      400,
      expect.stringMatching(/cannot stream/),
    ]);
    const server = serve({ limits: { sequences: 2 } });
    expect((await refused(server, '?resume=1'))[0]).toBe(400);
    expect((await refused(server, '?received=-1'))[0]).toBe(400);
    expect((await refused(server, '?token=1'))[0]).toBe(400);
    expect((await refused(server, '', { upgrade: 'h2c' }))[0]).toBe(426);
    // What was refused has taken no place.
    await connect(server);
    const last = await connect(server);
    expect((await refused(server, ''))[0]).toBe(429);
    last.leave(1000);
    await settle();
    const { abandon } = await server.handle(callOf('', {}));
    abandon?.();
    await settle();
    await connect(server);
  });

  it('is dropped when nobody comes for it', async () => {
    const server = serve({ limits: { idleSeconds: 60 } });
    const client = await connect(server);
    client.send(randomFloats(FEATURES, 1));
    await client.outputs(3);
    vi.useFakeTimers();
    client.leave(1006);
    await vi.advanceTimersByTimeAsync(1000);
    expect(server.stats.models[0]?.sequences).toBe(1);
    await vi.advanceTimersByTimeAsync(61_000);
    expect(server.stats.models[0]?.sequences).toBe(0);
    expect((await refused(server, `?resume=${client.greeting.token}`))[1]).toMatch(/dropped after 60 s/);
  });

  it('is closed when nothing comes for long, and goes on by its token', async () => {
    vi.useFakeTimers();
    const server = serve({ limits: { idleSeconds: 60 } });
    const client = await connect(server);
    await vi.advanceTimersByTimeAsync(50_000);
    client.send(randomFloats(FEATURES, 1));
    await vi.advanceTimersByTimeAsync(59_000);
    expect(client.closed).toBeUndefined();
    expect(client.frames).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(client.closed).toEqual([1001, expect.stringMatching(/60 s/)]);
    expect((await connect(server, `?resume=${client.greeting.token}`)).greeting.step).toBe(1);
  });

  it('is closed and saved when the server drains', async () => {
    const server = serve();
    const client = await connect(server);
    client.send(randomFloats(500 * FEATURES, 1));
    await server.drain();
    expect(client.closed).toEqual([1012, expect.stringMatching(/token/)]);
    expect((await refused(server, ''))[0]).toBe(503);
    expect(server.stats).toMatchObject({ draining: true, streams: 0 });
  });
});
