import { describe, expect, it } from 'vitest';
import { ModelEngine } from '../../src/engine/engine.js';
import { checkSpec } from '../../src/graph/check-spec.js';
import { type Build, createModel, type Input } from '../../src/index.js';
import { allLayers } from '../../src/layers/all.js';
import { loadKernels } from '../../src/wasm/module.js';
import { ON_DEMAND } from '../../src/wasm/on-demand.js';
import { builds } from '../support/builds.js';
import { FEATURES, modelOf } from '../support/every-layer.js';
import { int8Spec } from '../support/int8.js';
import { randomFloats, stack } from '../support/random.js';

const collect = (globalThis as { gc?: () => void }).gc;

const STEPS = 20_000;

/** Of these once more with int8 weights. */
const INT8 = ['lstm', 'gru', 'rnn', 'dense', 'embedding', 'conv1d'].map((type) => `int8 ${type}`);

async function stepOf(entry: string, build: Build): Promise<() => void> {
  const type = entry.replace('int8 ', '');
  const spec = type === entry ? modelOf(type) : int8Spec(modelOf(type));
  const stream = (await createModel(spec, { build })).createStream();
  const frame = type === 'embedding' ? Int32Array.of(3) : randomFloats(FEATURES, 1);
  const out = new Float32Array(stream.run(frame as Input).length);
  return () => stream.step(frame, out);
}

/** What a step runs, for a layer that no stream takes. */
async function planOf(type: string, build: Build): Promise<() => void> {
  const spec = modelOf(type);
  const checked = { kinds: allLayers, graph: checkSpec(spec, allLayers) };
  const engine = new ModelEngine(spec, await loadKernels({ build }, ON_DEMAND), undefined, checked);
  const plan = engine.plans.hold({ batch: 1, time: 1, masked: false, zeroMasked: false });
  const state = engine.newState(1);
  return () => plan.run(state);
}

/** The least that the heap grew by in one of the rounds. */
function leastGrowth(step: () => void, steps: number, most: number): number {
  // The engine's own bookkeeping (tier-up, feedback) comes and goes; an allocation in the step would be in every round.
  // Where the machine is busy it takes some rounds until the step is compiled.
  let least = Number.POSITIVE_INFINITY;
  const run = (count: number): void => {
    for (let i = 0; i < count; i++) step();
  };
  for (let round = 0; round < 40 && least > most; round++) {
    collect?.();
    const before = process.memoryUsage().heapUsed;
    run(steps);
    least = Math.min(least, process.memoryUsage().heapUsed - before);
  }
  return least / steps;
}

describe.runIf(collect).each(builds)('a stream step allocates nothing in JS, %s', (build) => {
  it.each([...Object.keys(allLayers), 'additive_attention', ...INT8])('%s', async (type) => {
    const step = type === 'bidirectional' ? await planOf(type, build) : await stepOf(type, build);
    // 8 bytes a step is the least that a heap object can be.
    expect(leastGrowth(step, STEPS, 2 * STEPS)).toBeLessThan(4);
  });

  // What a call makes does not grow with the streams: a closure or two, and together what finds the plan and a block of memory.
  it.each([
    ['one by one', 6, 400],
    ['together', 64, 2500],
  ])('stepMany, %s: a few short-lived objects a call, none a stream', async (_, units, most) => {
    const model = await createModel(stack('lstm', FEATURES, units), { build });
    for (const count of [32, 320]) {
      const streams = Array.from({ length: count }, () => model.createStream());
      const frames = randomFloats(count * FEATURES, 1);
      const out = new Float32Array(model.stepMany(streams, frames).length);
      expect(leastGrowth(() => void model.stepMany(streams, frames, out), 500, 500 * most)).toBeLessThan(most);
    }
  });
});
