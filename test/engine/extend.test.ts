import { describe, expect, it } from 'vitest';
import { createModel, type ModelSpec, type NodeSpec } from '../../src/index.js';
import { explain } from '../../src/inspect/explain.js';
import { allLayers } from '../../src/layers/all.js';
import { bidirectionalOf } from '../../src/layers/recurrent/bidirectional.js';
import { CELLS } from '../../src/layers/recurrent/cells.js';
import { recurrent } from '../../src/layers/recurrent/recurrent.js';
import { expectNear, expectSameBits } from '../support/bits.js';
import { builds } from '../support/builds.js';
import { randomFloats, SpecBuilder } from '../support/random.js';
import { leaky } from '../toys/cell/leaky.js';
import { tally } from '../toys/layer/tally.js';

// A type of cell and a type of layer that the package does not know, each from a folder of its own: nothing that runs, streams,
// traces, explains or sums up a model asks what they are called.

const layers = { ...allLayers, leaky: recurrent(leaky), tally, bidirectional: bidirectionalOf({ ...CELLS, leaky }) };

const FEATURES = 3;
const UNITS = 5;
const RATE = 0.25;
const THRESHOLD = 0.1;

function cell(builder: SpecBuilder, name: string): object {
  const tensors = {
    weightIh: builder.tensor(`${name}.ih`, UNITS, FEATURES),
    weightHh: builder.tensor(`${name}.hh`, UNITS, UNITS),
    biasIh: builder.tensor(`${name}.b`, UNITS),
    initialH: builder.tensor(`${name}.h0`, UNITS),
  };
  return { type: 'leaky', units: UNITS, rate: RATE, tensors };
}

function toyModel(change: object = {}): ModelSpec {
  const builder = new SpecBuilder(5);
  builder.add({ name: 'slow', inputs: ['x'], ...cell(builder, 'slow'), ...change } as unknown as NodeSpec).add({
    name: 'votes',
    type: 'tally',
    inputs: ['slow'],
    threshold: THRESHOLD,
    tensors: { weights: builder.tensor('w', UNITS) },
  } as unknown as NodeSpec);
  return builder.spec(FEATURES, ['slow', 'votes']);
}

/** What the toys compute, in float64. */
function twin({ tensors }: ModelSpec, x: Float32Array): { h: number[][]; u: number[][]; votes: number[] } {
  const data = (name: string): Float32Array => tensors[name]?.data as Float32Array;
  const sum = (weight: Float32Array, row: number, v: ArrayLike<number>): number =>
    Array.from(v).reduce((total, value, i) => total + value * (weight[row * v.length + i] as number), 0);
  let h = [...data('slow.h0')];
  const result = { h: [] as number[][], u: [] as number[][], votes: [] as number[] };
  for (let t = 0; t < x.length / FEATURES; t++) {
    const frame = x.subarray(t * FEATURES, (t + 1) * FEATURES);
    const before = h;
    const u = h.map(
      (_, unit) =>
        sum(data('slow.ih'), unit, frame) + sum(data('slow.hh'), unit, before) + (data('slow.b')[unit] as number),
    );
    h = h.map((value, unit) => value + RATE * ((u[unit] as number) - value));
    result.u.push(u);
    result.h.push(h);
    result.votes.push(h.reduce((total, v, i) => (v > THRESHOLD ? total + (data('w')[i] as number) : total), 0));
  }
  return result;
}

const expectClose = (got: ArrayLike<number> | undefined, wanted: readonly number[]): void =>
  expectNear(got, wanted, 5e-6);

