import { describe, expect, it } from 'vitest';
import { createModel, InputError, type ModelSpec, type ValueLayout } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

const gru = stack('gru', 6, 4);
const layouts = (x: ValueLayout, head?: ValueLayout): ModelSpec => ({ ...gru, layouts: { x, ...(head && { head }) } });

/** Numbers of `[batch][time][blocks…]` put into the order of the given axes, by indices alone. */
function reorder(
  data: Float32Array,
  axes: ValueLayout['axes'],
  batch: number,
  time: number,
): { data: Float32Array; shape: number[] } {
  const shape = axes.map((axis) => (axis === 'batch' ? batch : axis === 'time' ? time : axis));
  const features = data.length / batch / time;
  const out = new Float32Array(data.length);
  for (let i = 0; i < out.length; i++) {
    let rest = i;
    const index = shape.map(() => 0);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = rest % (shape[axis] as number);
      rest = Math.floor(rest / (shape[axis] as number));
    }
    let [b, t, j] = [0, 0, 0];
    axes.forEach((axis, n) => {
      if (axis === 'batch') b = index[n] as number;
      else if (axis === 'time') t = index[n] as number;
      else j = j * axis + (index[n] as number);
    });
    out[i] = data[(b * time + t) * features + j] as number;
  }
  return { data: out, shape };
}

