import { describe, expect, it } from 'vitest';
import { createModel, InputError, type ModelSpec, type NodeSpec } from '../../src/index.js';
import { allLayers } from '../../src/layers/all.js';
import { traceLayers } from '../../src/view/index.js';
import { layersOf, type TracedMap } from '../../src/view/layers.js';
import { expectSameBits } from '../support/bits.js';
import { FEATURES, modelOf } from '../support/every-layer.js';
import { int8Spec } from '../support/int8.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

const shapes = (maps: readonly TracedMap[] | undefined) =>
  maps?.map(({ name, columns, rows, clock }) => [name, columns, rows, clock]);

const decoderTensors = new SpecBuilder(9);
const decoderCell = decoderTensors.cell('lstm', 'decoder', 3, 4);

describe('traceLayers', () => {
  it.each([
    ['lstm', ['i', 'f', 'g', 'o', 'c', 'h']],
    ['gru', ['r', 'z', 'n', 'h']],
    ['rnn', ['h']],
  ] as const)('has gates and states of %s, what came in, what went out, and what it took', async (type, names) => {
    const spec = stack(type, 3, 5, 2);
    const x = randomFloats(2 * 7 * 3, 1);
    const { batch, layers } = await traceLayers(spec, x, { batch: 2 });
    const model = await createModel(spec);
    const trace = model.trace(x, { batch: 2 });
    expect(batch).toBe(2);
    expect(layers.map((layer) => [layer.name, layer.type, layer.output])).toEqual([
      ['x', 'input', 'time × 3'],
      [`${type}0`, type, 'time × 5'],
      [`${type}1`, type, 'time × 5'],
      ['head', 'dense', 'time × 3'],
    ]);
    expect(shapes(layers[1]?.maps)).toEqual(names.map((name) => [name, 7, 5, 'time']));
    expectSameBits(layers[0]?.maps[0]?.data ?? [], x);
    [1, 2].forEach((at) => {
      const own = trace.layers[at - 1];
      for (const { name, data } of layers[at]?.maps ?? []) {
        expectSameBits(data, name === 'h' ? (own?.h ?? []) : name === 'c' ? (own?.c ?? []) : (own?.gates[name] ?? []));
      }
      expect(layers[at]?.words).toMatch(/5 units/);
      expect(layers[at]?.micros).toBeGreaterThan(0);
    });
    expect(layers[0]?.micros).toBeUndefined();
    expectSameBits(layers[3]?.maps[0]?.data ?? [], trace.outputs.head?.data ?? [0]);
  });

  it.each(Object.keys(allLayers))('a model with a layer of type %s, each layer timed', async (type) => {
    const spec = modelOf(type);
    const x = type === 'embedding' ? Int32Array.of(3, 0, 4) : randomFloats(3 * FEATURES, 1);
    const { layers } = await traceLayers(spec, x);
    const last = layers.at(-1);
    const model = await createModel(spec);
    // What one output is, a single map shows; of a recurrent layer h.
    const shown = last?.maps.find(({ name }) => name === 'y') ?? last?.maps.find(({ name }) => name === 'h');
    expectSameBits(shown?.data ?? [], model.run(x));
    for (const layer of layers)
      expect([layer.name, layer.micros !== undefined]).toEqual([layer.name, layer.type !== 'input']);
  });

  it('both halves of a bidirectional layer, and what it makes of them', async () => {
    const spec = new SpecBuilder(4).bidirectional('gru', 'both', 'x', 2, 4).spec(2);
    const { layers } = await traceLayers(spec, randomFloats(10, 3), { time: false });
    const names = ['r', 'z', 'n', 'h'];
    expect(shapes(layers[1]?.maps)).toEqual([
      ...names.map((name) => [`forward.${name}`, 5, 4, 'time']),
      ...names.map((name) => [`backward.${name}`, 5, 4, 'time']),
      ['y', 5, 8, 'time'],
    ]);
    expect(layers[1]?.micros).toBeUndefined();
  });

  it('masked, int8, given a state, with projections, several times and vectors', async () => {
    const masked: ModelSpec = new SpecBuilder(1)
      .add({ type: 'masking', name: 'm', inputs: ['x'], maskValue: 0 })
      .recurrent('lstm', 'a', 'm', 2, 4, { projection: 3 })
      .recurrent('gru', 'b', 'a', 3, 4, { returnSequences: false })
      .dense('d', 'b', 4, 6)
      .spec(2);
    const x = [1, 2, 0, 0, 3, 4];
    const traced = await traceLayers(masked, x);
    expect(
      traced.layers.map(({ name, output, maps }) => [name, output, maps.at(-1)?.columns, maps.at(-1)?.rows]),
    ).toEqual([
      ['x', 'time × 2', 3, 2],
      ['m', 'time × 2', 3, 2],
      ['a', 'time × 3', 3, 3],
      ['b', '4', 3, 4],
      ['d', '6', 6, 1],
    ]);
    expect([...(traced.layers[2]?.maps[0]?.data ?? [])].map(Number.isNaN)).toEqual(
      [0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0].map(Boolean),
    );
    expect(traced.layers.slice(1).every(({ micros }) => (micros ?? 0) > 0)).toBe(true);

    const int8 = await traceLayers(int8Spec(stack('lstm', 3, 8)), randomFloats(9, 1));
    expect(int8.layers[1]?.micros).toBeGreaterThan(0);

    const builder = new SpecBuilder(2)
      .recurrent('lstm', 'encoder', 'source', 2, 4)
      .add({ type: 'timestep', name: 'h', inputs: ['encoder'], index: -1 })
      .add({ ...decoderCell, name: 'decoder', inputs: ['target', 'h', 'h'] } as NodeSpec);
    const inputs = [
      { name: 'source', features: 2, time: 'n' },
      { name: 'target', features: 3, time: 'm' },
    ];
    const spec: ModelSpec = {
      inputs,
      nodes: builder.nodes,
      outputs: ['decoder'],
      tensors: { ...builder.tensors, ...decoderTensors.tensors },
    };
    const pair = await traceLayers(spec, { source: randomFloats(8, 1), target: randomFloats(6, 2) });
    expect(pair.layers.map(({ name, maps }) => [name, maps[0]?.columns, maps[0]?.clock])).toEqual([
      ['source', 4, 'n'],
      ['target', 2, 'm'],
      ['encoder', 4, 'n'],
      ['h', 4, undefined],
      ['decoder', 2, 'm'],
    ]);
  });

  it('names of Object.prototype are names like all others', async () => {
    for (const name of ['constructor', '__proto__', 'toString']) {
      const builder = new SpecBuilder(1).recurrent('gru', name, 'x', 2, 3).dense('valueOf', name, 3, 2);
      const { layers } = await traceLayers(builder.spec(2), [1, 2, 3, 4]);
      expect(layers.map((layer) => [layer.name, (layer.micros ?? 1) > 0])).toEqual([
        ['x', true],
        [name, true],
        ['valueOf', true],
      ]);
      expect(layers.map(({ maps }) => maps.length)).toEqual([1, 4, 1]);
    }
  });

  it('refuses what model.trace refuses, by name', async () => {
    const spec = stack('lstm', 3, 5);
    await expect(traceLayers(spec, [1, 2])).rejects.toThrow(InputError);
    await expect(traceLayers(spec, [1, 2, 3], { rows: 1 } as never)).rejects.toThrow(/unknown option.*rows/);
    await expect(traceLayers(spec, [1, 2, 3], { time: 1 } as never)).rejects.toThrow(
      'traceLayers, time: not usable; expected true or false, got 1',
    );
  });
});

describe('layersOf', () => {
  it('is of cells and outputs alone, from a plain trace', async () => {
    const model = await createModel(stack('lstm', 3, 5, 2));
    const { layers } = layersOf(model.trace(randomFloats(12, 1)), model);
    expect(layers.map(({ name }) => name)).toEqual(['lstm0', 'lstm1', 'head']);
  });
  it('refuses the trace of another model', async () => {
    const [a, b, c] = await Promise.all([
      createModel(stack('lstm', 3, 5)),
      createModel(stack('gru', 3, 5)),
      createModel(stack('lstm', 3, 7)),
    ]);
    const trace = a.trace(randomFloats(12, 1));
    expect(() => layersOf(trace, b)).toThrow(
      'trace, gru0: the trace is not of this model; expected its gates and states, got those of lstm0',
    );
    expect(() => layersOf(trace, c)).toThrow(
      /trace, lstm0: the trace is not of this model; expected i of 1 × timesteps × 7, got 20/,
    );
    expect(() => layersOf({ ...trace, outputs: {} }, a)).toThrow(
      /trace, outputs: the trace is not of this model; expected head/,
    );
  });
});
