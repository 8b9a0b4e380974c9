import { refuse } from '../shared/refuse.js';
import type { OnnxInput } from './inputs.js';
import type { Graph } from './proto/messages.js';
import { isStateName } from './states/names.js';

// What the axes of inputs mean, which no file says: the ways to read them, the likeliest first. Each is tried until one gives a model.

/** What an axis of an input is. `'time'` is the run's; `'fixed'` a time of fixed size. */
export type AxisRole = 'batch' | 'time' | 'features' | 'fixed';
export const ROLES: readonly AxisRole[] = ['batch', 'time', 'features', 'fixed'];

const BATCH = /^(n|b|bs|batch.*|.*batch.*)$/i;
const TIME = /^(t|s|l|seq.*|time.*|len.*|.*len.*|.*seq.*|.*time.*|steps?|frames?)$/i;

/** How the file declares an axis: open with a name that says what it is, open with another, of size 1, or of another size. */
type Look = 'named batch' | 'named time' | 'named both' | 'open' | 'size 1' | 'size';

function lookOf(size: number | string): Look {
  if (typeof size === 'number') return size === 1 ? 'size 1' : 'size';
  const [batch, time] = [BATCH.test(size), TIME.test(size)];
  if (batch && time) return 'named both';
  return batch ? 'named batch' : time ? 'named time' : 'open';
}

/** How likely a role is for an axis that looks so. */
const LIKELY: Readonly<Record<AxisRole, Readonly<Record<Look, number>>>> = {
  // A name decides. Exporters open the batch or leave it at the 1 they traced with; of another size it is rarely meant.
  batch: { 'named batch': 4, 'named time': -4, 'named both': 4, open: 1, 'size 1': 1, size: -3 },
  // An open size without a name is sooner the time than the batch.
  time: { 'named batch': -4, 'named time': 4, 'named both': 4, open: 2, 'size 1': 0, size: 0 },
  // Features and fixed times have a size: weights depend on it, or the file says it.
  features: { 'named batch': -6, 'named time': -6, 'named both': -6, open: -6, 'size 1': 1, size: 1 },
  fixed: { 'named batch': -6, 'named time': -6, 'named both': -6, open: -6, 'size 1': 1, size: 1 },
};

/** In a model of which no time is open, one of the sizes of an input of three or four axes is the run's time, traced. */
const TRACED_TIME = 1.5;

/** Time in the third axis is for convolutions; features stand there else. */
const TIME_LAST = -2;

/** What is a layer's initial state has no time. */
const TIMED_STATE = -10;

/** Convolutions have their channels before the time. */
const TIME_BEFORE_CHANNELS = -0.5;

/** Of layers and features, the batch between them, is a state; what is none and is not named as one is sooner timesteps of fixed number. */
const STATE_ROLES = 'features,batch,features';
const UNNAMED_STATE = -0.5;

/** By the number of axes; of equally likely ways the first is tried first. */
const WAYS: Readonly<Record<number, readonly AxisRole[][]>> = {
  0: [[]],
  1: [['time'], ['batch'], ['features']],
  2: [
    ['batch', 'features'],
    ['batch', 'time'],
    ['time', 'features'],
    ['features', 'features'],
    ['time', 'batch'],
  ],
  3: [
    ['batch', 'time', 'features'],
    ['time', 'batch', 'features'],
    ['batch', 'features', 'time'],
    ['features', 'batch', 'features'],
    ['batch', 'fixed', 'features'],
    ['batch', 'features', 'fixed'],
    ['fixed', 'batch', 'features'],
    ['batch', 'features', 'features'],
    ['features', 'features', 'features'],
  ],
  4: [
    ['batch', 'features', 'time', 'features'],
    ['batch', 'time', 'features', 'features'],
    ['batch', 'features', 'features', 'time'],
    ['batch', 'features', 'features', 'features'],
    ['features', 'features', 'features', 'features'],
  ],
};

