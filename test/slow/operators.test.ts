import { expect, it } from 'vitest';
import { runCampaign } from './run-campaign.js';

it('random files of every operator of ONNX are refused, or run as their twins', async () => {
  const { counts } = await runCampaign('operators', { seconds: 90, most: 25_000, least: 1000 });
  expect(counts.twin, 'compared with the float64 twins').toBeGreaterThan(100);
});
