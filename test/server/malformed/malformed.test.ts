import { expect, it } from 'vitest';
import { expectSameBits } from '../../support/bits.js';
import { campaign } from './campaign.js';

/** `npm run test:slow` has ten times as many, and new ones each time. */
it('a thousand malformed requests are refused, each with its reason, and touch no sequence', async () => {
  const { failures, replies, live, held } = await campaign(1, 1000, () => globalThis.gc?.());
  expect(failures).toEqual([]);
  expect(replies.size).toBeGreaterThan(50);
  expectSameBits(...live);
  const [warm, end] = held;
  expect(end.wasm).toBe(warm.wasm);
  expect([warm.sequences, end.sequences]).toEqual([1, 1]);
});
