import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModel } from '../../src/index.js';
import { freePort } from '../runtimes/here.js';
import { REDIS_SERVERS, RedisServer } from '../server/redis.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, stack } from '../support/random.js';
import { putModel } from './here.js';
import { Served } from './served.js';

const FEATURES = 2;
const SPEC = stack('lstm', FEATURES, 3);
const file = putModel('kept.gatewise', SPEC);
const x = randomFloats(8 * FEATURES, 1);

describe.each(REDIS_SERVERS)('gatewise serve --store, %s', (command, needed) => {
  describe('replicas', needed, () => {
    let redis: RedisServer;
    let url: string;
    const running: Served[] = [];
    beforeAll(async () => {
      const port = await freePort();
      redis = new RedisServer(command, { durable: true, port });
      await redis.start();
      url = `redis://127.0.0.1:${port}`;
    });
    afterAll(async () => {
      for (const served of running) served.kill('SIGKILL');
      await redis.stop();
    });
    async function start(): Promise<Served> {
      const served = await Served.start(file, '--store', url);
      running.push(served);
      return served;
    }
    const step = (served: Served, id: string, at: number) => {
      const frame = x.slice(at * FEATURES, (at + 1) * FEATURES);
      return served.infer('kept', frame, FEATURES, { sequence_id: id, sequence_start: at === 0, sequence_step: at });
    };
    const whole = async (steps: number): Promise<Float32Array> =>
      (await createModel(SPEC)).run(x.subarray(0, steps * FEATURES));

    it('goes on where a replica ended, asked to or not, and with a request that is sent again', async () => {
      const first = await start();
      const got = [...(await step(first, 'a', 0)), ...(await step(first, 'a', 1))];
      await first.stop();
      expect(await first.ended).toEqual([0, null]);
      const [second, third] = [await start(), await start()];
      got.push(...(await step(second, 'a', 2)));
      const last = await step(third, 'a', 3);
      third.kill('SIGKILL');
      await third.ended;
      // Nobody knows whether the answer came: the same once more, from another.
      expectSameBits(await step(second, 'a', 3), last);
      got.push(...last, ...(await step(second, 'a', 4)));
      expectSameBits(got, await whole(5));
    });

    it('refuses while the store is away, is not ready, and then goes on', async () => {
      const served = await start();
      const got = [...(await step(served, 'b', 0))];
      await redis.kill();
      await expect(step(served, 'b', 1)).rejects.toThrow(/^503: .*store/i);
      expect((await served.get('/v2/health/ready')).status).toBe(503);
      expect((await served.get('/v2/health/live')).status).toBe(200);
      await redis.start();
      await served.until(async () => (await served.get('/v2/health/ready')).status === 200);
      got.push(...(await step(served, 'b', 1)), ...(await step(served, 'b', 2)));
      expectSameBits(got, await whole(3));
      expect(served.log.map(({ msg }) => msg)).toEqual(
        expect.arrayContaining(['store out of reach', 'store reached again']),
      );
    });
  });
});
