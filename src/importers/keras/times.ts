import { advance, type Clock, type ClockStep, fixed, fixedTime, sameClock, timesteps } from '../../graph/clock.js';
import { refuse } from '../shared/refuse.js';

/** How many timesteps a value has: those of an input or a number made from them, or the same number in every run. */
export interface Time {
  /** The input; undefined: the clock is a fixed number. */
  readonly input?: string;
  readonly clock: Clock | undefined;
}

export const sameInEveryRun = (time: number): Time => ({ clock: fixed(time) });

/** What windows, strides and padding make of a time. */
export function advanced({ input, clock }: Time, step: ClockStep): Time {
  const after = advance(clock, step);
  return input === undefined ? { clock: after } : { input, clock: after };
}

/** Inputs whose times the graph demands to be equal. */
interface Group {
  readonly inputs: string[];
  /** Timesteps that the file states. */
  stated: number | undefined;
  /** Whether every run has that many: a layer needs to know it. */
  fixed: boolean;
}

/**
 * The times of a model's inputs. Whatever a file states of them, they are left open as long as no layer needs a number, and apart
 * as long as no layer needs them to be equal.
 */
export class Times {
  readonly #groups = new Map<string, Group>();

  /** @param stated timesteps that the file states. */
  input(input: string, stated: number | undefined): Time {
    this.#groups.set(input, { inputs: [input], stated, fixed: false });
    return { input, clock: undefined };
  }

  /** The number of timesteps; undefined if the file leaves it open. */
  stepsOf({ input, clock }: Time): number | undefined {
    if (input === undefined) return fixedTime(clock);
    const { stated } = this.#groups.get(input) as Group;
    return stated === undefined ? undefined : timesteps(clock, { time: stated });
  }

  /** The number of timesteps, which is that of every run from now on. @throws {ImportError} the file leaves it open. */
  fix(where: string, time: Time): number {
    const steps = this.stepsOf(time);
    if (steps === undefined)
      return refuse(where, 'needs a known number of timesteps', 'an input shape with its time', 'None');
    if (time.input !== undefined) (this.#groups.get(time.input) as Group).fixed = true;
    return steps;
  }

  /** Two values must have as many timesteps. @throws {ImportError} they cannot. */
  join(where: string, a: Time, b: Time): Time {
    if (sameClock(a.clock, b.clock) && this.#unite(a.input, b.input)) return a;
    for (const [own, other] of [
      [a, b],
      [b, a],
    ] as const) {
      if (own.input === undefined || own.clock !== undefined) continue;
      const group = this.#groups.get(own.input) as Group;
      group.stated ??= this.stepsOf(other);
    }
    const [left, right] = [this.fix(where, a), this.fix(where, b)];
    if (left !== right) refuse(where, 'different numbers of timesteps', `${left}`, `${right}`);
    return a;
  }

  /** @returns whether two inputs have one time from now on. */
  #unite(a: string | undefined, b: string | undefined): boolean {
    if (a === b) return true;
    if (a === undefined || b === undefined) return false;
    let [kept, other] = [this.#groups.get(a) as Group, this.#groups.get(b) as Group];
    if (kept === other) return true;
    // The smaller joins the larger: many inputs one after another would take the square of their number.
    if (kept.inputs.length < other.inputs.length) [kept, other] = [other, kept];
    if (kept.stated !== undefined && other.stated !== undefined && kept.stated !== other.stated) return false;
    kept.stated ??= other.stated;
    kept.fixed ||= other.fixed;
    for (const input of other.inputs) {
      kept.inputs.push(input);
      this.#groups.set(input, kept);
    }
    return true;
  }

  /**
   * What the spec says of each input's time: a number; the name of a clock of its own; nothing for the time of the run. Inputs for
   * which the file states the same number share a clock, even where nothing demands it.
   */
  resolve(): Map<string, number | string | undefined> {
    const clocks = new Map<number | Group, string | undefined>();
    const resolved = new Map<string, number | string | undefined>();
    for (const [input, group] of this.#groups) {
      const key = group.stated ?? group;
      if (!group.fixed && !clocks.has(key)) clocks.set(key, clocks.size === 0 ? undefined : input);
      resolved.set(input, group.fixed ? group.stated : clocks.get(key));
    }
    return resolved;
  }
}
