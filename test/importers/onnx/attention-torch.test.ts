import { describe, expect, it } from 'vitest';
import { fromOnnx } from '../../../src/importers/onnx/index.js';
import { builds } from '../../support/builds.js';
import { bytes, check, recorded } from './recorded.js';

// Compositions of PyTorch with attention, as both its exporters write them.

const cases = recorded('attention-torch');

describe.each(builds)('attention by PyTorch, %s', (build) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => check(one, build, one.options, one.runs));
});

it('is one layer, also where the file has it as an operator', () => {
  const of = (name: string) => {
    const one = cases.find((own) => own.name === name);
    return one && fromOnnx(bytes(one)).nodes.filter(({ type }) => type === 'attention');
  };
  expect(of('function_causal')).toMatchObject([{ heads: 2, causal: true, scale: Math.fround(Math.SQRT1_2) }]);
  expect(of('function_scaled')).toMatchObject([{ heads: 2, scale: 0.25 }]);
  expect(of('function_scaled')?.[0]).not.toHaveProperty('causal');
});
