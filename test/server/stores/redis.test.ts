import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StoreError } from '../../../src/server/errors.js';
import { redisStore } from '../../../src/server/stores/redis.js';
import { REDIS_SERVERS, RedisServer } from '../redis.js';
import { expectStore } from './contract.js';

const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
const STATE = { epoch: 'one', step: 0, bytes: new Uint8Array([1]) };

describe.each(REDIS_SERVERS)('in %s', (command, needed) => {
  describe('as every store', needed, () => {
    const server = new RedisServer(command);
    beforeAll(() => server.start());
    afterAll(() => server.stop());
    expectStore(async () => {
      const client = await server.client();
      // Nobody waits: keys are given less to live.
      const wait = async (milliseconds: number): Promise<void> => {
        for (const key of await client.keys('*')) await client.pExpire(key, (await client.pTTL(key)) - milliseconds);
      };
      return { store: redisStore(client), wait };
    });

    it('is shared by all who have its prefix', async () => {
      const [one, other] = [redisStore(await server.client()), redisStore(await server.client())];
      const apart = redisStore(await server.client(), { prefix: 'other:' });
      expect(await one.replace('shared', undefined, STATE, 60)).toBe(true);
      expect(await other.replace('shared', undefined, STATE, 60)).toBe(false);
      expect(await other.replace('shared', STATE, { ...STATE, step: 1 }, 60)).toBe(true);
      expect((await one.read('shared'))?.step).toBe(1);
      expect(await apart.read('shared')).toBeUndefined();
      expect(await (await server.client()).keys('*shared*')).toEqual(['gatewise:shared']);
    });

    it('holds states larger than what comes over a wire at once', async () => {
      const store = redisStore(await server.client());
      const bytes = Uint8Array.from({ length: 3e6 }, (_, i) => (i * 31) >> 3);
      await store.replace('large', undefined, { ...STATE, bytes }, 60);
      const kept = await store.read('large');
      expect(Buffer.compare(kept?.bytes as Uint8Array, bytes)).toBe(0);
      expect(kept?.bytes?.buffer.byteLength).toBe(bytes.length);
    });

    it('names what it cannot read', async () => {
      const client = await server.client();
      const store = redisStore(client);
      await client.set('gatewise:text', 'a text');
      await expect(store.read('text')).rejects.toThrow(/^read: Redis cannot be asked; got WRONGTYPE/);
      await expect(store.replace('text', undefined, STATE, 60)).rejects.toThrow(
        /^replace: Redis cannot be asked; got .*WRONGTYPE/,
      );
      await client.hSet('gatewise:hash', { epoch: 'one', step: 'many' });
      await expect(store.read('hash')).rejects.toThrow(
        'key hash: no state of a sequence; expected what a server has put there',
      );
    });
  });

  it(
    'says when it is away, and goes on when it is back: with what it had where it writes that down',
    needed,
    async () => {
      for (const durable of [true, false]) {
        const server = new RedisServer(command, { durable });
        try {
          await server.start();
          const store = redisStore(await server.client(), { timeout: 500 });
          await store.ping();
          await store.replace('sequence', undefined, STATE, 60);
          await server.kill();
          for (const asked of [store.ping(), store.read('sequence'), store.replace('sequence', STATE, STATE, 60)]) {
            await expect(asked).rejects.toBeInstanceOf(StoreError);
          }
          await server.start();
          await eventually(() => store.ping());
          expect((await store.read('sequence'))?.bytes).toEqual(durable ? STATE.bytes : undefined);
        } finally {
          await server.stop();
        }
      }
    },
  );

  it('does not wait for ever', needed, async () => {
    const server = new RedisServer(command);
    try {
      await server.start();
      const store = redisStore(await server.client(), { timeout: 100 });
      server.pause();
      await expect(store.read('sequence')).rejects.toThrow('read: Redis cannot be asked; got no answer within 100 ms');
      // Carried out late: whoever asks again is told.
      await expect(store.replace('sequence', undefined, STATE, 60)).rejects.toBeInstanceOf(StoreError);
      server.resume();
      await eventually(() => store.ping());
      expect(await store.replace('sequence', undefined, STATE, 60)).toBe(false);
      expect(await store.read('sequence')).toMatchObject({ epoch: 'one', step: 0 });
    } finally {
      await server.stop();
    }
  });
});

it('refuses clients that give no bytes', () => {
  for (const client of [undefined, {}, { get() {} }]) {
    expect(() => redisStore(client as never)).toThrow(
      'redisStore: not a client that can give bytes; expected a client of the package redis, version 5 or newer',
    );
  }
});

async function eventually(act: () => Promise<void>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries === 100) throw error;
      await pause(20);
    }
  }
}
