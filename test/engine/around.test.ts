import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createModel, type NodeSpec, type PaddingSpec } from '../../src/index.js';
import { runReference } from '../reference/run.js';
import { expectNear } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder } from '../support/random.js';

// Every layer around the recurrent ones against the float64 twin, over sizes that are and are not multiples of a vector.

const size = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 12, 13);
const small = fc.integer({ min: 1, max: 4 });
const none = fc.constant(undefined);
const padding = fc.oneof<fc.Arbitrary<PaddingSpec | undefined>[]>(
  none,
  fc.constant('same_upper'),
  fc.constant('same_lower'),
  fc.tuple(fc.nat(3), fc.nat(3)),
);
const groups = fc.constantFrom(1, 1, 2, 3);
const activation = fc.constantFrom(undefined, 'relu' as const, 'tanh' as const);

/** A node over `x`, which has the given features; `time` is undefined where it is the run's. */
type Make = (builder: SpecBuilder, features: number, time: number | undefined) => NodeSpec;
const at = { name: 'y', inputs: ['x'] };
const given = (fields: object): object => Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== undefined));

const windowed = fc.record({ kernelSize: small, stride: small, dilation: small, groups, own: small, activation });
const LAYERS: Record<string, fc.Arbitrary<Make>> = {
  conv1d: fc.tuple(windowed, padding, fc.boolean()).map(
    ([{ kernelSize, stride, dilation, groups: wanted, own, activation }, padding, bias]): Make =>
      (builder, features) => {
        const groups = features % wanted === 0 ? wanted : 1;
        const filters = own * groups;
        const weight = builder.tensor('w', filters, kernelSize, features / groups);
        const tensors = { weight, ...(bias && { bias: builder.tensor('b', filters) }) };
        const fields = given({ padding, activation });
        return { type: 'conv1d', ...at, filters, kernelSize, stride, dilation, groups, tensors, ...fields };
      },
  ),
  conv_transpose1d: fc.tuple(windowed, fc.nat(2), fc.nat(1)).map(
    ([{ kernelSize, stride, dilation, groups: wanted, own }, crop, outputPadding]): Make =>
      (builder, features) => {
        const groups = features % wanted === 0 ? wanted : 1;
        const filters = own * groups;
        const weight = builder.tensor('w', filters, kernelSize, features / groups);
        const tensors = { weight, bias: builder.tensor('b', filters) };
        const cut: [number, number] = [Math.min(crop, kernelSize - 1), 0];
        const fields = { filters, kernelSize, stride, dilation, groups, crop: cut, outputPadding, tensors };
        return { type: 'conv_transpose1d', ...at, ...fields };
      },
  ),
  pool: fc
    .record({
      type: fc.constantFrom('max_pool1d' as const, 'average_pool1d' as const),
      poolSize: small,
      stride: small,
      dilation: fc.constantFrom(1, 2),
      same: fc.constantFrom(undefined, 'same_upper' as const, 'same_lower' as const),
      countPadding: fc.boolean(),
      ceil: fc.boolean(),
    })
    .map(
      ({ same, countPadding, ceil, type, poolSize, ...rest }): Make =>
        () => {
          // As frameworks demand: less padding than half a window.
          const padding: PaddingSpec = same ?? [Math.floor(poolSize / 2), Math.floor(poolSize / 2)];
          const more = {
            ...(type === 'average_pool1d' && { countPadding }),
            ...(same ? {} : { ceil }),
          };
          return { type, ...at, poolSize, padding, ...rest, ...more };
        },
    ),
  reduce: fc
    .tuple(
      fc.constantFrom('mean' as const, 'sum' as const, 'max' as const, 'min' as const, 'prod' as const),
      fc.constantFrom('time' as const, 'features' as const),
    )
    .map(
      ([operation, axis]): Make =>
        () => ({ type: 'reduce', ...at, operation, axis }),
    ),
  arg_reduce: fc
    .record({
      operation: fc.constantFrom('max' as const, 'min' as const),
      axis: fc.constantFrom('time' as const, 'features' as const),
      last: fc.boolean(),
    })
    .map(
      (fields): Make =>
        () => ({ type: 'arg_reduce', ...at, ...fields }),
    ),
  cumsum: fc
    .record({
      axis: fc.constantFrom('time' as const, 'features' as const),
      exclusive: fc.boolean(),
      reverse: fc.boolean(),
    })
    .map(
      (fields): Make =>
        () => ({ type: 'cumsum', ...at, ...fields }),
    ),
  pad: fc
    .record({
      axis: fc.constantFrom('time' as const, 'features' as const),
      before: fc.nat(3),
      after: fc.nat(3),
      mode: fc.constantFrom('constant' as const, 'edge' as const),
    })
    .map(
      (fields): Make =>
        () => ({ type: 'pad', ...at, ...fields, ...(fields.mode === 'constant' && { value: 0.25 }) }),
    ),
  reflect: fc.tuple(fc.nat(5), fc.nat(5)).map(
    ([before, after]): Make =>
      (_, features, time = 1) => {
        const axis = time > 1 ? 'time' : 'features';
        const most = Math.max(0, (axis === 'time' ? time : features) - 1);
        return {
          type: 'pad',
          ...at,
          axis,
          mode: 'reflect',
          before: Math.min(before, most),
          after: Math.min(after, most),
        };
      },
  ),
  slice: fc
    .record({ start: fc.integer({ min: -3, max: 2 }), step: small, drop: fc.nat(1), features: fc.boolean() })
    .map(
      ({ features: wanted, ...fields }): Make =>
        (_, features) => {
          if (!wanted || features < 5)
            return { type: 'slice', ...at, axis: 'time', ...fields, drop: fields.start < -1 ? fields.drop : 0 };
          return { type: 'slice', ...at, axis: 'features', ...fields, drop: fields.start < -1 ? fields.drop : 0 };
        },
    ),
  timestep: fc.constantFrom(0, 1, -1, -2).map(
    (index): Make =>
      () => ({ type: 'timestep', ...at, index }),
  ),
  reverse: fc.constant((): NodeSpec => ({ type: 'reverse', ...at })),
  repeat: small.map(
    (count): Make =>
      () => ({ type: 'repeat', ...at, count }),
  ),
  regroup: small.map(
    (factor): Make =>
      (_, features) =>
        features % factor === 0
          ? { type: 'regroup', ...at, factor, into: 'time' }
          : { type: 'regroup', ...at, factor: 1, into: 'features' },
  ),
  log_softmax: fc.constant((): NodeSpec => ({ type: 'log_softmax', ...at })),
  scale_shift: fc.tuple(fc.boolean(), fc.boolean()).map(
    ([scale, shift]): Make =>
      (builder, features) => ({
        type: 'scale_shift',
        ...at,
        tensors: {
          ...(scale && { scale: builder.tensor('s', features) }),
          ...(shift && { shift: builder.tensor('t', features) }),
        },
      }),
  ),
  batch_norm: fc.tuple(fc.boolean(), fc.boolean()).map(
    ([gamma, beta]): Make =>
      (builder, features) => {
        const variance = builder.tensor('v', features);
        builder.tensors.v = {
          shape: [features],
          data: (builder.tensors.v as { data: Float32Array }).data.map(Math.abs),
        };
        const more = {
          ...(gamma && { gamma: builder.tensor('g', features) }),
          ...(beta && { beta: builder.tensor('b', features) }),
        };
        return {
          type: 'batch_norm',
          ...at,
          epsilon: 0.01,
          tensors: { mean: builder.tensor('m', features), variance, ...more },
        };
      },
  ),
  prelu: fc.boolean().map(
    (one): Make =>
      (builder, features) => ({
        type: 'prelu',
        ...at,
        tensors: { alpha: builder.tensor('a', one ? 1 : features) },
      }),
  ),
  reshape: fc.nat(3).map(
    (way): Make =>
      (_, features, time = 0) => {
        const total = features * time;
        if (time === 0) return { type: 'reverse', ...at };
        const shapes = [[total], [total, 1], [features, time], [time, features]] as const;
        return { type: 'reshape', ...at, shape: shapes[way] as readonly [number] };
      },
  ),
  transpose: fc.constant(
    (_: SpecBuilder, __: number, time: number | undefined): NodeSpec =>
      time === undefined ? { type: 'reverse', ...at } : { type: 'transpose', ...at },
  ),
  rearrange: fc.boolean().map(
    (swap): Make =>
      (_, features) => {
        const first = [2, 3, 4].find((n) => features % n === 0) ?? 1;
        return { type: 'rearrange', ...at, shape: [first, features / first], order: swap ? [1, 0] : [0, 1] };
      },
  ),
};

