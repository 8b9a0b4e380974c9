import { expect, it } from 'vitest';
import { check, checkCalls, checkSteps, recordedZipped } from '../importers/onnx/recorded.js';
import { builds } from '../support/builds.js';

it.each(builds)(
  '220 random blocks of LinearAttention and CausalConvWithState are what the standard’s reference makes of them, %s',
  async (build) => {
    const cases = recordedZipped('stateful-drawn');
    for (const one of cases) {
      await check(one, build, one.options, one.runs);
      await (one.stream ? checkCalls : checkSteps)(one, build);
    }
    expect(cases).toHaveLength(220);
  },
  600_000,
);
