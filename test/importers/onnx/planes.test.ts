import { describe, expect, it } from 'vitest';
import { builds } from '../../support/builds.js';
import { part } from '../../support/thorough.js';
import { type Case, check, recorded, recordedZipped, streams } from './recorded.js';

// Windows over the time of the run and a frequency axis: what ONNX Runtime made of them, and the same in streams, frame by frame.

const named = recorded('over-time');
const isCausal = ({ name }: Case): boolean => name.startsWith('causal_');

describe.each(builds)('streams of convolutions over time, %s', (build) => {
  const byName = named.filter(({ name }) => !name.startsWith('drawn_'));
  const only = ['causal', 'dilation', 'point', 'spread', 'wide', 'mean'];
  it.each(byName.map((one) => [one.name, one] as const))('%s', async (name, one) => {
    expect(await streams(one, build)).toBe(only.some((what) => name.endsWith(`first_${what}`)));
  });

  const all = [...named.filter(({ name }) => name.startsWith('drawn_')), ...recordedZipped('over-time-drawn')];
  const random = part(all, 4);
  it(`${random.length} of ${all.length} compositions: those of nothing but the past stream`, async () => {
    expect(all).toHaveLength(240);
    expect(all.filter(isCausal)).toHaveLength(120);
    let others = 0;
    for (const one of random) {
      await check(one, build, one.options, one.runs);
      const streamed = await streams(one, build);
      if (isCausal(one)) expect(streamed, one.name).toBe(true);
      else if (streamed) others++;
    }
    // Drawn without an eye to it, some look at nothing to come either.
    expect(others).toBeGreaterThan(random.length / 40);
  });
});
