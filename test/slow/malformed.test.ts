import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { campaign } from '../server/malformed/campaign.js';
import { expectSameBits } from '../support/bits.js';
import { LONGEST } from './run-campaign.js';

const SEED = Number(process.env.SLOW_SEED ?? Math.floor(Math.random() * 2 ** 31));
const COUNT = 10_000;
/** What the collector leaves now and then; a byte of each request that stayed would be less than a body of one. */
const NOISE = 2 ** 20;

it(
  'ten thousand malformed requests are refused, leave nothing, and touch no sequence',
  async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const { failures, live, held } = await campaign(SEED, COUNT, collect);
    expect(failures, `again: SLOW_SEED=${SEED} npm run test:slow -- malformed`).toEqual([]);
    expectSameBits(...live);
    const [warm, end] = held;
    console.log(`malformed: ${COUNT} with SLOW_SEED=${SEED}; heap ${warm.heap} bytes half-way, ${end.heap} at the end`);
    expect(end.wasm).toBe(warm.wasm);
    expect(end.sequences).toBe(1);
    expect(end.heap - warm.heap).toBeLessThan(NOISE);
  },
  LONGEST,
);
