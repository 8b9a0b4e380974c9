import { expect, it } from 'vitest';
import { runCampaign } from './run-campaign.js';

it('changed specs of every type of layer are refused, or run as their twins', async () => {
  const { counts } = await runCampaign('specs', { seconds: 30, most: 20_000, least: 1000 });
  expect(counts.refused, 'refused').toBeGreaterThan(100);
  expect(counts['twin, streamed'], 'compared').toBeGreaterThan(50);
});
