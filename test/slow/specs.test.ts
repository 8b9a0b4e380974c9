import { it } from 'vitest';
import { LONGEST, runCampaign } from './run-campaign.js';

it(
  'changed specs of every type of layer are refused, or run as their twins',
  () => runCampaign('specs', { seconds: 30, most: 20_000, outcomes: { refused: 100, 'twin, streamed': 10 } }),
  LONGEST,
);
