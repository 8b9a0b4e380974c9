import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec, type NodeSpec } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { randomFloats, SpecBuilder } from '../support/random.js';

// What a sequence ends in, at its timesteps: a stream knows it of the timestep at hand alone, and would compute something else than a run.

/** An LSTM that gives its last h, `h`, the last timestep of x, `last`, and what is made of them. */
function specOf(nodes: readonly NodeSpec[], outputs: readonly string[]): ModelSpec {
  const builder = new SpecBuilder(1);
  const weights = { weightIh: builder.tensor('w', 12, 3), weightHh: builder.tensor('u', 12, 3) };
  return {
    inputs: [{ name: 'x', features: 3 }],
    nodes: [
      { type: 'lstm', name: 'h', inputs: ['x'], units: 3, returnSequences: false, tensors: weights },
      { type: 'timestep', name: 'last', inputs: ['x'], index: -1 },
      ...nodes,
    ],
    outputs,
    tensors: builder.tensors,
  };
}

describe('what a sequence ends in', () => {
  it.each<[string, NodeSpec[]]>([
    ['the last timestep taken from all of them', [{ type: 'subtract', name: 'y', inputs: ['last', 'x'] }]],
    ['a final state added to all of them', [{ type: 'add', name: 'y', inputs: ['x', 'h'] }]],
    [
      'something that is made of it',
      [
        { type: 'multiply', name: 'm', inputs: ['h', 'last'] },
        { type: 'activation', name: 'a', inputs: ['m'], activation: 'tanh' },
        { type: 'maximum', name: 'y', inputs: ['a', 'x'] },
      ],
    ],
  ])('%s has no stream', async (_, nodes) => {
    const model = await createModel(specOf(nodes, ['y']));
    expect(() => model.createStream()).toThrow(
      'createStream: cannot stream: layer "y" needs the whole sequence first; expected run() instead',
    );
    expect(model.run(randomFloats(4 * 3, 1)).length).toBeGreaterThan(0);
  });

  it('by itself is what a stream has so far', async () => {
    const nodes: NodeSpec[] = [{ type: 'multiply', name: 'y', inputs: ['h', 'last'] }];
    const model = await createModel(specOf(nodes, ['y']));
    const stream = model.createStream();
    const x = randomFloats(5 * 3, 2);
    for (let t = 0; t < 5; t++)
      expectSameBits(stream.step(x.subarray(3 * t, 3 * t + 3)), model.run(x.subarray(0, 3 * t + 3)));
  });
});
