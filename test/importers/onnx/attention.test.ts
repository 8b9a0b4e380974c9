import { describe, expect, it } from 'vitest';
import { fromOnnx } from '../../../src/importers/onnx/index.js';
import { builds } from '../../support/builds.js';
import { bytes, check, recorded } from './recorded.js';

// Attention over the model's own timesteps, their number open, as ONNX Runtime computes it.

const cases = [...recorded('attention'), ...recorded('attention-additive')];

describe.each(builds)('attention over an open time, %s', (build) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => check(one, build, one.options, one.runs));
});

it('is one layer, causal where a mask says so', () => {
  const layers = cases.flatMap((one) => fromOnnx(bytes(one)).nodes.filter(({ type }) => type === 'attention'));
  const causal = layers.filter((node) => 'causal' in node && node.causal);
  expect(layers.length).toBeGreaterThan(25);
  expect(causal.length).toBeGreaterThan(8);
  const additive = layers.filter((node) => 'scores' in node && node.scores === 'additive');
  expect(additive).toHaveLength(recorded('attention-additive').length);
});
