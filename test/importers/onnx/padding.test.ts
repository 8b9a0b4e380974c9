import { describe, expect, it } from 'vitest';
import { fromOnnx, readOnnx } from '../../../src/importers/onnx/index.js';
import { createModel, type Tensor } from '../../../src/index.js';
import { expectSameBits } from '../../support/bits.js';
import { randomFloats } from '../../support/random.js';
import { floats, ints, model, node, type Parts } from './build.js';
import { B, T, x } from './refused.js';

// `[batch, channels, time, frequency]` of 3 channels and 4 frequencies: an axis that is padded stands beside another.
const [C, F, TIME, BATCH] = [3, 4, 7, 2];
const inputs = x(B, C, T, F);
const given = { X: { data: randomFloats(BATCH * C * TIME * F, 5), shape: [BATCH, C, TIME, F] } };
const weights = { W: floats([2, C, 3, 3]), V: floats([2, 2, 2, 3]) };

const run = async (parts: Parts): Promise<Tensor> =>
  (await createModel(fromOnnx(model(parts)))).runNamed(given).Y as Tensor;

describe('ONNX: Pad of one of several axes', () => {
  const at = (t: number, f: number, c: number, b: number): number =>
    given.X.data[((b * C + c) * TIME + t) * F + f] as number;
  it.each([
    ['constant', 0, [-1, -1, 0, 1, 2, 3, -1]],
    ['constant', 2.5, [-1, -1, 0, 1, 2, 3, -1]],
    ['edge', 0, [0, 0, 0, 1, 2, 3, 3]],
    ['reflect', 0, [2, 1, 0, 1, 2, 3, 2]],
  ])('%s %d over frequencies', async (mode, value, sources) => {
    // The value of edge and reflect is left out.
    const [names, init] = mode === 'constant' ? ['X p v', { v: floats([], [value]) }] : ['X p', {}];
    const parts = {
      nodes: [node('Pad', names, 'h', { mode }), node('Mul', 'h two', 'Y')],
      inputs,
      init: { p: ints([0, 0, 0, 2, 0, 0, 0, 1]), two: floats([1], [2]), ...init },
    };
    const { data, shape } = await run(parts);
    expect(shape).toEqual([BATCH, C, TIME, 7]);
    const wanted = Float32Array.from({ length: BATCH * C * TIME * 7 }, (_, i) => {
      const [f, t, c, b] = [
        i % 7,
        Math.floor(i / 7) % TIME,
        Math.floor(i / 7 / TIME) % C,
        Math.floor(i / 7 / TIME / C),
      ];
      const source = sources[f] as number;
      return 2 * (source < 0 ? value : at(t, source, c, b));
    });
    expectSameBits(data, wanted);
  });

  it('over channels, and over channels, time and frequencies at once', async () => {
    const nodes = [node('Pad', 'X p', 'h'), node('Relu', 'h', 'Y')];
    for (const [channels, before, after] of [
      [1, 0, 0],
      [1, 2, 1],
    ] as const) {
      const p = ints([0, channels, before, 1, 0, 0, after, 2]);
      const { data, shape } = await run({ nodes, inputs, init: { p } });
      const [wide, long, high] = [C + channels, TIME + before + after, F + 3];
      expect(shape).toEqual([BATCH, wide, long, high]);
      const wanted = Float32Array.from({ length: BATCH * wide * long * high }, (_, i) => {
        const [f, t] = [(i % high) - 1, (Math.floor(i / high) % long) - before];
        const [c, b] = [(Math.floor(i / high / long) % wide) - channels, Math.floor(i / high / long / wide)];
        return c < 0 || f < 0 || f >= F || t < 0 || t >= TIME ? 0 : Math.max(0, at(t, f, c, b));
      });
      expectSameBits(data, wanted);
    }
  });
});

describe('ONNX: zeros in front of a convolution', () => {
  /** A convolution after another, whose channels stand behind the frequencies, with padding of its own or by Pad before it. */
  const net = (own: readonly number[], ...pads: (readonly number[])[]): Parts => ({
    nodes: [
      node('Conv', 'X W', 'h0', { pads: [2, 1, 0, 1] }),
      ...pads.map((_, i) => node('Pad', `h${i} p${i}`, `h${i + 1}`)),
      node('Conv', `h${pads.length} V`, 'c', { pads: [...own] }),
      node('Tanh', 'c', 'Y'),
    ],
    inputs,
    init: { ...weights, ...Object.fromEntries(pads.map((list, i) => [`p${i}`, ints(list)])) },
  });
  const alone = net([1, 2, 0, 1]);
  it.each([
    ['all of it', net([0, 0, 0, 0], [0, 0, 1, 2, 0, 0, 0, 1])],
    ['time alone', net([0, 2, 0, 1], [0, 0, 1, 0, 0, 0, 0, 0])],
    ['frequencies alone', net([1, 0, 0, 0], [0, 0, 0, 2, 0, 0, 0, 1])],
    ['one after the other', net([0, 1, 0, 1], [0, 0, 0, 1, 0, 0, 0, 0], [0, 0, 1, 0, 0, 0, 0, 0])],
  ])('%s: a part of it, so that it streams', async (_, parts) => {
    const { spec } = readOnnx(model(parts));
    expect(spec.nodes.map(({ type }) => type).filter((type) => /conv|pad/.test(type))).toEqual(['conv2d', 'conv2d']);
    const whole = await run(parts);
    expectSameBits(whole.data, (await run(alone)).data);
    const made = await createModel(spec);
    const stream = made.createStream({ batch: BATCH });
    const frames = Array.from({ length: TIME }, (_, t) => {
      const data = given.X.data.filter((_, i) => Math.floor(i / F) % TIME === t);
      return Float32Array.from((stream.runNamed({ X: { data, shape: [BATCH, C, 1, F] } }).Y as Tensor).data);
    });
    const wide = whole.shape[3] as number;
    const together = Float32Array.from(whole.data, (_, i) => {
      const [f, t, place] = [i % wide, Math.floor(i / wide) % TIME, Math.floor(i / wide / TIME)];
      return frames[t]?.[place * wide + f] ?? Number.NaN;
    });
    expectSameBits(together, whole.data);
    made.dispose();
  });

  const ones = net([0, 2, 0, 1], [0, 0, 1, 0, 0, 0, 0, 0]);
  it.each([
    ['of what is to come', net([0, 2, 0, 1], [0, 0, 0, 0, 0, 0, 1, 0]), 'layer "c" looks at several frames at once'],
    [
      'longer than it reaches',
      net([0, 2, 0, 1], [0, 0, 2, 0, 0, 0, 0, 0]),
      'layer "c" looks at several frames at once',
    ],
    [
      'that are no zeros',
      {
        ...ones,
        nodes: ones.nodes?.map((own, i) => (i === 1 ? node('Pad', 'h0 p0 one', 'h1') : own)),
        init: { ...ones.init, one: floats([], [1]) },
      },
      'layer "h0_1" adds timesteps, so it needs the whole sequence first',
    ],
  ])('%s: needs the whole sequence', async (_, parts, reason) => {
    const made = await createModel(fromOnnx(model(parts)));
    expect(() => made.createStream()).toThrow(`cannot stream: ${reason}`);
    made.dispose();
  });
});
