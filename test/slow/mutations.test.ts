import { expect, it } from 'vitest';
import { runCampaign } from './run-campaign.js';

it('changed files of every format are refused, or are specs that hold together and run', async () => {
  const { counts } = await runCampaign('mutations', { seconds: 75, most: 60_000, least: 1000 });
  expect(counts.refused, 'refused').toBeGreaterThan(500);
  expect(counts.opened, 'opened').toBeGreaterThan(100);
});
