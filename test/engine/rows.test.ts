import { describe, expect, it } from 'vitest';
import { createModel, type Model, type NodeSpec, StateError } from '../../src/index.js';
import { allLayers } from '../../src/layers/all.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

// Rows of a batched stream are users of a server: each comes, pauses and goes on its own, and none may notice the others.

const FEATURES = 3;
const BATCH = 3;
const TIME = 9;
/** `[row][time][features]` */
const x = Array.from({ length: BATCH }, (_, row) => randomFloats(TIME * FEATURES, 50 + row));
const frameOf = (row: number, t: number): Float32Array =>
  (x[row] as Float32Array).subarray(t * FEATURES, (t + 1) * FEATURES);
const join = (parts: readonly Float32Array[]): Float32Array => Float32Array.from(parts.flatMap((part) => [...part]));
const rowOf = (flat: Float32Array, row: number): Float32Array =>
  flat.slice((row * flat.length) / BATCH, ((row + 1) * flat.length) / BATCH);

describe.each(builds)('rows of a batched stream, %s', (build) => {
  const models = (): Promise<Model[]> =>
    Promise.all(
      (['lstm', 'gru', 'rnn'] as const).map((type) =>
        createModel(stack(type, FEATURES, 6, 2, 3), { build, layers: allLayers }),
      ),
    );

  it('with a mask each steps as it would alone, whenever its turn comes', async () => {
    for (const model of await models()) {
      const together = model.createStream({ batch: BATCH });
      const alone = Array.from({ length: BATCH }, () => model.createStream());
      const taken = [0, 0, 0];
      const held: (Float32Array | undefined)[] = [];
      const out = new Float32Array(together.step(new Float32Array(BATCH * FEATURES)).length);
      together.reset();
      for (const turn of [
        [1, 1, 1],
        [1, 0, 1],
        [0, 0, 1],
        [true, false, true],
        [0, 0, 0],
        [0, 1, 0],
        [1, 1, 1],
      ] as const) {
        // What a row that is held is given does not matter.
        const frames = turn.map((on, row) =>
          on ? frameOf(row, taken[row] as number) : new Float32Array(FEATURES).fill(Number.NaN),
        );
        const got = together.step(join(frames), out, turn);
        expect(got).toBe(out);
        turn.forEach((on, row) => {
          if (on) {
            taken[row] = (taken[row] as number) + 1;
            held[row] = alone[row]?.step(frames[row] as Float32Array);
          }
          expectSameBits(rowOf(got, row), held[row] as Float32Array);
        });
      }
      alone.forEach((stream, row) => {
        expect(together.getState(row)).toEqual(stream.getState());
        expect(together.save(row)).toEqual(stream.save());
      });
    }
  });

  it('a step with a mask is a run with the mask of that timestep', async () => {
    for (const model of await models()) {
      const [a, b] = [model.createStream({ batch: BATCH }), model.createStream({ batch: BATCH })];
      for (let t = 0; t < 5; t++) {
        const frame = join([0, 1, 2].map((row) => frameOf(row, t)));
        const mask = [t % 2, 1, Number(t > 2)];
        expectSameBits(a.step(frame, undefined, mask), b.run(frame, { mask }));
      }
      expect(a.save()).toEqual(b.save());
    }
  });

  it('are reset, saved, restored and forked without a bit of the others changing', async () => {
    for (const model of await models()) {
      const stream = model.createStream({ batch: BATCH });
      const step = (t: number): Float32Array => stream.step(join([0, 1, 2].map((row) => frameOf(row, t))));
      for (let t = 0; t < 4; t++) step(t);
      const before = [0, 1, 2].map((row) => stream.save(row));
      const state = stream.getState(1);
      expect(state).toEqual(
        stream.getState().map(({ layer, ...parts }) => ({
          layer,
          ...Object.fromEntries(Object.entries(parts).map(([key, all]) => [key, rowOf(all, 1)])),
        })),
      );
      const fork = stream.fork(1);
      expect(fork.batch).toBe(1);
      expect(fork.save()).toEqual(before[1]);

      stream.reset(1);
      expect([0, 1, 2].map((row) => stream.save(row))).toEqual([before[0], model.createStream().save(), before[2]]);
      stream.restore(before[1] as Uint8Array, 0);
      expect([0, 1, 2].map((row) => stream.save(row))).toEqual([before[1], model.createStream().save(), before[2]]);
      stream.setState(state, 2);
      expect(stream.getState(2)).toEqual(state);
      expect(stream.save(0)).toEqual(before[1]);

      // What was saved of a row goes on alone, and back in another place.
      const alone = model.createStream();
      alone.restore(before[1] as Uint8Array);
      expectSameBits(alone.step(frameOf(0, 4)), rowOf(step(4), 0));
      stream.restore(alone.save(), 2);
      expect(stream.save(2)).toEqual(stream.save(0));
    }
  });

  it('a row that there is not, bytes of several, and masks of another length are refused, and nothing changes', async () => {
    const model = await createModel(stack('lstm', FEATURES, 6), { build });
    const stream = model.createStream({ batch: BATCH });
    const frame = new Float32Array(BATCH * FEATURES);
    stream.step(frame);
    const before = stream.save();
    for (const row of [-1, 3, 0.5, '1', null, Number.NaN] as number[]) {
      for (const call of [
        () => stream.reset(row),
        () => stream.save(row),
        () => stream.restore(before, row),
        () => stream.getState(row),
        () => stream.setState([], row),
        () => stream.fork(row),
      ]) {
        expect(call).toThrow('row: no such row of the batch; expected a whole number from 0 to 2, got ');
      }
    }
    expect(() => stream.restore(before, 1)).toThrow(StateError);
    expect(() => stream.restore(before, 1)).toThrow('saved state: of another batch size; expected 1, got 3');
    expect(() => stream.restore(stream.save(1))).toThrow('saved state: of another batch size; expected 3, got 1');
    for (const [mask, message] of [
      [[1, 1], 'mask: wrong length; expected 3 numbers (batch 3 · time 1), got 2'],
      [1, 'mask: wrong length; expected 3 numbers (batch 3 · time 1), got 1'],
      [null, 'mask: wrong length'],
      [{ mask: [1, 1, 1] }, 'mask: wrong length; expected 3 numbers (batch 3 · time 1), got {mask}'],
      [[1, '0', 1], 'mask: not a mask; expected a number or boolean at 1, got "0"'],
    ] as const) {
      expect(() => stream.step(frame, undefined, mask as never)).toThrow(message);
    }
    expect(stream.save()).toEqual(before);
  });

  it('masks are refused where the graph of the file carries the state, which no mask would hold', async () => {
    const builder = new SpecBuilder(2)
      .add({ type: 'add', name: 'sum', inputs: ['x', 'before'] })
      .add({ type: 'dropout', name: 'y', inputs: ['sum'] });
    const vector = { features: 2, kind: 'vector' } as const;
    const base = { nodes: builder.nodes, outputs: ['y'], tensors: {} };
    const counting = await createModel(
      {
        ...base,
        inputs: [
          { name: 'x', ...vector },
          { name: 'before', ...vector },
        ],
        carries: [{ input: 'before', output: 'sum' }],
      },
      { build },
    );
    const stream = counting.createStream();
    const refused = 'options: the model carries state outside of its layers; expected no mask or lengths';
    expect(() => stream.step([1, 2], undefined, [0])).toThrow(refused);
    expect(() => stream.run([1, 2], { mask: [0] })).toThrow(refused);
    expect(() => counting.run([1, 2], { lengths: [0] })).toThrow(refused);
    expect([...stream.step([1, 2])]).toEqual([1, 2]);
    const nodes: NodeSpec[] = [{ type: 'dropout', name: 'y', inputs: ['x'] }];
    const plain = await createModel({ ...base, nodes, inputs: [{ name: 'x', ...vector }] }, { build });
    expect(() => plain.run([1, 2], { mask: [0] })).toThrow('options: the model has no timesteps; expected no mask');
  });

  it('a mask that runs code of the caller’s, which steps or disposes of the stream, harms nobody', async () => {
    const model = await createModel(stack('lstm', FEATURES, 6), { build });
    const stream = model.createStream();
    const alone = model.createStream();
    const tricky = (run: () => void): number[] =>
      Object.defineProperty([0], 0, {
        get() {
          run();
          return 1;
        },
      });
    const nested = stream.step(
      frameOf(0, 1),
      undefined,
      tricky(() => stream.step(frameOf(0, 0), undefined, [1])),
    );
    alone.step(frameOf(0, 0));
    expectSameBits(nested, alone.step(frameOf(0, 1)));
    const { used } = model.memory;
    const disposing = tricky(() => stream.dispose());
    expect(() => stream.step(frameOf(0, 2), undefined, disposing)).toThrow('this stream has been disposed');
    expect(model.memory.used).toBeLessThan(used);
  });

  it('the plan of masked steps is given back with the stream', async () => {
    const model = await createModel(stack('lstm', FEATURES, 6), { build });
    const cycle = (): number => {
      const streams = Array.from({ length: 8 }, (_, i) => model.createStream({ batch: i + 1 }));
      streams.forEach((stream, i) => {
        stream.step(new Float32Array((i + 1) * FEATURES), undefined, new Uint8Array(i + 1));
      });
      for (const stream of streams) stream.dispose();
      return model.memory.used;
    };
    const used = cycle();
    for (let i = 0; i < 20; i++) expect(cycle()).toBe(used);
  });
});
