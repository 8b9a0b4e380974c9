import { beforeAll, describe, expect, it } from 'vitest';
import { createModel, type Model } from '../../src/index.js';
import { createServer, type ModelServer } from '../../src/server/index.js';
import { memoryStore } from '../../src/server/stores/memory.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, stack } from '../support/random.js';
import { type Answer, infer } from './client.js';

// Requests that are sent again, told apart by `Idempotency-Key`.

const FEATURES = 3;
const X = randomFloats(8 * FEATURES, 1);
const frame = (at: number, steps = 1): Float32Array => X.slice(at * FEATURES, (at + steps) * FEATURES);
let model: Model;
beforeAll(async () => {
  model = await createModel(stack('lstm', FEATURES, 5), { build: 'simd' });
});

const ask = (
  server: ModelServer,
  id: string,
  key: string | undefined,
  data: Float32Array,
  also = {},
): Promise<Answer> =>
  infer(server, 'm', {
    data,
    shape: [1, data.length / FEATURES, FEATURES],
    parameters: { sequence_id: id, ...also },
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });

const only = (answer: Answer): Float32Array => {
  expect([answer.status, answer.json.error]).toEqual([200, undefined]);
  return Object.values(answer.outputs)[0] as Float32Array;
};

/** Who is asked first and who is asked again. */
const places: [string, () => [ModelServer, ModelServer]][] = [
  [
    'in one process',
    () => {
      const server = createServer({ models: { m: model } });
      return [server, server];
    },
  ],
  [
    'by another server of the same store',
    () => {
      const store = memoryStore();
      return [createServer({ models: { m: model }, store }), createServer({ models: { m: model }, store })];
    },
  ],
];

describe.each(places)('the last request of a sequence, sent again, %s', (_, servers) => {
  it('has its reply again and moves nothing', async () => {
    const [server, other] = servers();
    const expected = model.run(X);
    const got: number[] = [];
    for (let step = 0; step < 8; step++) {
      const also = { sequence_start: step === 0, sequence_end: step === 7 };
      const first = await ask(server, 'all', `key ${step}`, frame(step), also);
      const again = await ask(other, 'all', `key ${step}`, frame(step), also);
      expectSameBits(only(again), only(first));
      expect(again.json.parameters).toEqual({ sequence_id: 'all', sequence_step: step + 1 });
      got.push(...only(first));
    }
    expectSameBits(got, expected);
  });

  it('is another with another key, though all else is the same', async () => {
    const [server, other] = servers();
    only(await ask(server, 'twice', '1', frame(0), { sequence_start: true }));
    const stream = model.createStream();
    stream.run(frame(0));
    expectSameBits(only(await ask(server, 'twice', '2', frame(0))), stream.run(frame(0)));
    expectSameBits(only(await ask(other, 'twice', '3', frame(0))), stream.run(frame(0)));
    expectSameBits(only(await ask(server, 'twice', undefined, frame(0))), stream.run(frame(0)));
    stream.dispose();
  });

  it('is refused with other numbers', async () => {
    const [server, other] = servers();
    const first = only(await ask(server, 'other', '1', frame(0), { sequence_start: true }));
    const { status, json } = await ask(other, 'other', '1', frame(1), { sequence_start: true });
    expect([status, json.error]).toEqual([
      409,
      'idempotency-key: is that of another request; expected one for each request',
    ]);
    expectSameBits(only(await ask(other, 'other', '1', frame(0), { sequence_start: true })), first);
  });

  it('is never carried out twice where its reply is too large to be kept', async () => {
    const [server, other] = servers();
    const long = randomFloats(100_000 * FEATURES, 3);
    only(await ask(server, 'long', '1', long, { sequence_start: true }));
    for (const also of [{}, { sequence_step: 0 }]) {
      const { status, json } = await ask(other, 'long', '1', long, { ...also, sequence_start: true });
      expect([status, json.error]).toEqual([409, 'sequence: has had this request; its reply was too large to be kept']);
    }
    const stream = model.createStream();
    stream.run(long);
    expectSameBits(only(await ask(other, 'long', '2', frame(0))), stream.run(frame(0)));
    stream.dispose();
  });
});

it.each(['', 'ü', 'k'.repeat(257)])('a key is refused that is none: %j', async (key) => {
  const { status, json } = await ask(createServer({ models: { m: model } }), 's', key, frame(0), {
    sequence_start: true,
  });
  expect([status, json.error]).toEqual([
    400,
    expect.stringContaining('idempotency-key: not a key; expected 1 to 256 ASCII characters'),
  ]);
});
