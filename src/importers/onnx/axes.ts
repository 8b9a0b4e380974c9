import { refuse } from '../shared/refuse.js';
import type { OnnxInput } from './inputs.js';
import type { Graph } from './proto/messages.js';
import { isStateName } from './states/names.js';

// What the axes of inputs mean, which no file says: the ways to read them, the likeliest first. Each is tried until one gives a model.

/** What an axis of an input is. `'time'` is the run's; `'fixed'` a time of fixed size. */
export type AxisRole = 'batch' | 'time' | 'features' | 'fixed';
export const ROLES: readonly AxisRole[] = ['batch', 'time', 'features', 'fixed'];

// Without `.*`: these names come from the file, and may be of any length.
const BATCH = /^(?:n|b|bs)$|batch/i;
const TIME = /^(?:t|s|l|steps?|frames?)$|len|seq|time/i;

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

/** Nor is the one channel of an image the time. */
const ONE_CHANNEL = -3;

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

/** What is known of all inputs. */
export interface Known {
  /** Whether any of them has a size that is open and not the batch's. */
  readonly openTime: boolean;
  /** Whether the file carries state from call to call: then what has four axes of known size is a frame. */
  readonly carries: boolean;
}

function score(
  { name, dims, slid, initial }: OnnxInput,
  roles: readonly AxisRole[],
  { openTime, carries }: Known,
): number {
  const looks = dims.map(lookOf);
  const known = (look: Look | undefined): boolean => look === 'size' || look === 'size 1';
  const each = roles.map((role, axis) => {
    const look = looks[axis] as Look;
    const traced = role === 'time' && known(look) && dims.length > 2 && !openTime && !(carries && dims.length > 3);
    return LIKELY[role][look] + (traced ? TRACED_TIME : 0);
  });
  const last = (roles[2] === 'time' || roles[2] === 'fixed') && known(looks[2]) && !slid;
  const timed = initial && roles.some((role) => role === 'time' || role === 'fixed');
  const odd = [
    last ? TIME_LAST : 0,
    timed ? TIMED_STATE : 0,
    slid && roles[1] === 'fixed' ? TIME_BEFORE_CHANNELS : 0,
    slid && dims.length > 3 && roles[1] === 'time' && dims[1] === 1 ? ONE_CHANNEL : 0,
    roles.join() === STATE_ROLES && !initial && !isStateName(name) && dims[0] !== 1 ? UNNAMED_STATE : 0,
  ];
  return [...each, ...odd].reduce((sum, n) => sum + n, 0);
}

/** Ways to read the axes of an input, the likeliest first. */
export function candidates(input: OnnxInput, given: readonly AxisRole[] | undefined, all: Known): AxisRole[][] {
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
    .map((roles, order) => ({ roles, rank: score(input, roles, all) - order / 100 }))
    .sort((a, b) => b.rank - a.rank)
    .map(({ roles }) => roles);
}

const RECURRENT = new Set(['LSTM', 'GRU', 'RNN', 'DynamicQuantizeLSTM']);

/** The axis of an input that is read as sequence_lens and as nothing else. */
export function rolesOfLengths({ node }: Graph): (input: OnnxInput) => readonly AxisRole[] | undefined {
  const [lengths, others] = [new Set<string>(), new Set<string>()];
  for (const { opType, input, attribute } of node) {
    input.forEach((name, index) => {
      (RECURRENT.has(opType) && index === 4 ? lengths : others).add(name);
    });
    for (const { g } of attribute) for (const inner of g?.node ?? []) for (const name of inner.input) others.add(name);
  }
  return ({ name, dims }) => (lengths.has(name) && !others.has(name) && dims.length === 1 ? ['batch'] : undefined);
}