describe.each(builds)('layers around recurrent ones agree with the float64 twin, %s', (build) => {
  it.each(Object.keys(LAYERS))('%s', async (kind) => {
    const scenario = fc.record({
      make: LAYERS[kind] as fc.Arbitrary<Make>,
      features: size,
      time: fc.integer({ min: 4, max: 19 }),
      fixed: fc.boolean(),
      batch: small,
      seed: fc.nat(1e6),
    });
    let ran = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ make, features, time, fixed, batch, seed }) => {
        const builder = new SpecBuilder(seed);
        const node = make(builder, features, fixed ? time : undefined);
        const spec = {
          inputs: [{ name: 'x', features, ...(fixed && { time }) }],
          nodes: [node],
          outputs: ['y'],
          tensors: builder.tensors,
        };
        const data = randomFloats(batch * time * features, seed + 1);
        let model: Awaited<ReturnType<typeof createModel>>;
        let got: { data: Float32Array; shape: readonly number[] };
        try {
          model = await createModel(spec, { build });
          got = model.runNamed({ x: { data, shape: [batch, time, features] } }).y as typeof got;
        } catch (error) {
          // A window longer than the sequence.
          expect((error as Error).message).toMatch(/too short|more timesteps|wrong time|reaches beyond|not a size/);
          return;
        }
        const wanted = runReference(spec, { x: { data, batch, time } }).outputs.y as {
          data: Float64Array;
          dims: readonly number[];
        };
        expect(got.shape, JSON.stringify(node)).toEqual(wanted.dims);
        expectNear(got.data, wanted.data, 2e-6, JSON.stringify(node));
        ran++;
        // Rows of a batch do not know of one another: the same bits alone.
        const one = data.subarray(0, time * features);
        const alone = (model.runNamed({ x: { data: one, shape: [1, time, features] } }).y as typeof got).data;
        expect(got.data.subarray(0, alone.length)).toEqual(alone);
        model.dispose();
      }),
      { numRuns: 60, seed: 7 },
    );
    expect(ran).toBeGreaterThan(30);
  });
});

