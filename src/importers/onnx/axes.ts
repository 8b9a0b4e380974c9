import { refuse } from '../shared/refuse.js';
import type { OnnxInput } from './inputs.js';

// What the axes of inputs mean, which no file says: the ways to read them, the likeliest first. Each is tried until one gives a model.

/** What an axis of an input is. `'time'` is the run's; `'fixed'` a time of fixed size. */
export type AxisRole = 'batch' | 'time' | 'features' | 'fixed';

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

function score({ dims, slid }: OnnxInput, roles: readonly AxisRole[], openTime: boolean): number {
  const looks = dims.map(lookOf);
  const known = (look: Look | undefined): boolean => look === 'size' || look === 'size 1';
  const each = roles.map((role, axis) => {
    const look = looks[axis] as Look;
    const traced = role === 'time' && known(look) && dims.length > 2 && !openTime;
    return LIKELY[role][look] + (traced ? TRACED_TIME : 0);
  });
  const last = roles[2] === 'time' && known(looks[2]) && !slid;
  return each.reduce((sum, n) => sum + n, last ? TIME_LAST : 0);
}

/** Ways to read the axes of an input, the likeliest first. */
export function candidates(input: OnnxInput, given: readonly AxisRole[] | undefined, openTime: boolean): AxisRole[][] {
  const { dims, ids, name } = input;
  const where = `input ${JSON.stringify(name)}`;
  if (given) {
    if (given.length !== dims.length)
      refuse(where, 'options.axes has another rank', `${dims.length} axes`, `${given.length}`);
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
 * Whether the inputs can be read so together: a size of one name is one thing everywhere, and where one input has an open
 * batch, no other has open sizes without it.
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
  const batched = told.map(({ dims }, index) =>
    dims.some((size, axis) => open(size) && roles[index]?.[axis] === 'batch'),
  );
  return !batched.includes(true) || told.every(({ dims }, index) => batched[index] || !dims.some(open));
}

/** Ways to read all inputs together that are tried before the first one's error is reported. */
const MOST_TRIES = 48;

/** Ways to read all inputs together, the likeliest first; those that agree. */
export function combinations(
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
  return all.map(({ roles }) => roles);
}
