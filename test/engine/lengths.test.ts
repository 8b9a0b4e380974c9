import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CellConfig, createModel, InputError, type ModelSpec, type NodeSpec, SpecError } from '../../src/index.js';
import { explain } from '../../src/inspect/explain.js';
import { type ReferenceInput, runReference } from '../reference/run.js';
import { expectSameBits, largestDifference } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder } from '../support/random.js';

// Layers that another value tells how long each row is, and which timestep to take.

const FEATURES = 3;
const UNITS = 5;
const INPUTS = [
  { name: 'x', features: FEATURES },
  { name: 'n', features: 1, kind: 'vector' },
] as const;

const states = (type: string): string[] => (type === 'lstm' ? ['h0', 'c0'] : ['h0']);
const cellTypes = ['lstm', 'gru', 'rnn'] as const;

function recurrent(
  type: CellConfig['type'],
  seed: number,
  fields: object,
  initial: boolean,
  masked: boolean,
): ModelSpec {
  const builder = new SpecBuilder(seed);
  const given = initial ? states(type) : [];
  const finals = type === 'lstm' ? ['hn', 'cn'] : ['hn'];
  if (masked) builder.add({ type: 'masking', name: 'm', inputs: ['x'], maskValue: 0 });
  builder.add({
    name: 'y',
    inputs: [masked ? 'm' : 'x', ...given, 'n'],
    outputs: ['y', ...finals],
    lengths: true,
    ...fields,
    ...builder.cell(type, 'cell', FEATURES, UNITS),
  } as NodeSpec);
  return {
    inputs: [...INPUTS, ...given.map((name) => ({ name, features: UNITS, kind: 'vector' as const }))],
    nodes: builder.nodes,
    outputs: ['y', ...finals],
    tensors: builder.tensors,
  };
}

describe.each(builds)('lengths as a value, %s', (build) => {
  it('agree with the float64 twin, whatever the cell, the direction and the state', async () => {
    const scenario = fc.record({
      type: fc.constantFrom(...cellTypes),
      backwards: fc.boolean(),
      order: fc.constantFrom('input' as const, undefined),
      last: fc.boolean(),
      initial: fc.boolean(),
      masked: fc.boolean(),
      batch: fc.integer({ min: 1, max: 4 }),
      time: fc.integer({ min: 1, max: 9 }),
      seed: fc.nat(1e6),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ type, backwards, order, last, initial, masked, batch, time, seed }) => {
        const fields = {
          ...(backwards && { goBackwards: true, ...(order && { outputOrder: order }) }),
          ...(last && { returnSequences: false }),
        };
        const spec = recurrent(type, seed, fields, initial, masked);
        const x = randomFloats(batch * time * FEATURES, seed + 50);
        if (masked) for (let row = 0; row < batch * time; row += 3) x.fill(0, row * FEATURES, (row + 1) * FEATURES);
        const inputs: Record<string, ReferenceInput> = {
          x: { data: x, batch, time },
          n: { data: randomFloats(batch, seed + 51).map((v) => Math.round(((v + 1) / 2) * time)), batch },
        };
        for (const name of initial ? states(type) : [])
          inputs[name] = { data: randomFloats(batch * UNITS, seed + 52), batch };
        const wanted = runReference(spec, inputs).outputs;
        const model = await createModel(spec, { build });
        const given = Object.fromEntries(Object.entries(inputs).map(([name, { data }]) => [name, data]));
        const got = model.runNamed(given as Record<string, Float32Array>, { batch });
        for (const name of spec.outputs) {
          expect(got[name]?.shape).toEqual(wanted[name]?.dims);
          expect(largestDifference(got[name]?.data ?? [], wanted[name]?.data ?? [])).toBeLessThan(2e-6);
        }
        model.dispose();
      }),
      { numRuns: 150 },
    );
  });

  it('are those of the run’s option `lengths`, for one layer alone', async () => {
    const [batch, time] = [3, 6];
    const x = randomFloats(batch * time * FEATURES, 1);
    const lengths = [6, 2, 0];
    const builder = new SpecBuilder(9);
    const half = (name: string): CellConfig => builder.cell('lstm', name, FEATURES, UNITS);
    const both = {
      type: 'bidirectional',
      name: 'b',
      merge: 'concat',
      forward: half('f'),
      backward: half('r'),
    } as const;
    const plain: ModelSpec = builder.add({ ...both, inputs: ['x'] }).spec(FEATURES);
    const spec = { ...plain, inputs: INPUTS, nodes: [{ ...both, inputs: ['x', 'n'], lengths: true as const }] };
    const model = await createModel(spec, { build });
    const other = await createModel(plain, { build });
    const { b } = model.runNamed({ x, n: lengths }, { batch });
    expectSameBits(b?.data ?? [], other.run(x, { batch, lengths }));
    expect(explain(model, 'b')).toContain('Each row has as many timesteps as its length says.');
    const [forward] = model.trace({ x, n: lengths }, { batch }).layers;
    const row = forward?.gates.i?.subarray(time * UNITS, 2 * time * UNITS) ?? [];
    expect(Array.from(row, Number.isNaN)).toEqual(Array.from({ length: time * UNITS }, (_, i) => i >= 2 * UNITS));
  });

  it('hand no mask on, and do not stream', async () => {
    const spec = recurrent('gru', 3, {}, false, false);
    const nodes: NodeSpec[] = [
      ...spec.nodes,
      { type: 'reduce', name: 'mean', inputs: ['y'], operation: 'mean', axis: 'time', masked: true },
    ];
    const model = await createModel({ ...spec, nodes, outputs: ['y', 'mean'] }, { build });
    const { y, mean } = model.runNamed({ x: randomFloats(4 * FEATURES, 1), n: [2] });
    for (let j = 0; j < UNITS; j++) {
      const column = [0, 1, 2, 3].map((t) => y?.data[t * UNITS + j] as number);
      expect(mean?.data[j]).toBeCloseTo(column.reduce((a, b) => a + b) / 4, 6);
    }
    expect(() => model.createStream()).toThrow('layer "y" is given the lengths of whole sequences');
  });

  it.each([-1, 5, 1.5, Number.NaN])('a length of %f is refused', async (length) => {
    const model = await createModel(recurrent('lstm', 3, {}, false, false), { build });
    const { used } = model.memory;
    const run = (): unknown => model.runNamed({ x: randomFloats(8 * FEATURES, 1), n: [4, length] }, { batch: 2 });
    expect(run).toThrow(InputError);
    expect(run).toThrow(`layer "y": not a length of row 1; expected a whole number from 0 to 4, got ${length}`);
    model.runNamed({ x: randomFloats(8 * FEATURES, 1), n: [4, 0] }, { batch: 2 });
    expect(() => run()).toThrow(InputError);
    expect(model.memory.used).toBeGreaterThanOrEqual(used);
  });

  it('a spec says them right', async () => {
    const spec = recurrent('gru', 3, {}, false, false);
    const [node] = spec.nodes as [NodeSpec];
    const check = async (change: object, inputs: readonly object[] = INPUTS): Promise<unknown> =>
      createModel({ ...spec, inputs, nodes: [{ ...node, ...change }] } as ModelSpec, { build });
    await expect(check({ inputs: ['n'] })).rejects.toThrow('node "y": no lengths; expected [x, …, lengths], got ["n"]');
    await expect(check({ inputs: ['x', 'x'] })).rejects.toThrow(
      'node "y": lengths "x" have the wrong shape; expected a vector of 1, got a sequence of 3',
    );
    await expect(check({ lengths: 1 })).rejects.toThrow(SpecError);
    await expect(check({ inputs: ['x', 'n'], lengths: undefined })).rejects.toThrow('initial state "n" has the wrong');
  });
});

