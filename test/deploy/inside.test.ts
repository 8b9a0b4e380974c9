import { describe, expect, it } from 'vitest';
import { deploy, METHODS, type Method } from '../../src/deploy/index.js';
import { createModel, type LayerInfo, type Model, type ModelSpec } from '../../src/index.js';
import { explain } from '../../src/inspect/explain.js';
import { allLayers } from '../../src/layers/all.js';
import { seeds } from '../importers/corpus.js';
import { modelOf } from '../support/every-layer.js';
import { INT8_STACKS } from '../support/int8-stacks.js';
import { SpecBuilder, stack } from '../support/random.js';
import { part } from '../support/thorough.js';
import { imported } from './same.js';

// What a built file shows of its inside, where that is asked for, is what `createModel` shows.

const INSIDE = ['summary', 'graph', 'layers'] as const;

/** What users may know of layers: beside it, objects have what plans are made with. */
const infosOf = ({ layers }: Model): LayerInfo[] =>
  layers.map(({ node, parameters, multiplyAdds, cells, words }) => ({
    node,
    parameters,
    multiplyAdds,
    words,
    cells: cells.map(({ name, type, inputs, units, gates, words, sizes, multiplyAdds, place, initial }) => ({
      name,
      type,
      inputs,
      units,
      gates,
      words,
      sizes,
      multiplyAdds,
      place,
      initial,
    })),
  }));

const builtWith = async (spec: ModelSpec, methods: readonly Method[]): Promise<Model> =>
  (await imported((await deploy(spec, { methods })).module)).createModelSync();

async function expectSameInside(spec: ModelSpec): Promise<void> {
  const built = await builtWith(spec, INSIDE);
  const model = await createModel(spec, { build: 'simd' });
  expect(built.summary()).toStrictEqual(model.summary());
  expect(`${built.summary()}`).toBe(`${model.summary()}`);
  expect(`${built}`).toBe(`${model}`);
  expect(built.graph).toEqual(model.graph);
  expect(infosOf(built)).toEqual(infosOf(model));
  for (const { node } of model.layers) expect(explain(built, node.name)).toBe(explain(model, node.name));
  built.dispose();
  expect(() => built.graph).toThrow(/disposed/);
  expect(() => built.summary()).toThrow(/disposed/);
  model.dispose();
}

describe('every type of layer', () => {
  it.each(Object.keys(allLayers))('%s', (type) => expectSameInside(modelOf(type)));
});

it.each(part(INT8_STACKS, 4))('%s, int8', (_, spec) => expectSameInside(spec));

it.each([
  ['a name', { ...stack('gru', 3, 4, 2), name: 'weather "in" Kyïv' }],
  ['both directions', new SpecBuilder(8).bidirectional('lstm', 'both', 'x', 3, 4).spec(3)],
  ['a projection', new SpecBuilder(5).recurrent('lstm', 'a', 'x', 9, 20, { projection: 7, peephole: true }).spec(9)],
] as const)('%s', (_, spec) => expectSameInside(spec));

it.each(part(seeds(), 6).map((seed) => [seed.name, seed] as const))('a file: %s', (_, { bytes, read }) =>
  expectSameInside(read(bytes)),
);

it('is what callers cannot change', async () => {
  const model = await builtWith(stack('lstm', 2, 3), [...METHODS, ...INSIDE]);
  const { graph, layers } = model;
  for (const object of [graph, graph.inputs, graph.outputs, graph.outputs[0], graph.nodes[0], layers, layers[0]]) {
    expect(Object.isFrozen(object)).toBe(true);
  }
  for (const value of graph.values.values()) expect(Object.isFrozen(value)).toBe(true);
  (graph.values as Map<string, unknown>).clear();
  Object.assign(model.summary().layers[0] as object, { parameters: 0 });
  Object.assign(model.summary(), { layers: [] });
  expect(model.summary().layers.map(({ parameters }) => parameters)).toEqual([4 * 3 * (2 + 3 + 2), 12]);
  expect(model.run([1, 2])).toHaveLength(3);
  model.dispose();
});

it.each(INSIDE)('%s alone, and nothing of it where nobody asks', async (method) => {
  const spec = stack('lstm', 2, 3);
  const [without, alone] = [await deploy(spec), await deploy(spec, { methods: [...METHODS, method] })];
  const model = (await imported(alone.module)).createModelSync();
  expect(INSIDE.filter((other) => other in model)).toEqual([method]);
  expect(method in (await imported(without.module)).createModelSync()).toBe(false);
  expect(alone.types).toMatch(new RegExp(`^  (?:readonly )?${method}\\b`, 'm'));
  expect(without.types).not.toMatch(new RegExp(`^  (?:readonly )?${method}\\b`, 'm'));
  expect(alone.module.length).toBeGreaterThan(without.module.length);
});
