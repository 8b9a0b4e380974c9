import { it } from 'vitest';
import { LONGEST, runCampaign } from './run-campaign.js';

it(
  'random files of every operator of ONNX are refused, or run as their twins',
  () => runCampaign('operators', { seconds: 90, most: 25_000, outcomes: { twin: 20 } }),
  LONGEST,
);
