import { expect, it } from 'vitest';
import { check, recordedZipped } from '../importers/onnx/recorded.js';
import { builds } from '../support/builds.js';

it.each(builds)(
  '220 random graphs of attention over an open time are what ONNX Runtime makes of them, %s',
  async (build) => {
    const cases = recordedZipped('attention-drawn');
    for (const one of cases) await check(one, build, one.options, one.runs);
    expect(cases).toHaveLength(220);
  },
  600_000,
);
