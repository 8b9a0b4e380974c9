import { describe, expect, it } from 'vitest';
import { createModel, type Input, InputError, type ModelSpec } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

const spec = stack('gru', 2, 4);
const ids = new SpecBuilder(2)
  .add({ type: 'embedding', name: 'e', inputs: ['x'], tensors: { weight: 'table' }, maskZero: true })
  .recurrent('rnn', 'r', 'e', 3, 4);
ids.tensor('table', 7, 3);
const embedding = ids.spec(1, undefined, 'int32');

describe.each(builds)('input, %s', (build) => {
  it('takes flat numbers, nested arrays and shaped data alike', async () => {
    const model = await createModel(spec, { build });
    const flat = randomFloats(2 * 3 * 2, 1); // [2, 3, 2]
    const rows = (from: number): number[][] => [0, 1, 2].map((t) => [...flat.subarray(from + t * 2, from + t * 2 + 2)]);
    const expected = model.run(flat, { batch: 2 });
    const forms: Input[] = [
      [rows(0), rows(6)],
      { data: flat, shape: [2, 3, 2] },
      { data: [...flat], shape: [2, 3, 2] },
    ];
    for (const form of forms) expectSameBits(model.run(form), expected);
    expectSameBits(model.run(Float64Array.from(flat), { batch: 2 }), expected);
    const single = model.run(flat.subarray(0, 6));
    for (const form of [
      rows(0),
      { data: flat.subarray(0, 6), shape: [3, 2] },
      { data: flat.subarray(0, 6), shape: [1, 3, 2] },
    ]) {
      expectSameBits(model.run(form), single);
    }
    expectSameBits(model.run([rows(0).map((row) => Float32Array.from(row))] as unknown as Input), single);
    const out = new Float32Array(9);
    expect(model.run(rows(0), { out })).toBe(out);
    expectSameBits(out, single);
  });

  it('takes token ids without a features dimension', async () => {
    const model = await createModel(embedding, { build });
    const expected = model.run([1, 2, 6, 0, 3, 3], { batch: 2 });
    for (const form of [
      [
        [1, 2, 6],
        [0, 3, 3],
      ],
      { data: Int32Array.of(1, 2, 6, 0, 3, 3), shape: [2, 3] },
      { data: Int32Array.of(1, 2, 6, 0, 3, 3), shape: [2, 3, 1] },
    ]) {
      expectSameBits(model.run(form), expected);
    }
    const stream = model.createStream();
    const steps = [1, 2, 6].flatMap((id) => [...stream.step([id])]);
    expectSameBits(steps, expected.subarray(0, 12));
  });

  it('ids are below every vocabulary that looks them up, whichever comes first', async () => {
    const tables = (first: number, second: number): ModelSpec => {
      const builder = new SpecBuilder(2);
      return builder
        .add({ type: 'embedding', name: 'e', inputs: ['x'], tensors: { weight: builder.tensor('a', first, 3) } })
        .add({ type: 'embedding', name: 'f', inputs: ['x'], tensors: { weight: builder.tensor('b', second, 3) } })
        .add({ type: 'add', name: 'sum', inputs: ['e', 'f'] })
        .spec(1, ['sum'], 'int32');
    };
    for (const spec of [tables(9, 4), tables(4, 9)]) {
      const model = await createModel(spec, { build });
      const stream = model.createStream();
      for (const run of [
        (id: number) => model.run([id]),
        (id: number) => model.run([[id]]),
        (id: number) => model.runNamed({ x: { data: [id], shape: [1, 1] } }),
        (id: number) => model.trace([id]),
        (id: number) => stream.step([id]),
        (id: number) => stream.step(Float32Array.of(id)),
        (id: number) => stream.run([id]),
      ]) {
        run(3);
        for (const id of [4, 8, -1, 1.5]) expect(() => run(id), `${id}`).toThrow(InputError);
      }
      model.dispose();
    }
  });

  it.each([
    [
      'a wrong length',
      new Float32Array(5),
      {},
      'input "x": wrong length; expected a multiple of 2 numbers (batch 1 · features 2), got 5',
    ],
    [
      'a wrong length for the batch',
      new Float32Array(6),
      { batch: 2 },
      'input "x": wrong length; expected a multiple of 4 numbers (batch 2 · features 2), got 6',
    ],
    [
      'no timesteps',
      new Float32Array(0),
      {},
      'input "x": wrong length; expected a multiple of 2 numbers (batch 1 · features 2), got 0',
    ],
    [
      'a wrong rank',
      { data: new Float32Array(4), shape: [1, 1, 2, 2] },
      {},
      'input "x": wrong shape; expected [time, 2] or [batch, time, 2], got [1, 1, 2, 2] with 4 numbers',
    ],
    [
      'wrong features',
      [[1, 2, 3]],
      {},
      'input "x": wrong shape; expected [time, 2] or [batch, time, 2], got [1, 3] with 3 numbers',
    ],
    [
      'a shape that is not the data’s',
      { data: [1, 2], shape: [2, 2] },
      {},
      'input "x": wrong shape; expected [time, 2] or [batch, time, 2], got [2, 2] with 2 numbers',
    ],
    [
      'a shape of infinite size',
      { data: [1, 2], shape: [Number.POSITIVE_INFINITY, 2] },
      {},
      'input "x": wrong shape; expected [time, 2] or [batch, time, 2], got [Infinity, 2] with 2 numbers',
    ],
    ['ragged arrays', [[1, 2], [3]], {}, 'input "x": ragged array; expected 2 entries at depth 1, got 1'],
    [
      'a string',
      'text',
      {},
      'input "x": wrong type; expected numbers, nested arrays of numbers, or { data, shape }, got "text"',
    ],
    ['nothing', undefined, {}, 'input "x": missing input; expected x, got undefined'],
    ['null', null, {}, 'input "x": wrong type'],
    ['strings in an array', [1, '2'], {}, 'input "x": not a number; expected a number at 1, got "2"'],
    ['64-bit integers', new BigInt64Array(2), {}, 'input "x": wrong type'],
    [
      'a batch of NaN',
      [1, 2],
      { batch: Number.NaN },
      'batch: not a batch size; expected a whole number of at least 1, got NaN',
    ],
    [
      'another batch than the shape’s',
      { data: [1, 2], shape: [1, 1, 2] },
      { batch: 2 },
      'input "x": wrong shape; expected [time, 2] or [2, time, 2], got [1, 1, 2] with 2 numbers',
    ],
    [
      'an output of the wrong length',
      [1, 2],
      { out: new Float32Array(4) },
      'out: wrong length; expected 3 numbers (the output), got 4',
    ],
    [
      'a mask of the wrong length',
      [1, 2],
      { mask: [1, 1] },
      'mask: wrong length; expected 1 numbers (batch 1 · time 1), got 2',
    ],
    [
      'lengths of the wrong number',
      [1, 2],
      { lengths: [1, 1] },
      'lengths: wrong length; expected 1 numbers (batch 1), got 2',
    ],
    [
      'a length beyond the time',
      [1, 2],
      { lengths: [2] },
      'lengths[0]: not a length; expected a whole number from 0 to 1, got 2',
    ],
    [
      'a length that is not whole',
      [1, 2],
      { lengths: [0.5] },
      'lengths[0]: not a length; expected a whole number from 0 to 1, got 0.5',
    ],
    [
      'a mask and lengths',
      [1, 2],
      { mask: [1], lengths: [1] },
      'options: both a mask and lengths; expected one of mask and lengths',
    ],
    [
      'an initial state that does not fit',
      [1, 2],
      { initialState: [{ h: [1] }] },
      'state of layer "gru0", h: wrong length; expected 4 numbers (batch 1 · 4), got 1',
    ],
  ])('refuses %s', async (_, x, options, message) => {
    const model = await createModel(spec, { build });
    const before = model.memory.used;
    const run = (): unknown => model.run(x as Input, options);
    expect(run).toThrow(InputError);
    expect(run).toThrow(message);
    expect(model.memory.used).toBe(before);
  });

  it.each([-1, 7, 1.5, Number.NaN])('refuses the token id %f before anything changes', async (id) => {
    const model = await createModel(embedding, { build });
    const stream = model.createStream();
    stream.step([3]);
    const before = stream.save();
    const message = `not a token id; expected a whole number in [0, 7) at 0, got ${id}`;
    expect(() => stream.step([id])).toThrow(`frame: ${message}`);
    expect(() => stream.step(Float32Array.of(id))).toThrow(`frame: ${message}`);
    expect(() => stream.run([id])).toThrow(`input "x": ${message}`);
    expect(() => model.run([id])).toThrow(`input "x": ${message}`);
    expect(stream.save()).toEqual(before);
  });

  it('needs names where there are several inputs or outputs', async () => {
    const builder = new SpecBuilder(1).bidirectional('lstm', 'both', 'x', 2, 3, 'none').dense('d', 'y', 3, 2);
    builder.add({ type: 'concatenate', name: 'all', inputs: ['both.f', 'd'] });
    const several: ModelSpec = {
      ...builder.spec(2),
      inputs: [
        { name: 'x', features: 2 },
        { name: 'y', features: 3 },
      ],
      outputs: ['both.b', 'all'],
    };
    const model = await createModel(several, { build });
    const x = randomFloats(2 * 4 * 2, 1);
    const y = randomFloats(2 * 4 * 3, 2);
    const got = model.runNamed({ x, y }, { batch: 2 });
    expect(Object.entries(got).map(([name, { shape, data }]) => [name, shape, data.length])).toEqual([
      ['both.b', [2, 4, 3], 24],
      ['all', [2, 4, 5], 40],
    ]);
    expect(() => model.run(x)).toThrow('input: the model has 2 inputs (x, y); use runNamed');
    expect(() => model.runNamed({ x })).toThrow('input "y": missing input; expected x, y, got {x}');
    expect(() => model.runNamed({ x, y, z: x })).toThrow('inputs: no such name; expected x, y, got "z"');
    expect(() => model.runNamed({ x, y: y.subarray(0, 12) })).toThrow(
      'input "y": the inputs disagree on time; expected 8, as in "x", got 4',
    );
    expect(model.trace({ x, y }).layers.map(({ layer }) => layer)).toEqual(['both.forward', 'both.backward']);
    const stacked = await createModel({ ...stack('rnn', 2, 3), outputs: ['rnn0', 'head'] }, { build });
    const stream = stacked.createStream();
    expect(() => stream.step([1, 2])).toThrow(
      'step: step() is for one input and one output; use runNamed; got inputs ["x"], outputs ["rnn0", "head"]',
    );
    expect(stream.runNamed({ x: [1, 2] }).head?.shape).toEqual([1, 1, 3]);
  });
});