/** Of token ids, which are no features. */
const WAYS_OF_IDS: typeof WAYS = {
  ...WAYS,
  2: [
    ['batch', 'time'],
    ['time', 'batch'],
    ['batch', 'fixed'],
  ],
  3: [
    ['batch', 'time', 'features'],
    ['time', 'batch', 'features'],
  ],
};

/** Whether an input has a size that is open and not the batch's: then the sizes that are fixed are no times. */
export const hasOpenTime = ({ dims }: OnnxInput): boolean =>
  dims.some((size) => typeof size === 'string' && !BATCH.test(size));

function score({ name, dims, slid, initial }: OnnxInput, roles: readonly AxisRole[], openTime: boolean): number {
  const looks = dims.map(lookOf);
  const known = (look: Look | undefined): boolean => look === 'size' || look === 'size 1';
  const each = roles.map((role, axis) => {
    const look = looks[axis] as Look;
    const traced = role === 'time' && known(look) && dims.length > 2 && !openTime;
    return LIKELY[role][look] + (traced ? TRACED_TIME : 0);
  });
  const last = (roles[2] === 'time' || roles[2] === 'fixed') && known(looks[2]) && !slid;
  const timed = initial && roles.some((role) => role === 'time' || role === 'fixed');
  const odd = [
    last ? TIME_LAST : 0,
    timed ? TIMED_STATE : 0,
    slid && roles[1] === 'fixed' ? TIME_BEFORE_CHANNELS : 0,
    roles.join() === STATE_ROLES && !initial && !isStateName(name) && dims[0] !== 1 ? UNNAMED_STATE : 0,
  ];
  return [...each, ...odd].reduce((sum, n) => sum + n, 0);
}

/** Ways to read the axes of an input, the likeliest first. */
export function candidates(input: OnnxInput, given: readonly AxisRole[] | undefined, openTime: boolean): AxisRole[][] {
  const { dims, ids, name } = input;
  const where = `input ${JSON.stringify(name)}`;
  if (given) {
    if (given.length !== dims.length)
      refuse(where, 'options.axes has another rank', `${dims.length} axes`, `${given.length}`);
    const count = (...roles: AxisRole[]): number => given.filter((role) => roles.includes(role)).length;
    if (count('batch') > 1 || count('time', 'fixed') > 1)
      refuse(where, 'options.axes has several batches or times', 'one of each at most', given.join(', '));
    return [[...given]];
  }
  const ways =
    (ids ? WAYS_OF_IDS : WAYS)[dims.length] ??
    refuse(where, 'too many axes', 'at most 4; options.axes', `${dims.length}`);
  return ways
    .map((roles, order) => ({ roles, rank: score(input, roles, openTime) - order / 100 }))
    .sort((a, b) => b.rank - a.rank)
    .map(({ roles }) => roles);
}

/**
 * Whether the inputs can be read so together: a size of one name is one thing everywhere; where one input has an open
 * batch, no other has open sizes without it; and of times that the file fixes, only one that all share can be the run's.
 */
export function agree(inputs: readonly OnnxInput[], roles: readonly (readonly AxisRole[])[]): boolean {
  const meaning = new Map<string, AxisRole>();
  const told = inputs.slice(0, roles.length);
  for (const [index, { dims }] of told.entries()) {
    for (const [axis, size] of dims.entries()) {
      const role = roles[index]?.[axis] as AxisRole;
      if (typeof size !== 'string') continue;
      if ((meaning.get(size) ?? role) !== role) return false;
      meaning.set(size, role);
    }
  }
  const open = (size: number | string): boolean => typeof size === 'string';
  const sizes = (role: AxisRole): (number | string)[] =>
    told.flatMap(({ dims }, index) => dims.filter((_, axis) => roles[index]?.[axis] === role));
  const times = sizes('time');
  if (times.some((size) => !open(size)) && new Set([...times, ...sizes('fixed')]).size > 1) return false;
  const batched = told.map(({ dims }, index) =>
    dims.some((size, axis) => open(size) && roles[index]?.[axis] === 'batch'),
  );
  return !batched.includes(true) || told.every(({ dims }, index) => batched[index] || !dims.some(open));
}

/** Ways to read all inputs together that are tried before the first one's error is reported. */
const MOST_TRIES = 48;

