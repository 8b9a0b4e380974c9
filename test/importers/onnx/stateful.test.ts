import { describe, expect, it } from 'vitest';
import { builds } from '../../support/builds.js';
import { type Case, check, checkCalls, checkSteps, recorded } from './recorded.js';

// Operators that take a past state and give the present one: the standard's own cases, and blocks as language models have them, with what the
// standard's reference makes of them. As one call, as calls that hand their states on, and timestep by timestep.

const cases = recorded('stateful');
const byName = (some: readonly Case[]) => some.map((one) => [one.name, one] as const);
const blocks = cases.filter(({ runs: [run] }) => run && 'X' in run.inputs);

describe.each(builds)('LinearAttention and CausalConvWithState, %s', (build) => {
  it.each(byName(cases))('%s', (_, one) => check(one, build, one.options, one.runs));
  it.each(byName(blocks.filter(({ stream }) => stream)))('%s, its states handed on', (_, one) =>
    checkCalls(one, build),
  );
  it.each(byName(blocks.filter(({ stream }) => !stream)))('%s, step by step', (_, one) => checkSteps(one, build));
});

it('all cases of the standard are among them', () => {
  expect(cases.filter(({ name }) => name.startsWith('test_linear_attention'))).toHaveLength(14);
  expect(cases.filter(({ name }) => name.startsWith('test_causal_conv_with_state'))).toHaveLength(13);
  expect(blocks.filter(({ stream }) => stream).length).toBeGreaterThan(3);
});