describe.each(builds)('the axes of a file, %s', (build) => {
  const [batch, time] = [2, 5];
  const x = randomFloats(batch * time * 6, 1);

  it.each<[ValueLayout['axes'], ValueLayout['axes']]>([
    [
      ['time', 'batch', 6],
      ['time', 'batch', 3],
    ],
    [
      ['batch', 6, 'time'],
      [3, 'batch', 'time'],
    ],
    [
      ['time', 2, 'batch', 3],
      ['batch', 1, 'time', 3],
    ],
    [
      [2, 3, 1, 'batch', 'time'],
      [1, 'time', 3, 1, 'batch'],
    ],
  ])('%j and %j: shaped values come and go in them', async (axes, outAxes) => {
    const plain = await createModel(gru, { build });
    const model = await createModel(layouts({ axes }, { axes: outAxes }), { build });
    const wanted = plain.run(x, { batch });
    const given = reorder(x, axes, batch, time);
    const head = model.runNamed({ x: given }).head;
    const expected = reorder(wanted, outAxes, batch, time);
    expect(head?.axes).toEqual(outAxes);
    expect(head?.shape).toEqual(expected.shape);
    expectSameBits(head?.data ?? [], expected.data);
    // Flat and nested ones are in our order, and so are flat results.
    expectSameBits(model.run(given), wanted);
    expectSameBits(model.run(x, { batch }), wanted);
    const rows = Array.from({ length: batch * time }, (_, row) => [...x.subarray(row * 6, row * 6 + 6)]);
    expectSameBits(model.run([rows.slice(0, time), rows.slice(time)]), wanted);
    expectSameBits(model.trace(given).outputs.head?.data ?? [], expected.data);
    expectSameBits(model.createStream({ batch }).run(given), wanted);
    expect(model.inputs[0]?.axes).toEqual(axes);
    expect(model.outputs[0]?.axes).toEqual(outAxes);
  });

  it('says the usual ones where there is no layout', async () => {
    const { head } = (await createModel(gru, { build })).runNamed({ x }, { batch });
    expect(head?.axes).toEqual(['batch', 'time', 3]);
    expect(head?.shape).toEqual([batch, time, 3]);
  });

  it.each<[ValueLayout, readonly number[], string]>([
    [{ axes: ['time', 'batch', 6] }, [2, 5, 7], '[time, batch, 6]'],
    [{ axes: ['time', 'batch', 6] }, [5, 12], '[time, batch, 6]'],
    [{ axes: ['time', 'batch', 6] }, [5, 1, 2, 6], '[time, batch, 6]'],
    [{ axes: ['time', 2, 'batch', 3] }, [5, 3, 2, 2], '[time, 2, batch, 3]'],
    [{ axes: ['time', 'batch', 6], batch: 1 }, [5, 2, 6], '[time, 1, 6]'],
    [{ axes: ['time', 6] }, [10, 1, 6], '[time, 6]'],
    [{ axes: ['batch', 'time', 6], batch: 1 }, [2, 5, 6], '[1, time, 6]'],
  ])('%j: a shape of %j is refused', async (layout, shape, expected) => {
    const model = await createModel(layouts(layout), { build });
    const run = (): unknown => model.run({ data: new Float32Array(60), shape });
    expect(run).toThrow(InputError);
    expect(run).toThrow(
      `input "x": wrong shape; expected ${expected} (the file's own order), got [${shape.join(', ')}]`,
    );
  });

  it.each<[ValueLayout, readonly number[]]>([
    [{ axes: ['time', 'batch', 6], batch: 1 }, [1, 5, 6]],
    [{ axes: ['time', 'batch', 6] }, [5, 6]],
    [{ axes: ['time', 1, 6] }, [5, 6]],
    [{ axes: ['time', 6] }, [1, 5, 6]],
    [{ axes: ['batch', 'time', 2, 3] }, [1, 5, 6]],
  ])('%j: our own shape %j is taken, since the numbers stand in the same order', async (layout, shape) => {
    const model = await createModel(layouts(layout), { build });
    const data = x.subarray(0, 30);
    expectSameBits(model.run({ data, shape }), (await createModel(gru, { build })).run(data));
  });

  it('a fixed batch and a missing one', async () => {
    const one = x.subarray(0, 30);
    const wanted = (await createModel(gru, { build })).run(one);
    const fixed = await createModel(layouts({ axes: ['time', 'batch', 6], batch: 1 }), { build });
    expectSameBits(fixed.run({ data: one, shape: [5, 1, 6] }), wanted);
    expect(fixed.inputs[0]).toMatchObject({ axes: ['time', 'batch', 6], batch: 1 });
    // Nested arrays of the file's order would be as many rows.
    const nested = Array.from({ length: 5 }, (_, t) => [[...one.subarray(t * 6, t * 6 + 6)]]);
    expectSameBits(fixed.run([nested.map(([frame]) => frame as number[])]), wanted);
    expect(() => fixed.run(nested)).toThrow(
      'input "x": wrong shape; expected [time, 6] or [1, time, 6], got [5, 1, 6] with 30 numbers',
    );
    expect(fixed.run(nested, { batch: 5 })).toHaveLength(15);
    // Ours, where it can mean nothing else.
    expectSameBits(fixed.run({ data: one, shape: [1, 5, 6] }), wanted);
    const none = await createModel(layouts({ axes: ['time', 6] }, { axes: [3, 'time'] }), { build });
    const { head } = none.runNamed({ x: { data: one, shape: [5, 6] } });
    expect([head?.shape, head?.axes]).toEqual([
      [3, 5],
      [3, 'time'],
    ]);
    // The caller may still ask for more rows than the file has, flat; the result has an axis for them.
    const rows = none.runNamed({ x }, { batch }).head;
    expect([rows?.shape, rows?.axes]).toEqual([
      [2, 3, 5],
      ['batch', 3, 'time'],
    ]);
    expect(() => none.run({ data: one, shape: [5, 6] }, { batch: 2 })).toThrow('wrong shape; expected [time, 6]');
  });

  it('of vectors and of token ids', async () => {
    const builder = new SpecBuilder(3);
    builder
      .add({ type: 'embedding', name: 'e', inputs: ['ids'], tensors: { weight: builder.tensor('w', 9, 2) } })
      .add({ type: 'multiply', name: 'y', inputs: ['e', 'v'] });
    const spec: ModelSpec = {
      inputs: [
        { name: 'ids', features: 1, dtype: 'int32' },
        { name: 'v', features: 2, kind: 'vector' },
      ],
      nodes: builder.nodes,
      outputs: ['y'],
      layouts: { ids: { axes: ['time', 'batch'] }, v: { axes: [2, 'batch'] } },
      tensors: builder.tensors,
    };
    const model = await createModel(spec, { build });
    const ids = BigInt64Array.of(1n, 4n, 2n, 5n, 3n, 6n); // [3, 2]
    const got = model.runNamed({ ids: { data: ids, shape: [3, 2] }, v: { data: [1, 2, 10, 20], shape: [2, 2] } });
    const plain = model.runNamed({
      ids: [
        [1, 2, 3],
        [4, 5, 6],
      ],
      v: [
        [1, 10],
        [2, 20],
      ],
    });
    expect(got).toEqual(plain);
    expect(() => model.runNamed({ ids: { data: [1, 9], shape: [1, 2] }, v: [1, 1, 1, 1] })).toThrow(
      'input "ids": not a token id; expected a whole number in [0, 9) at 1, got 9',
    );
  });

  it('flat inputs have the batch of those with a shape', async () => {
    const spec: ModelSpec = {
      inputs: [
        { name: 'x', features: 2 },
        { name: 'v', features: 2, kind: 'vector' },
      ],
      nodes: [{ type: 'add', name: 'y', inputs: ['x', 'v'] }],
      outputs: ['y'],
      tensors: {},
    };
    const model = await createModel(spec, { build });
    const { y } = model.runNamed({ x: { data: [1, 2, 3, 4], shape: [2, 1, 2] }, v: [10, 20, 30, 40] });
    expect([...(y?.data ?? [])]).toEqual([11, 22, 33, 44]);
  });

  it('does not tell models apart: a saved state is the same with another layout', async () => {
    const model = await createModel(gru, { build });
    const other = await createModel(layouts({ axes: ['time', 'batch', 6] }), { build });
    const stream = model.createStream();
    stream.run(x.subarray(0, 30));
    const twin = other.createStream();
    twin.restore(stream.save());
    expect(twin.getState()).toEqual(stream.getState());
  });

  it.each<[Record<string, unknown>, string]>([
    [{ z: { axes: ['batch', 'time', 6] } }, 'layout "z": not an input or output; expected x, head, got "z"'],
    [{ x: { axes: ['batch', 'time', 5] } }, 'layout "x": sizes that are not the features; expected a product of 6'],
    [{ x: { axes: ['batch', 6] } }, 'layout "x": a sequence without a time axis; got ["batch", 6]'],
    [{ x: { axes: ['time', 'time', 6] } }, 'layout "x": a second time axis; expected one'],
    [{ x: { axes: ['time', 'rows', 6] } }, 'layout "x": not an axis; expected batch, time or a size, got "rows"'],
    [{ x: { axes: ['time', 0, 6] } }, 'layout "x": not an axis; expected batch, time or a size, got 0'],
    [{ x: { axes: ['time', 6], batch: 1 } }, 'layout "x": a batch without an axis; expected a batch axis'],
    [{ x: { axes: ['batch', 'time', 6], batch: 0 } }, 'layout "x", batch: not a size'],
    [{ x: { axes: 'time' } }, 'layout "x", axes: not a list'],
    [{ x: { axis: ['time'] } }, 'layout "x": unknown field "axis"; expected axes, batch'],
    [{ x: 1 }, 'layout "x": not a record; expected an object, got 1'],
  ])('refuses %j', async (given, message) => {
    const spec = { ...gru, layouts: given } as unknown as ModelSpec;
    await expect(createModel(spec, { build })).rejects.toThrow(message);
  });
});