describe.each(builds)('merges of values that differ in shape, %s', (build) => {
  const TYPES = [
    'add',
    'subtract',
    'multiply',
    'divide',
    'maximum',
    'minimum',
    'average',
    'power',
    'equal',
    'less',
    'less_equal',
    'greater',
    'greater_equal',
  ] as const;
  const SHAPES = [
    ['sequence', 'sequence'],
    ['sequence', 'vector'],
    ['vector', 'sequence'],
    ['sequence', 'one'],
    ['one', 'sequence'],
    ['sequence', 'one vector'],
    ['vector', 'vector'],
  ] as const;
  it.each(TYPES.flatMap((type) => SHAPES.map(([a, b]) => [type, a, b] as const)))(
    '%s of a %s and a %s',
    async (type, a, b) => {
      const [batch, time, features] = [2, 5, 6];
      const input = (name: string, kind: string) => ({
        name,
        features: kind.startsWith('one') ? 1 : features,
        kind: kind.endsWith('vector') ? ('vector' as const) : ('sequence' as const),
      });
      const spec = {
        inputs: [input('a', a), input('b', b)],
        nodes: [{ type, name: 'y', inputs: ['a', 'b'] }],
        outputs: ['y'],
        tensors: {},
      };
      const feed = (index: number) => {
        const { features: n, kind } = spec.inputs[index] as ReturnType<typeof input>;
        const steps = kind === 'sequence' ? time : 1;
        // Positive, with repeated values, so that powers exist and some are equal.
        const data = randomFloats(batch * steps * n, index + 3).map((x) => Math.round((x + 1.5) * 4) / 4);
        return { data, batch, time: steps, shape: kind === 'sequence' ? [batch, steps, n] : [batch, n] };
      };
      const [x, y] = [feed(0), feed(1)];
      const model = await createModel(spec, { build });
      const got = model.runNamed({ a: x, b: y }).y as { data: Float32Array; shape: readonly number[] };
      const wanted = runReference(spec, { a: x, b: y }).outputs.y as { data: Float64Array; dims: readonly number[] };
      expect(got.shape).toEqual(wanted.dims);
      expectNear(got.data, wanted.data, 5e-6);
      expect(new Set(got.data).size).toBeGreaterThan(1);
    },
  );

  it('where, matmul, constants, joined timesteps', async () => {
    const builder = new SpecBuilder(4);
    builder
      .add({ type: 'constant', name: 'k', inputs: [], tensors: { value: builder.tensor('k', 3, 6) } })
      .add({ type: 'constant', name: 'v', inputs: [], tensors: { value: builder.tensor('v', 6) } })
      .add({ type: 'less', name: 'c', inputs: ['x', 'v'] })
      .add({ type: 'where', name: 'w', inputs: ['c', 'x', 'v'] })
      .add({ type: 'matmul', name: 'm', inputs: ['w', 'k'], transposeB: true })
      .add({ type: 'matmul', name: 'n', inputs: ['m', 'k'] })
      .add({ type: 'concatenate', name: 'j', inputs: ['k', 'n'], axis: 'time' });
    const spec = builder.spec(6, ['w', 'm', 'n', 'j', 'k']);
    const [batch, time] = [2, 4];
    const data = randomFloats(batch * time * 6, 9);
    const model = await createModel(spec, { build });
    const got = model.runNamed({ x: { data, shape: [batch, time, 6] } });
    const wanted = runReference(spec, { x: { data, batch, time } }).outputs;
    for (const name of spec.outputs) {
      expect(got[name]?.shape).toEqual(wanted[name]?.dims);
      expectNear(got[name]?.data, wanted[name]?.data, 5e-7, name);
    }
  });
});

