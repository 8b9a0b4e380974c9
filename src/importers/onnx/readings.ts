import type { AxisRole } from './axes.js';
import type { OnnxInput } from './inputs.js';

// Ways to read all inputs together: which roles go with which, and which open times are one.

interface Flags {
  /** A time of the run that the file fixes. */
  readonly tracedTime: boolean;
  /** A batch of several rows that the file fixes, and an input without a batch. */
  readonly rows: boolean;
  readonly rowless: boolean;
  /** An open batch, and open sizes without one. */
  readonly openBatch: boolean;
  readonly openWithout: boolean;
}

/**
 * What the inputs read so far say of the next: a size of one name is one thing everywhere; where one input has an open batch, no other has
 * open sizes without it; of times that the file fixes, only one that all share can be the run's; and a run has one batch: where the
 * file fixes it at several rows, all inputs have them.
 */
class Agreement {
  #meaning = new Map<string, AxisRole>();
  /** Sizes of times; of more than two it is enough to know that there are two. */
  #times = new Set<number | string>();
  #flags: Flags = { tracedTime: false, rows: false, rowless: false, openBatch: false, openWithout: false };

  copy(): Agreement {
    const copy = new Agreement();
    copy.#meaning = new Map(this.#meaning);
    copy.#times = new Set(this.#times);
    copy.#flags = this.#flags;
    return copy;
  }

  /** Whether an input may be read so beside the others. */
  fits({ dims }: OnnxInput, roles: readonly AxisRole[]): boolean {
    const own = new Map<string, AxisRole>();
    for (const [axis, size] of dims.entries()) {
      const role = roles[axis] as AxisRole;
      if (typeof size !== 'string') continue;
      if ((this.#meaning.get(size) ?? own.get(size) ?? role) !== role) return false;
      own.set(size, role);
    }
    const flags = this.#flagsWith(dims, roles);
    if ((flags.rows && flags.rowless) || (flags.openBatch && flags.openWithout)) return false;
    if (!flags.tracedTime) return true;
    const more = dims.filter((_, axis) => roles[axis] === 'time' || roles[axis] === 'fixed');
    return new Set([...this.#times, ...more]).size <= 1;
  }

  /** Takes note of an input that fits. */
  add({ dims }: OnnxInput, roles: readonly AxisRole[]): void {
    this.#flags = this.#flagsWith(dims, roles);
    dims.forEach((size, axis) => {
      const role = roles[axis] as AxisRole;
      if (typeof size === 'string') this.#meaning.set(size, role);
      if ((role === 'time' || role === 'fixed') && this.#times.size < 2) this.#times.add(size);
    });
  }

  #flagsWith(dims: OnnxInput['dims'], roles: readonly AxisRole[]): Flags {
    const [flags, open] = [this.#flags, (size: number | string): boolean => typeof size === 'string'];
    const sizes = (role: AxisRole): (number | string)[] => dims.filter((_, axis) => roles[axis] === role);
    const openBatch = sizes('batch').some(open);
    return {
      tracedTime: flags.tracedTime || sizes('time').some((size) => !open(size)),
      rows: flags.rows || sizes('batch').some((size) => typeof size === 'number' && size > 1),
      rowless: flags.rowless || (dims.length > 0 && !roles.includes('batch')),
      openBatch: flags.openBatch || openBatch,
      openWithout: flags.openWithout || (!openBatch && dims.some(open)),
    };
  }
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

/** Of more inputs than this, fewer ways to read them all are followed: what is kept of each grows with their number. */
const MANY_INPUTS = 32;

/** Against one input's traced time beside another's sizes that are none: both are rather fixed. */
const UNEVEN = 10;

/** Roles of some inputs: those of the last one, and the others'. */
interface Way {
  readonly before?: Way;
  readonly roles: readonly AxisRole[];
  readonly cost: number;
  readonly agreed: Agreement;
}

/**
 * Ways to read all inputs together, the likeliest first.
 * @param each the ways to read each of them.
 * @param free whether any of them may be read beside any.
 */
export function readings(
  inputs: readonly OnnxInput[],
  each: readonly (readonly (readonly AxisRole[])[])[],
  free: boolean,
): Reading[] {
  const most = Math.max(1, Math.min(MOST_ROLES, Math.floor((MOST_ROLES * MANY_INPUTS) / inputs.length)));
  let all: Way[] = [{ roles: [], cost: 0, agreed: new Agreement() }];
  each.forEach((ways, index) => {
    const input = inputs[index] as OnnxInput;
    const next = all
      .flatMap((before) => ways.map((roles, order) => ({ before, roles, cost: before.cost + order })))
      .filter(({ before, roles }) => free || before.agreed.fits(input, roles))
      .sort((a, b) => a.cost - b.cost)
      .slice(0, most);
    all = next.map((way) => {
      // The only way goes on with what is known of the others.
      const agreed = most === 1 ? way.before.agreed : way.before.agreed.copy();
      agreed.add(input, way.roles);
      return { ...way, agreed };
    });
  });
  return all
    .map((way) => ({ roles: rolesOf(way), cost: way.cost }))
    .map(({ roles, cost }) => ({ roles, cost: cost + (isUneven(inputs, roles) ? UNEVEN : 0) }))
    .sort((a, b) => a.cost - b.cost)
    .flatMap(({ roles }) => clocksOf(inputs, roles).map((clocks) => ({ roles, clocks })))
    .slice(0, MOST_TRIES);
}

/** Of every input, in order. */
function rolesOf(last: Way): (readonly AxisRole[])[] {
  const roles: (readonly AxisRole[])[] = [];
  for (let way = last; way.before; way = way.before) roles.push(way.roles);
  return roles.reverse();
}

function isUneven(inputs: readonly OnnxInput[], roles: readonly (readonly AxisRole[])[]): boolean {
  const traced = new Set(
    inputs.flatMap(({ dims }, index) =>
      dims.filter((size, axis) => roles[index]?.[axis] === 'time' && typeof size === 'number'),
    ),
  );
  return inputs.some(({ dims, initial }, index) => {
    const sizes = dims.filter((size, axis) => roles[index]?.[axis] === 'features' && size !== 1);
    return (
      traced.size > 0 && !initial && dims.length === 3 && sizes.length > 1 && sizes.every((size) => !traced.has(size))
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