describe.each(builds)('a cell and a layer from outside, %s', (build) => {
  const time = 7;
  const x = randomFloats(time * FEATURES, 3);

  it('run, and stream with the same bits', async () => {
    const spec = toyModel();
    const model = await createModel(spec, { build, layers });
    const { slow, votes } = model.runNamed({ x });
    const wanted = twin(spec, x);
    expectClose(slow?.data, wanted.h.flat());
    expectClose(votes?.data, wanted.votes);
    const stream = model.createStream();
    for (let t = 0; t < time; t++) {
      const step = stream.runNamed({ x: x.subarray(t * FEATURES, (t + 1) * FEATURES) });
      expectSameBits(step.slow?.data ?? [], slow?.data.subarray(t * UNITS, (t + 1) * UNITS) ?? []);
    }
    const other = model.createStream();
    other.restore(stream.save());
    expect(other.getState()).toEqual(stream.getState());
    expect(stream.getState().map(({ layer, h }) => [layer, h.length])).toEqual([['slow', UNITS]]);
  });

  it('are traced', async () => {
    const spec = toyModel();
    const model = await createModel(spec, { build, layers });
    const [layer] = model.trace(x).layers;
    const wanted = twin(spec, x);
    expect(layer?.type).toBe('leaky');
    expect(Object.keys(layer?.gates ?? {})).toEqual(['u']);
    expectClose(layer?.gates.u, wanted.u.flat());
    expectClose(layer?.h, wanted.h.flat());
  });

  it('are summed up and explained', async () => {
    const model = await createModel(toyModel(), { build, layers });
    expect(
      model
        .summary()
        .layers.map(({ type, units, parameters, multiplyAdds }) => [type, units, parameters, multiplyAdds]),
    ).toEqual([
      ['leaky', UNITS, UNITS * (FEATURES + UNITS + 2), UNITS * (FEATURES + UNITS)],
      ['tally', undefined, UNITS, UNITS],
    ]);
    expect(explain(model, 'slow')).toContain(
      'Layer "slow" is a leaky integrator with 5 units. A unit is one hidden neuron: one element of its hidden state h. The cell',
    );
    expect(explain(model, 'slow')).toContain(
      'Its parameters: 5 · 3 weights from x + 5 · 5 from h + 5 biases = 45; in all 45 + 5 for the trained initial h = 50.',
    );
    expect(explain(model, 'votes')).toBe('Layer "votes" counts which of 5 numbers are above 0.1.');
  });

  it('know masks, walk backwards, and stand in a bidirectional layer', async () => {
    const builder = new SpecBuilder(5);
    const half = cell(builder, 'slow');
    builder.add({
      name: 'both',
      type: 'bidirectional',
      inputs: ['x'],
      merge: 'concat',
      forward: half,
      backward: half,
    } as unknown as NodeSpec);
    const model = await createModel(builder.spec(FEATURES), { build, layers });
    const backwards = await createModel(toyModel({ goBackwards: true, outputOrder: 'input' }), { build, layers });
    const forwards = await createModel(toyModel(), { build, layers });
    const mask = [1, 1, 0, 1, 1, 1, 0];
    const y = model.run(x, { mask });
    const [f, b] = [forwards, backwards].map((half) => half.runNamed({ x }, { mask }).slow?.data as Float32Array);
    for (let t = 0; t < time; t++) {
      expectSameBits(y.subarray(t * 10, t * 10 + 5), f?.subarray(t * 5, t * 5 + 5) ?? []);
    }
    expect(b).toHaveLength(time * UNITS);
    expectSameBits(f?.subarray(10, 15) ?? [], f?.subarray(5, 10) ?? []);
    expect(() => model.createStream()).toThrow('layer "both" is bidirectional');
    expect(() => backwards.createStream()).toThrow('layer "slow" walks backwards');
  });

  it('are checked as others are', async () => {
    await expect(createModel(toyModel({ rat: 1 }), { layers })).rejects.toThrow('node "slow": unknown field "rat"');
    await expect(createModel(toyModel({ rate: '1' }), { layers })).rejects.toThrow('node "slow", rate: not a usable');
    await expect(createModel(toyModel())).rejects.toThrow('node "slow": unknown node type');
  });
});
