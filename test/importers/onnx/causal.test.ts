import { describe, expect, it } from 'vitest';
import { fromOnnx } from '../../../src/importers/onnx/index.js';
import { createModel, type ModelSpec } from '../../../src/index.js';
import { expectSameBits } from '../../support/bits.js';
import { randomFloats } from '../../support/random.js';
import { floats, ints, model, node } from './build.js';

// Causal convolutions as exporters write them: padded before, or around and cut at the end (the blocks of temporal convolutional networks). They stream.

const [C, T] = [3, 10];
const init = {
  W: floats([C, C, 2]),
  ends: ints([0, 0, 4, 0, 0, 0]),
  zero: floats([], [0]),
  start: ints([0]),
  stop: ints([-4]),
  axis: ints([2]),
};
const slice = (from: string, to: string) => node('Slice', `${from} start stop axis`, to);
const inputs = { X: { dims: ['batch', C, 'time'] } };
const WAYS = {
  'asymmetrical pads': [node('Conv', 'X W', 'y', { dilations: [4], pads: [4, 0] })],
  'a Pad before it': [node('Pad', 'X ends zero', 'p'), node('Conv', 'p W', 'y', { dilations: [4] })],
  'a Slice behind it': [node('Conv', 'X W', 'p', { dilations: [4], pads: [4, 4] }), slice('p', 'y')],
};
const read = (nodes: readonly ReturnType<typeof node>[], outputs = ['Y']): ModelSpec =>
  fromOnnx(model({ nodes, inputs, init, outputs }));

describe('a causal convolution', () => {
  it.each(Object.entries(WAYS))('%s, with a residual', async (_, nodes) => {
    const spec = read([...nodes, node('Relu', 'y', 'r'), node('Add', 'r X', 'Y')]);
    expect(spec.nodes.filter(({ type }) => type === 'conv1d')).toMatchObject([{ padding: 'causal', dilation: 4 }]);
    expect(spec.nodes.some(({ type }) => type === 'pad' || type === 'slice')).toBe(false);
    const made = await createModel(spec);
    const x = randomFloats(T * C, 4);
    const whole = made.run(x);
    // y[t] = W0·x[t - 4] + W1·x[t], zeros before.
    const w = init.W.floatData;
    for (let t = 0; t < T; t++) {
      for (let f = 0; f < C; f++) {
        let sum = 0;
        for (let c = 0; c < C; c++) {
          sum += (w[(f * C + c) * 2 + 1] as number) * (x[t * C + c] as number);
          if (t >= 4) sum += (w[(f * C + c) * 2] as number) * (x[(t - 4) * C + c] as number);
        }
        expect(whole[t * C + f]).toBeCloseTo(Math.max(0, sum) + (x[t * C + f] as number), 5);
      }
    }
    const stream = made.createStream();
    for (let t = 0; t < T; t++)
      expectSameBits(stream.step(x.subarray(t * C, (t + 1) * C)), whole.subarray(t * C, (t + 1) * C));
  });

  it('what somebody else reads too stays as it is', async () => {
    const spec = read(
      [...WAYS['a Slice behind it'], node('Identity', 'y', 'Y'), node('Identity', 'p', 'Z')],
      ['Y', 'Z'],
    );
    expect(spec.nodes.filter(({ type }) => type === 'conv1d')).toMatchObject([{ padding: [4, 4] }]);
    const made = await createModel(spec);
    expect(() => made.createStream()).toThrow(/looks at several timesteps at once/);
  });
});
