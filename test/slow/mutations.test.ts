import { it } from 'vitest';
import { LONGEST, runCampaign } from './run-campaign.js';

it(
  'changed files of every format are refused, or are specs that hold together and run',
  () => runCampaign('mutations', { seconds: 75, most: 60_000, outcomes: { refused: 500, opened: 50 } }),
  LONGEST,
);
