import type { ModelSpec, NodeSpec } from '../../../src/index.js';
import { allLayers } from '../../../src/layers/all.js';
import { modelOf } from '../../support/every-layer.js';
import { campaign } from './campaign.js';
import { altered, type Change } from './json-damage.js';
import type { Random } from './random.js';
import { tryModel } from './run-model.js';

// Specs of every type of layer with some of their fields changed: refused, or run as a whole, in steps, and as their twins.

const TYPES = Object.keys(allLayers);
const FIELDS = [
  'time',
  'features',
  'mean',
  'max',
  'same_upper',
  'causal',
  'constant',
  'edge',
  'tanh',
  'relu',
  'x',
  's',
  'm',
  'y',
  'vector',
  'int32',
];
const NUMBERS = [
  0,
  1,
  2,
  3,
  4,
  5,
  7,
  8,
  16,
  -1,
  -2,
  0.5,
  100,
  1e6,
  2 ** 31,
  2 ** 53,
  -(2 ** 31),
  1e308,
  Number.NaN,
  Infinity,
];

const value = (random: Random): unknown => {
  switch (random.below(8)) {
    case 0:
    case 1:
      return random.between(0, 5);
    case 2:
      return random.pick(NUMBERS);
    case 3:
      return random.pick(FIELDS);
    case 4:
      return random.list(random.below(4), () => random.pick(NUMBERS));
    case 5:
      return random.pick([null, true, false, '', {}, [], '__proto__', 10n, Symbol.iterator.toString()]);
    case 6:
      return { type: random.pick(TYPES), alpha: random.pick(NUMBERS) };
    default:
      return random.pick(TYPES);
  }
};

const change = (random: Random): Change => {
  const kind = random.pick(['remove', 'repeat', 'move', 'put', 'put', 'put'] as const);
  return kind === 'move'
    ? { kind, from: random.below(1e6) }
    : kind === 'put'
      ? { kind, value: value(random) }
      : { kind };
};

/** The nodes that a spec's last one needs, itself the last. */
function needed({ nodes }: ModelSpec): NodeSpec[] {
  const wanted = new Set([nodes.at(-1)?.name]);
  return [...nodes]
    .reverse()
    .filter(({ name, inputs }) => {
      if (!wanted.has(name)) return false;
      for (const input of inputs) wanted.add(input);
      return true;
    })
    .reverse();
}

await campaign((random, say, number) => {
  const type = TYPES[number % TYPES.length] as string;
  const { tensors, ...rest } = modelOf(type);
  const shapes = Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, shape]));
  const nodes = needed({ ...rest, tensors });
  const changes = (most: number): [number, Change][] =>
    random.list(random.between(1, most), () => [random.below(1e6), change(random)]);
  // Mostly the fields of the node alone, as elsewhere nearly all that is changed is wrong.
  const whole = random.chance(0.3) ? altered({ ...rest, nodes, shapes }, changes(3)) : undefined;
  const { shapes: after, ...spec } = (whole ?? {
    ...rest,
    shapes,
    nodes: [...nodes.slice(0, -1), altered(nodes.at(-1), changes(2))],
  }) as { shapes?: Record<string, readonly number[]>; nodes?: unknown };
  say(`${type}: ${JSON.stringify(spec, (_, one) => (typeof one === 'bigint' ? `${one}n` : one)).slice(0, 700)}`);
  const given = Object.entries(after ?? {}).map(([name, shape]) => [name, { shape, data: tensors[name]?.data }]);
  return tryModel({ ...spec, tensors: Object.fromEntries(given) } as unknown as ModelSpec, random);
});