/** Against one input's traced time beside another's sizes that are none: both are rather fixed. */
const UNEVEN = 10;

/** Ways to read all inputs together, the likeliest first. */
export function combinations(
  inputs: readonly OnnxInput[],
  each: readonly (readonly AxisRole[][])[],
  agreed: (roles: readonly AxisRole[][]) => boolean,
): AxisRole[][][] {
  let all: { roles: AxisRole[][]; cost: number }[] = [{ roles: [], cost: 0 }];
  for (const ways of each) {
    all = all
      .flatMap(({ roles, cost }) => ways.map((way, order) => ({ roles: [...roles, way], cost: cost + order })))
      .filter(({ roles }) => agreed(roles))
      .sort((a, b) => a.cost - b.cost)
      .slice(0, MOST_TRIES);
  }
  const cost = (way: (typeof all)[0]): number => way.cost + (isUneven(inputs, way.roles) ? UNEVEN : 0);
  return all.sort((a, b) => cost(a) - cost(b)).map(({ roles }) => roles);
}

function isUneven(inputs: readonly OnnxInput[], roles: readonly (readonly AxisRole[])[]): boolean {
  const traced = inputs.flatMap(({ dims }, index) =>
    dims.filter((size, axis) => roles[index]?.[axis] === 'time' && typeof size === 'number'),
  );
  return inputs.some(({ dims, initial }, index) => {
    const sizes = dims.filter((size, axis) => roles[index]?.[axis] === 'features' && size !== 1);
    return (
      traced.length > 0 &&
      !initial &&
      dims.length === 3 &&
      sizes.length > 1 &&
      sizes.every((size) => !traced.includes(size))
    );
  });
}

const RECURRENT = new Set(['LSTM', 'GRU', 'RNN', 'DynamicQuantizeLSTM']);

/** The axis of an input that is read as sequence_lens and as nothing else. */
export function rolesOfLengths({ node }: Graph, { name, dims }: OnnxInput): readonly AxisRole[] | undefined {
  const uses = node.flatMap(({ opType, input, attribute }) => {
    const inside = attribute.some(({ g }) => g?.node.some((inner) => inner.input.includes(name)));
    const own = input.flatMap((used, index) => (used === name ? [RECURRENT.has(opType) && index === 4] : []));
    return inside ? [...own, false] : own;
  });
  return uses.length > 0 && uses.every(Boolean) && dims.length === 1 ? ['batch'] : undefined;
}

/** Open times by the names of their sizes, with the clock of each: undefined is the run's, another is named after its first input. */
export type Clocks = ReadonlyMap<string, string | undefined>;

/** Of more open times than this, they are all one or all different. */
const MOST_TIMES = 4;

/**
 * The ways in which open times of different names may be the same, the least first: what the graph does with them decides, since a
 * joint use of two that differ is refused.
 */
export function clocksOf(inputs: readonly OnnxInput[], roles: readonly (readonly AxisRole[])[]): Clocks[] {
  const first = new Map<string, string>();
  inputs.forEach(({ name, dims }, index) => {
    dims.forEach((size, axis) => {
      if (typeof size === 'string' && roles[index]?.[axis] === 'time' && !first.has(size)) first.set(size, name);
    });
  });
  const sizes = [...first.keys()];
  const groups = sizes.length > MOST_TIMES ? [sizes.map((_, i) => i), sizes.map(() => 0)] : partitions(sizes.length);
  return groups.map((group) => {
    const names = group.map((n) => (n === 0 ? undefined : first.get(sizes[group.indexOf(n)] as string)));
    return new Map(sizes.map((size, i) => [size, names[i]]));
  });
}

/** Every way to put n things into groups, the most groups first: the number of its group for each. */
function partitions(n: number): number[][] {
  let all: number[][] = [[]];
  for (let i = 0; i < n; i++)
    all = all.flatMap((group) => Array.from({ length: Math.max(-1, ...group) + 2 }, (_, next) => [...group, next]));
  return all.sort((a, b) => Math.max(...b, 0) - Math.max(...a, 0));
}
