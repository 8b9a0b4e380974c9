import { describe, expect, it } from 'vitest';
import { deploy, METHODS } from '../../src/deploy/index.js';
import { createModel, type ModelSpec, type NewerCellConfig, type NodeSpec } from '../../src/index.js';
import { allLayers } from '../../src/layers/all.js';
import { seeds } from '../importers/corpus.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { modelOf } from '../support/every-layer.js';
import { INT8_STACKS } from '../support/int8-stacks.js';
import { type NewerOptions, newerCell } from '../support/newer.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';
import { STACKS } from '../support/stacks.js';
import { part } from '../support/thorough.js';
import { expectSameWhenBuilt, imported } from './same.js';

// A built file gives the bits of `createModel`, and states that are exchanged with it.

describe.each(builds)('built for %s', (build) => {
  it.each(STACKS)('%s', (_, spec) => expectSameWhenBuilt(spec, { build }));
  it.each(part(STACKS, 5))('%s, in a .wasm', (_, spec) => expectSameWhenBuilt(spec, { build, weights: 'wasm' }));
  it.each(INT8_STACKS)('%s, int8', (_, spec) => expectSameWhenBuilt(spec, { build }));
  it.each(part(INT8_STACKS, 3))('%s, int8, in a .wasm', (_, spec) =>
    expectSameWhenBuilt(spec, { build, weights: 'wasm' }),
  );
  it.each(part(INT8_STACKS, 3))('%s, int8, split', (_, spec) => expectSameWhenBuilt(spec, { build, weights: 'split' }));
});

it('a causal convolution over time, whose timesteps before are state', async () => {
  const builder = new SpecBuilder(3);
  for (const [name, input, features] of [
    ['a', 'x', 5],
    ['b', 'a', 6],
  ] as const) {
    const tensors = { weight: builder.tensor(`${name}.w`, 6, 3, features), bias: builder.tensor(`${name}.b`, 6) };
    builder.add({
      type: 'conv1d',
      name,
      inputs: [input],
      filters: 6,
      kernelSize: 3,
      dilation: 2,
      padding: 'causal',
      tensors,
    });
  }
  await expectSameWhenBuilt(builder.spec(5), { build: 'simd' });
});

const newer = (type: NewerCellConfig['type'], options?: NewerOptions): ModelSpec => {
  const builder = new SpecBuilder(4);
  const cell = newerCell(type, builder, 'c', 3, 5, options);
  return builder.add({ name: 'y', inputs: ['x'], ...cell } as NodeSpec).spec(3);
};

describe('with some methods alone', () => {
  it.each([
    ['run', ['run'], ['createStream', 'runNamed', 'stepMany', 'inputs']],
    ['step', ['step', 'save', 'restore'], ['run', 'runNamed', 'stepMany', 'outputs']],
    ['fork', ['stepMany', 'fork', 'frames', 'getState', 'setState'], ['run', 'transform']],
  ] as const)('%s …', async (_, methods, absent) => {
    const spec = stack('lstm', 4, 6);
    const { module } = await deploy(spec, { methods });
    const built = (await imported(module)).createModelSync();
    for (const name of absent) expect(name in built).toBe(false);
    const model = await createModel(spec, { build: 'simd' });
    const x = randomFloats(4, 3);
    const expected = model.run(x);
    if (methods[0] === 'run') expectSameBits(built.run(x), expected);
    else {
      const stream = built.createStream();
      if (methods[0] === 'step') {
        expect('run' in stream).toBe(false);
        const saved = stream.save();
        expectSameBits(stream.step(x), expected);
        stream.restore(saved);
        expectSameBits(stream.step(x), expected);
      } else {
        const other = stream.fork();
        other.setState(stream.getState());
        expectSameBits(built.stepMany([stream, other], Float32Array.of(...x, ...x)), [...expected, ...expected]);
        other.reset();
        for await (const y of other.frames([x])) expectSameBits(y, expected);
      }
    }
    built.dispose();
    model.dispose();
  });

  it.each([
    ['lstm', stack('lstm', 4, 6, 2)],
    ['gru', stack('gru', 4, 5)],
    ['rnn', stack('rnn', 4, 5)],
    ['lstm, int8', INT8_STACKS[1]?.[1] as ModelSpec],
    ['sru, whose gates stand in blocks', newer('sru')],
    ['qrnn, which has not all gates of its type', newer('qrnn', { pooling: 'f' })],
  ])('trace of %s, where it is asked for', async (_, spec) => {
    const { module, types } = await deploy(spec, { methods: [...METHODS, 'trace'] });
    expect(types).toMatch(/trace\(x: Input \| Inputs, options\?: NamedRunOptions\): Trace;/);
    const built = (await imported(module)).createModelSync();
    const model = await createModel(spec, { build: 'simd' });
    const time = 6;
    const x = randomFloats(2 * time * (spec.inputs[0]?.features ?? 0), 3);
    const given = { batch: 2, lengths: [time, 3] };
    expect(built.trace(x, given)).toEqual(model.trace(x, given));
    const [stream, other] = [built, model].map((one) => one.createStream({ batch: 2 }));
    for (let i = 0; i < 2; i++) expect(stream?.trace(x)).toEqual(other?.trace(x));
    built.dispose();
    model.dispose();
  });

  it('leaves trace out where nobody asks for it', async () => {
    const { module, types } = await deploy(stack('lstm', 1, 1));
    expect('trace' in (await imported(module)).createModelSync()).toBe(false);
    expect(types).not.toContain('trace(');
  });

  it('refuses what is no method', async () => {
    await expect(deploy(stack('lstm', 1, 1), { methods: ['stpe'] as never })).rejects.toThrow(
      /methods: no such method; expected run, /,
    );
  });
});

describe('every type of layer', () => {
  it.each([...Object.keys(allLayers), 'additive_attention'])('%s', (type) =>
    expectSameWhenBuilt(modelOf(type), { weights: 'wasm' }),
  );
});

describe('files', () => {
  it.each(part(seeds(), 7).map((seed) => [seed.name, seed] as const))('%s', (_, { bytes, read }) =>
    expectSameWhenBuilt(read(bytes)),
  );
});