describe.each(builds)('merges of masked values, %s', (build) => {
  const TYPES = ['add', 'subtract', 'multiply', 'maximum', 'minimum', 'average'] as const;
  /** Inputs that are masked, each where its own numbers say. */
  const MASKED = [[0], [1], [0, 1], [0, 2], [0, 1, 2]];
  it.each(TYPES.flatMap((type) => MASKED.map((which) => [type, which] as const)))('%s of %j', async (type, which) => {
    const [batch, time, features] = [2, 7, 5];
    const names = ['a', 'b', 'c'].slice(0, type === 'subtract' && !which.includes(2) ? 2 : 3);
    const nodes: NodeSpec[] = [
      ...which.map((index): NodeSpec => {
        const name = names[index] as string;
        return { type: 'masking', name: `${name}.masked`, inputs: [name], maskValue: 0 };
      }),
      { type, name: 'y', inputs: names.map((name, index) => (which.includes(index) ? `${name}.masked` : name)) },
      // Its output tells whether the merged value is masked.
      { type: 'reduce', name: 'm', inputs: ['y'], operation: 'mean', axis: 'time', masked: true },
    ];
    const spec = { inputs: names.map((name) => ({ name, features })), nodes, outputs: ['y', 'm'], tensors: {} };
    const feeds = names.map((_, index) => {
      const data = randomFloats(batch * time * features, index + 9);
      for (let row = 0; row < batch * time; row++)
        if ((row >> index) & 1) data.fill(0, row * features, (row + 1) * features);
      return { data, batch, time, shape: [batch, time, features] };
    });
    const given = Object.fromEntries(names.map((name, index) => [name, feeds[index] as (typeof feeds)[0]]));
    const got = (await createModel(spec, { build })).runNamed(given);
    const wanted = runReference(spec, given).outputs;
    for (const name of ['y', 'm']) {
      expectNear(got[name]?.data, wanted[name]?.data, 2e-6, name);
    }
  });
});