describe.each(builds)('gather_time and unmask, %s', (build) => {
  const spec: ModelSpec = {
    inputs: INPUTS,
    nodes: [
      { type: 'activation', name: 'minus', inputs: ['n'], activation: { type: 'affine', alpha: 1, beta: -1 } },
      { type: 'gather_time', name: 'y', inputs: ['x', 'minus'] },
    ],
    outputs: ['y'],
    tensors: {},
  };

  it('takes of each row the timestep that is said', async () => {
    const model = await createModel(spec, { build });
    const x = randomFloats(4 * 5 * FEATURES, 1);
    const n = Float32Array.of(5, 1, 0, -4);
    const { y } = model.runNamed({ x, n }, { batch: 4 });
    const wanted = runReference(spec, { x: { data: x, batch: 4, time: 5 }, n: { data: n, batch: 4 } }).outputs.y;
    expect(y?.shape).toEqual(wanted?.dims);
    expectSameBits(y?.data ?? [], wanted?.data ?? []);
    expectSameBits(y?.data.subarray(0, FEATURES) ?? [], x.subarray(4 * FEATURES, 5 * FEATURES));
    expectSameBits(y?.data.subarray(2 * FEATURES, 3 * FEATURES) ?? [], x.subarray(14 * FEATURES, 15 * FEATURES));
    expect(() => model.createStream()).toThrow('layer "y" takes one timestep of the whole sequence');
  });

  it.each([6, -5, 0.5])('refuses %f of 5 timesteps', async (n) => {
    const model = await createModel(spec, { build });
    const run = (): unknown => model.runNamed({ x: new Float32Array(5 * FEATURES), n: [n] });
    expect(run).toThrow(InputError);
    expect(run).toThrow(`layer "y": no such timestep in row 0; expected a whole number from -5 to 4, got ${n - 1}`);
  });

  it('refuses an index that is none', async () => {
    const nodes: NodeSpec[] = [{ type: 'gather_time', name: 'y', inputs: ['x', 'x'] }];
    await expect(createModel({ ...spec, nodes }, { build })).rejects.toThrow(
      'node "y": index "x" has the wrong shape; expected a vector of 1, got a sequence of 3',
    );
    const one: NodeSpec[] = [{ type: 'gather_time', name: 'y', inputs: ['x'] }];
    await expect(createModel({ ...spec, nodes: one }, { build })).rejects.toThrow('expected [sequence, index]');
  });

  it('unmask: the layers after it see every timestep', async () => {
    const builder = new SpecBuilder(2);
    builder
      .add({ type: 'masking', name: 'm', inputs: ['x'], maskValue: 0 })
      .add({ type: 'unmask', name: 'u', inputs: ['m'] })
      .recurrent('gru', 'y', 'u', FEATURES, UNITS);
    const masked = await createModel({ ...builder.spec(FEATURES), outputs: ['y'] }, { build });
    const plain = { ...builder.spec(FEATURES), nodes: [{ ...builder.nodes[2], inputs: ['x'] } as NodeSpec] };
    const x = randomFloats(5 * FEATURES, 1).fill(0, FEATURES, 2 * FEATURES);
    const y = masked.run(x);
    expectSameBits(y, (await createModel(plain, { build })).run(x));
    expectSameBits(masked.createStream().run(x), y);
    const twin = runReference(builder.spec(FEATURES), { x: { data: x, batch: 1, time: 5 } }).outputs.y;
    expect(largestDifference(y, twin?.data ?? [])).toBeLessThan(2e-6);
  });
});
