import type { AxisRole } from './axes.js';
import type { OnnxInput } from './inputs.js';

// Ways to read all inputs together: which roles go with which, and which open times are one.

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
  // A run has one batch: where the file fixes it at several rows, all inputs have them.
  const rows = sizes('batch').some((size) => typeof size === 'number' && size > 1);
  if (rows && told.some(({ dims }, index) => dims.length > 0 && !roles[index]?.includes('batch'))) return false;
  const batched = told.map(({ dims }, index) =>
    dims.some((size, axis) => open(size) && roles[index]?.[axis] === 'batch'),
  );
  return !batched.includes(true) || told.every(({ dims }, index) => batched[index] || !dims.some(open));
}

/** One way to read all inputs. */
export interface Reading {
  /** Of each input, the roles of its axes. */
  readonly roles: readonly (readonly AxisRole[])[];
  readonly clocks: Clocks;
}

/** Roles of all inputs together that are tried, and those with all their clocks, before the first one's error is reported. */
const MOST_ROLES = 48;
const MOST_TRIES = 144;

/** Against one input's traced time beside another's sizes that are none: both are rather fixed. */
const UNEVEN = 10;

/** Ways to read all inputs together, the likeliest first. @param each the ways to read each of them. */
export function readings(
  inputs: readonly OnnxInput[],
  each: readonly (readonly AxisRole[][])[],
  agreed: (roles: readonly AxisRole[][]) => boolean,
): Reading[] {
  let all: { roles: AxisRole[][]; cost: number }[] = [{ roles: [], cost: 0 }];
  for (const ways of each) {
    all = all
      .flatMap(({ roles, cost }) => ways.map((way, order) => ({ roles: [...roles, way], cost: cost + order })))
      .filter(({ roles }) => agreed(roles))
      .sort((a, b) => a.cost - b.cost)
      .slice(0, MOST_ROLES);
  }
  const cost = (way: (typeof all)[0]): number => way.cost + (isUneven(inputs, way.roles) ? UNEVEN : 0);
  return all
    .sort((a, b) => cost(a) - cost(b))
    .flatMap(({ roles }) => clocksOf(inputs, roles).map((clocks) => ({ roles, clocks })))
    .slice(0, MOST_TRIES);
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

/** Open times by the names of their sizes, with the clock of each: undefined is the run's, another is named after its first input. */
export type Clocks = ReadonlyMap<string, string | undefined>;

/** Of more open times than this, they are all one or all different. */
const MOST_TIMES = 3;

/**
 * The ways in which open times of different names may be the same, the least first: what the graph does with them decides, since a
 * joint use of two that differ is refused.
 */
function clocksOf(inputs: readonly OnnxInput[], roles: readonly (readonly AxisRole[])[]): Clocks[] {
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
