import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModel, type Model } from '../../src/index.js';
import { keyOf } from '../../src/server/sequences/sequences.js';
import { redisStore } from '../../src/server/stores/redis.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats } from '../support/random.js';
import { type Answer, expectAll, FEATURES, insist, pause, SHARED_SPEC, type Step } from './conversations.js';
import { REDIS_SERVERS, RedisServer } from './redis.js';
import { Replicas } from './replicas.js';

describe.each(REDIS_SERVERS)('two servers on one %s', (command, needed) => {
  describe('which writes everything down', needed, () => {
    const redis = new RedisServer(command, { durable: true });
    const replicas = new Replicas(redis.path);
    let model: Model;
    beforeAll(async () => {
      model = await createModel(SHARED_SPEC, { build: 'simd' });
      await redis.start();
      await replicas.start(2);
    });
    afterAll(async () => {
      replicas.stop();
      await redis.stop();
    });

    const ask = (step: Step) => replicas.ask(step);
    let taken = 0;
    async function expectConversations(
      answer: (step: Step) => Promise<readonly number[]>,
      {
        sequences = 16,
        steps = 12,
        half = async () => {},
      }: Partial<{ sequences: number; steps: number; half: () => Promise<unknown> }> = {},
    ): Promise<void> {
      const ids = await expectAll(model, { name: `${taken++}`, sequences, steps, half }, answer);
      const store = redisStore(await redis.client());
      // Nothing was done twice.
      for (const id of ids) expect((await store.read(keyOf('shared', '', id)))?.step).toBe(steps);
    }

    it('give the bits of a model alone', async () => {
      const told: Answer[] = [];
      await expectConversations((step) => insist(ask, step, (answer) => told.push(answer)));
      expect(told).toEqual([]);
    });

    it('answer what is asked twice, at the same time and later, with the same', async () => {
      const before = new Map<string, Step>();
      const twice = async (step: Step) => {
        const [one, other] = await Promise.all([insist(ask, step), insist(ask, step)]);
        expect(other).toEqual(one);
        expect(await insist(ask, step)).toEqual(one);
        // Late ones, and ones that leave something out, are told where it is.
        const late = before.get(step.id);
        for (const other of [...(late ? [late] : []), { ...step, step: step.step + 2 }]) {
          const { status, error } = await replicas.ask(other);
          const begun = other.step === 0 ? 'begun already' : `sequence_step ${step.step + 1}`;
          expect([status, error]).toEqual([409, expect.stringContaining(begun)]);
        }
        before.set(step.id, step);
        return one;
      };
      await expectConversations(twice, { sequences: 8, steps: 6 });
    });

    it('of two different requests for one step carry out one', async () => {
      const [x, z] = [randomFloats(FEATURES, 1), randomFloats(FEATURES, 2)];
      for (let number = 0; number < 20; number++) {
        const id = `fork-${number}`;
        const answers = await Promise.all([x, z].map((frames) => replicas.ask({ id, step: 0, frames })));
        const done = answers.flatMap(({ output }, index) => (output ? [index] : []));
        expect(done).toHaveLength(1);
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
        const first = done[0] === 0 ? x : z;
        const next = await insist(ask, { id, step: 1, frames: x });
        expectSameBits([...(answers[done[0] as number]?.output ?? []), ...next], model.run([...first, ...x]));
      }
    });

    it('go on when one is killed', async () => {
      const told: Answer[] = [];
      await expectConversations((step) => insist(ask, step, (answer) => told.push(answer)), {
        half: () => replicas.kill(0),
      });
      // Nothing but that it was away.
      expect(new Set(told.map(({ status }) => status))).toEqual(new Set([undefined]));
      await replicas.restart(0);
      await expectConversations((step) => insist(ask, step));
    });

    it('say that they cannot when the store is away, and go on when it is back', async () => {
      const told: Answer[] = [];
      await expectConversations((step) => insist(ask, step, (answer) => told.push(answer)), {
        half: async () => {
          await redis.kill();
          await pause(200);
          await redis.start();
        },
      });
      expect(new Set(told.map(({ status, retryAfter }) => `${status} ${retryAfter}`))).toEqual(new Set(['503 1']));
      expect(told[0]?.error).toContain('cannot be reached; the request may be repeated');
    });

    it('remember that a sequence is over', async () => {
      const frames = randomFloats(FEATURES, 3);
      const last = { id: 'over', step: 1, frames, end: true };
      await insist(ask, { id: 'over', step: 0, frames });
      const reply = await insist(ask, last);
      // Its reply may have been lost.
      for (let asked = 0; asked < 2; asked++) expect(await insist(ask, last)).toEqual(reply);
      for (let asked = 0; asked < 2; asked++) {
        const { status, error } = await replicas.ask({ id: 'over', step: 2, frames });
        expect([status, error]).toEqual([410, expect.stringContaining('over')]);
      }
    });
  });

  it('say of sequences that it has lost that they are gone', needed, async () => {
    const redis = new RedisServer(command);
    const replicas = new Replicas(redis.path);
    try {
      await redis.start();
      await replicas.start(2);
      const ask = (step: Step) => replicas.ask(step);
      const frames = randomFloats(FEATURES, 4);
      const first = await insist(ask, { id: 'lost', step: 0, frames });
      await redis.kill();
      expect(await replicas.ask({ id: 'lost', step: 1, frames })).toMatchObject({ status: 503, retryAfter: '1' });
      await redis.start();
      // Whoever has it ready finds that it is not kept, as does whoever has not.
      for (let asked = 0; asked < 4; asked++) {
        let answer: Answer = await replicas.ask({ id: 'lost', step: 1, frames });
        for (; answer.status === 503; answer = await replicas.ask({ id: 'lost', step: 1, frames })) await pause(10);
        expect([answer.status, answer.error]).toEqual([410, expect.stringContaining('sequence_start')]);
      }
      expect(await insist(ask, { id: 'lost', step: 0, frames })).toEqual(first);
    } finally {
      replicas.stop();
      await redis.stop();
    }
  });
});
