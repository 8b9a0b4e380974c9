import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromTfjs, readTfjs } from '../../../src/importers/tfjs/index.js';
import { createModel } from '../../../src/index.js';
import { builds } from '../../support/builds.js';
import { drawn, expectClose, floats, refusal } from '../support.js';

interface Manifest {
  paths: string[];
  weights: Record<string, unknown>[];
}
interface Case {
  readonly name: string;
  readonly model: { format: string; modelTopology: Record<string, unknown>; weightsManifest: Manifest[] };
  readonly shards: [string, string];
  readonly seed: number;
  readonly shape: number[];
  readonly ids?: number[];
  readonly output: { shape: number[]; data: string };
}
const cases: Case[] = JSON.parse(readFileSync(new URL('../../golden/tfjs-files/models.json', import.meta.url), 'utf8'));
const json = (model: object): Uint8Array => new TextEncoder().encode(JSON.stringify(model));
const shards = (one: Case): Uint8Array[] => one.shards.map((text) => new Uint8Array(Buffer.from(text, 'base64')));
const named = (name: string): Case => structuredClone(cases.find((one) => one.name === name) as Case);

describe.each(builds)('layers models as TensorFlow.js saves them, %s', (build) => {
  it.each(cases.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const { spec } = readTfjs(json(one.model), shards(one));
    const model = await createModel(spec, { build });
    const [input] = spec.inputs;
    const x = one.ids ? { data: Int32Array.from(one.ids), shape: one.shape } : drawn(one);
    const [y] = Object.values(model.runNamed({ [input?.name as string]: x }));
    expect(y?.shape).toEqual(one.output.shape);
    expectClose(y?.data as Float32Array, floats(one.output.data));
  });
});

it('shards are found by their paths too', () => {
  const one = named('lstm');
  const [a, b] = shards(one) as [Uint8Array, Uint8Array];
  const byPath = { 'group1-shard2of2.bin': b, 'group1-shard1of2.bin': a };
  expect(fromTfjs(json(one.model), byPath)).toEqual(fromTfjs(json(one.model), [a, b]));
});

describe('refused', () => {
  const read = (change: (model: Case['model'], files: Uint8Array[]) => void): string => {
    const one = named('lstm');
    const files = shards(one);
    change(one.model, files);
    return refusal(() => fromTfjs(json(one.model), files));
  };
  it.each<[string, (model: Case['model'], files: Uint8Array[]) => void, RegExp]>([
    [
      'a graph model',
      (model) => Object.assign(model, { format: 'graph-model' }),
      /a format that is not honoured; expected "layers-model"; .*got "graph-model"/,
    ],
    ['a missing shard', (_, files) => files.pop(), /a shard that is not given; expected "group1-shard2of2.bin"/],
    [
      'a shard too long',
      (_, files) => files.push(...files.splice(1).map((file) => new Uint8Array([...file, 0]))),
      /shards of the wrong size/,
    ],
    [
      'a shard too short',
      (_, files) => files.push(...files.splice(1).map((file) => file.slice(4))),
      /beyond the end of its shards/,
    ],
    [
      'an unknown type',
      (model) => Object.assign(model.weightsManifest[0]?.weights[0] as object, { dtype: 'complex64' }),
      /a type that is not honoured; .*got "complex64"/,
    ],
    [
      'a size that lies',
      (model) => Object.assign(model.weightsManifest[0]?.weights[0] as object, { shape: [1e9, 1e9] }),
      /beyond the end of its shards/,
    ],
    [
      'a weight of no layer',
      (model) => Object.assign(model.weightsManifest[0]?.weights[0] as object, { name: 'nobody/kernel' }),
      /layer "lstm_LSTM1": wrong number of weights/,
    ],
    ['no topology', (model) => Object.assign(model, { modelTopology: null }), /no layers/],
  ])('%s', (_, change, expected) => {
    expect(read(change)).toMatch(expected);
  });
});
