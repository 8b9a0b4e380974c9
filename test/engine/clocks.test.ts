import { describe, expect, it } from 'vitest';
import { createModel, InputError, type ModelSpec, type NodeSpec, SpecError } from '../../src/index.js';
import { runReference } from '../reference/run.js';
import { largestDifference } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder } from '../support/random.js';

/** An encoder over the run's time whose state starts a decoder over another: what sequence-to-sequence models are. */
function encoderDecoder(): ModelSpec {
  const builder = new SpecBuilder(7);
  builder.add({
    name: 'enc',
    inputs: ['x'],
    outputs: ['e', 'h', 'c'],
    ...builder.cell('lstm', 'enc', 2, 4),
  } as NodeSpec);
  builder.add({ name: 'dec', inputs: ['d', 'h', 'c'], ...builder.cell('lstm', 'dec', 3, 4) } as NodeSpec);
  builder.dense('y', 'dec', 4, 2);
  return {
    inputs: [
      { name: 'x', features: 2 },
      { name: 'd', features: 3, time: 'decoder' },
    ],
    nodes: builder.nodes,
    outputs: ['y', 'e'],
    tensors: builder.tensors,
  };
}

describe.each(builds)('open times of their own, %s', (build) => {
  it('each has as many timesteps as its inputs bring', async () => {
    const spec = encoderDecoder();
    const model = await createModel(spec, { build });
    for (const [batch, time, other] of [
      [1, 5, 3],
      [2, 1, 6],
      [3, 4, 4],
      [2, 5, 3],
    ] as const) {
      const x = randomFloats(batch * time * 2, 1);
      const d = randomFloats(batch * other * 3, 2);
      const got = model.runNamed({ x, d }, { batch });
      const wanted = runReference(spec, { x: { data: x, batch, time }, d: { data: d, batch, time: other } }).outputs;
      expect(got.y?.shape).toEqual([batch, other, 2]);
      for (const name of ['y', 'e']) {
        expect(got[name]?.shape).toEqual(wanted[name]?.dims);
        expect(largestDifference(got[name]?.data ?? [], wanted[name]?.data ?? [])).toBeLessThan(2e-6);
      }
      const traced = model.trace({ x, d }, { batch }).layers;
      expect(traced.map(({ layer, h }) => [layer, h.length])).toEqual([
        ['enc', batch * time * 4],
        ['dec', batch * other * 4],
      ]);
      // Nested and shaped alike.
      expect(
        model.runNamed({ x: { data: x, shape: [batch, time, 2] }, d: { data: d, shape: [batch, other, 3] } }),
      ).toEqual(got);
    }
  });

  it('says what they are', async () => {
    const spec = encoderDecoder();
    const pooled: NodeSpec = { type: 'max_pool1d', name: 'p', inputs: ['d'], poolSize: 2, stride: 2 };
    const model = await createModel({ ...spec, nodes: [...spec.nodes, pooled], outputs: ['y', 'p'] }, { build });
    expect(model.inputs).toEqual([
      { name: 'x', kind: 'sequence', features: 2, dtype: 'float32', time: 'time', axes: ['batch', 'time', 2] },
      { name: 'd', kind: 'sequence', features: 3, dtype: 'float32', time: 'decoder', axes: ['batch', 'time', 3] },
    ]);
    expect(model.outputs.map(({ name, time }) => [name, time])).toEqual([
      ['y', 'decoder'],
      ['p', 'floor(decoder / 2)'],
    ]);
    expect(`${model.summary()}`).toContain('[decoder, 4]');
  });

  it('inputs of one name share it', async () => {
    const spec: ModelSpec = {
      inputs: [
        { name: 'a', features: 1 },
        { name: 'b', features: 1, time: 't' },
        { name: 'c', features: 1, time: 't' },
      ],
      nodes: [{ type: 'add', name: 'y', inputs: ['b', 'c'] }],
      outputs: ['y', 'a'],
      tensors: {},
    };
    const model = await createModel(spec, { build });
    expect([...(model.runNamed({ a: [1], b: [1, 2], c: [3, 4] }).y?.data ?? [])]).toEqual([4, 6]);
    const run = (): unknown => model.runNamed({ a: [1], b: [1, 2], c: [3] });
    expect(run).toThrow(InputError);
    expect(run).toThrow('input "c": the inputs disagree on time; expected 2, as in "b", got 1');
    expect(() => model.runNamed({ a: [1], b: [1, 2], c: [3, 4] }, { mask: [1] })).toThrow(
      'options: "b" has other timesteps than the input; expected no mask or lengths',
    );
  });

  const merge = (nodes: object[]): ModelSpec => ({
    inputs: [
      { name: 'a', features: 2 },
      { name: 'b', features: 2, time: 'b' },
    ],
    nodes: nodes as NodeSpec[],
    outputs: ['y'],
    tensors: {},
  });
  it.each<[string, object[], string]>([
    ['a sum', [{ type: 'add', name: 'y', inputs: ['a', 'b'] }], 'a sequence of 2, got a sequence of 2 with time b'],
    [
      'features side by side',
      [{ type: 'concatenate', name: 'y', inputs: ['a', 'b'] }],
      'input "b" does not fit the first',
    ],
    [
      'timesteps one after another',
      [{ type: 'concatenate', name: 'y', inputs: ['a', 'b'], axis: 'time' }],
      'two inputs whose time depends on the run',
    ],
    ['a choice', [{ type: 'where', name: 'y', inputs: ['a', 'b', 'b'] }], 'does not fit those before it'],
    ['a product', [{ type: 'matmul', name: 'y', inputs: ['a', 'b'], transposeB: true }], 'input "b" has no fixed time'],
    [
      'times made of the two',
      [
        { type: 'repeat', name: 'p', inputs: ['a'], count: 2 },
        { type: 'repeat', name: 'q', inputs: ['b'], count: 2 },
        { type: 'add', name: 'y', inputs: ['p', 'q'] },
      ],
      'a sequence of 2 with time 2·time, got a sequence of 2 with time 2·b',
    ],
  ])('two of them do not merge: %s', async (_, nodes, message) => {
    const check = createModel(merge(nodes), { build });
    await expect(check).rejects.toThrow(SpecError);
    await expect(createModel(merge(nodes), { build })).rejects.toThrow(message);
  });

  it('an attention-like product goes through what is fixed', async () => {
    const model = await createModel(
      merge([
        { type: 'reduce', name: 'm', inputs: ['b'], operation: 'mean', axis: 'time' },
        { type: 'add', name: 'y', inputs: ['a', 'm'] },
      ]),
      { build },
    );
    expect([...(model.runNamed({ a: [1, 2], b: [2, 4, 4, 8] }).y?.data ?? [])]).toEqual([4, 8]);
  });

  it('is not streamed, by name', async () => {
    const model = await createModel(encoderDecoder(), { build });
    expect(() => model.createStream()).toThrow('input "d" has an open time of its own, "decoder"');
  });

  it('wants names, and a derived time of at least one step', async () => {
    const bad = (time: unknown): ModelSpec => ({ ...merge([]), inputs: [{ name: 'y', features: 1, time } as never] });
    await expect(createModel(bad(''), { build })).rejects.toThrow('input "y", time: an open time without a name');
    await expect(createModel(bad(0), { build })).rejects.toThrow('input "y", time: not a size');
    const short = merge([{ type: 'max_pool1d', name: 'y', inputs: ['b'], poolSize: 3, stride: 1 }]);
    const model = await createModel(short, { build });
    expect(() => model.runNamed({ a: new Float32Array(8), b: new Float32Array(4) })).toThrow(
      'value "y": wrong time; expected more timesteps, got b 2',
    );
  });
});
