import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec, type NodeSpec, type Trace } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

const TIME = 9;
const FEATURES = 3;

/** A mask that goes through two recurrent layers, so that what the first repeats reaches the second. */
function masked(): ModelSpec {
  const builder = new SpecBuilder(7);
  builder
    .add({ type: 'masking', name: 'mask', inputs: ['x'], maskValue: 0 })
    .recurrent('gru', 'a', 'mask', FEATURES, 4)
    .add({ type: 'unmask', name: 'bare', inputs: ['a'] } as NodeSpec)
    .recurrent('lstm', 'b', 'bare', 4, 5);
  return builder.spec(FEATURES, ['a', 'b']);
}

/** State outside of layers: the output is added to the next input. */
function carried(): ModelSpec {
  const builder = new SpecBuilder(8);
  builder
    .add({ type: 'reshape', name: 'frame', inputs: ['x'], shape: [1, FEATURES] })
    .add({
      name: 'cell',
      inputs: ['frame', 'h'],
      outputs: ['y', 'hn'],
      ...builder.cell('gru', 'cell', FEATURES, 4),
    } as NodeSpec)
    .dense('head', 'hn', 4, 2);
  return {
    ...builder.spec(FEATURES, ['head']),
    inputs: [
      { name: 'x', features: FEATURES, kind: 'vector' },
      { name: 'h', features: 4, kind: 'vector' },
    ],
    carries: [{ input: 'h', output: 'hn' }],
  };
}

/** Everything that a trace has, by name. */
const numbersOf = ({ outputs, layers }: Trace): [string, Float32Array][] => [
  ...Object.entries(outputs).map(([name, { data }]): [string, Float32Array] => [name, data]),
  ...layers.flatMap(({ layer, gates, c, h }) =>
    Object.entries({ ...gates, h, ...(c && { c }) }).map(([part, data]): [string, Float32Array] => [
      `${layer} ${part}`,
      data,
    ]),
  ),
];

/** What pieces of a sequence have, one after another. */
function joined(pieces: readonly Trace[]): [string, number[]][] {
  const [first] = pieces.map(numbersOf);
  return (first ?? []).map(([name], index) => [
    name,
    pieces.flatMap((piece) => [...(numbersOf(piece)[index]?.[1] ?? [])]),
  ]);
}

describe.each(builds)('trace of a stream, %s', (build) => {
  const x = randomFloats(TIME * FEATURES, 3);
  // Masked at the beginning, in the middle and on either side of the cuts.
  const gaps = x.map((value, index) => ([0, 3, 4, 6].includes(Math.floor(index / FEATURES)) ? 0 : value));

  it.each<[string, ModelSpec, Float32Array]>([
    ['lstm', stack('lstm', FEATURES, 5, 2), x],
    ['gru', stack('gru', FEATURES, 5), x],
    ['rnn', stack('rnn', FEATURES, 6), x],
    ['masked by the model', masked(), gaps],
  ])('has the bits of the model’s, whatever the cut: %s', async (_, spec, data) => {
    const model = await createModel(spec, { build });
    const whole = numbersOf(model.trace(data));
    for (const sizes of [[1, 1, 1, 1, 1, 1, 1, 1, 1], [4, 3, 2], [9]]) {
      const stream = model.createStream();
      let at = 0;
      const pieces = sizes.map((size) => {
        at += size * FEATURES;
        return stream.trace(data.subarray(at - size * FEATURES, at));
      });
      const found = joined(pieces);
      expect(found.map(([name]) => name)).toEqual(whole.map(([name]) => name));
      for (const [index, [, numbers]] of found.entries()) expectSameBits(numbers, whole[index]?.[1] ?? []);
    }
  });

  it('goes on from the state, and leaves it as `run` does', async () => {
    const model = await createModel(stack('lstm', FEATURES, 5), { build });
    const [a, b] = [model.createStream({ batch: 2 }), model.createStream({ batch: 2 })];
    for (let piece = 0; piece < 3; piece++) {
      const inputs = { x: randomFloats(2 * 4 * FEATURES, piece) };
      expectSameBits(a.trace(inputs).outputs.head?.data ?? [], b.run(inputs.x));
      expect(a.save()).toEqual(b.save());
    }
    const { layers } = a.trace(randomFloats(2 * FEATURES, 9), { mask: [0, 1] });
    expect([...(layers[0]?.gates.i ?? [])].map(Number.isNaN)).toEqual([
      ...Array(5).fill(true),
      ...Array(5).fill(false),
    ]);
  });

  it('has state that the model carries outside of its layers', async () => {
    const model = await createModel(carried(), { build });
    const [a, b] = [model.createStream(), model.createStream()];
    for (let t = 0; t < 4; t++) {
      const frame = randomFloats(FEATURES, t);
      const { outputs, layers } = a.trace(frame);
      expectSameBits(outputs.head?.data ?? [], b.step(frame));
      expectSameBits(layers[0]?.h ?? [], b.getState()[1]?.h ?? [0]);
    }
  });

  it('refuses what `run` refuses, and leaves the state as it was', async () => {
    const model = await createModel(stack('lstm', FEATURES, 5), { build });
    const stream = model.createStream();
    stream.trace(x);
    const before = stream.save();
    expect(() => stream.trace([1, 2])).toThrow(/^input "x": wrong length; expected a multiple of 3 numbers/);
    expect(() => stream.trace({ y: x })).toThrow(/^inputs: no such name; expected x, got "y"$/);
    expect(() => stream.trace(x, { batch: 2 } as never)).toThrow(/^trace: unknown option "batch"/);
    expect(stream.save()).toEqual(before);
    stream.dispose();
    expect(() => stream.trace(x)).toThrow(/this stream has been disposed/);
  });
});
