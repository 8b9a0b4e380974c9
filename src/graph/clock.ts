/**
 * How many timesteps a value has, worked out from the time of the run: `floor((mul·time + add) / div)`, step after
 * step. No steps at all is the run's own time; a `mul` of 0 is a fixed number.
 */
export type Clock = readonly ClockStep[];

export interface ClockStep {
  readonly mul: number;
  readonly add: number;
  readonly div: number;
  /** The division must leave no rest. */
  readonly exact?: true;
}

export const fixed = (time: number): Clock => [{ mul: 0, add: time, div: 1 }];

/** The number of timesteps, if it is the same for every run. */
export const fixedTime = (clock: Clock | undefined): number | undefined => {
  const [step, more] = clock ?? [];
  return step && !more && step.mul === 0 ? step.add : undefined;
};

/** NaN where a rest is left that may not be. */
export const timesteps = (clock: Clock | undefined, time: number): number =>
  (clock ?? []).reduce((t, { mul, add, div, exact }) => {
    const n = (mul * t + add) / div;
    return exact && !Number.isInteger(n) ? Number.NaN : Math.floor(n);
  }, time);

/** A further step, joined to the last one where that changes nothing, so that equal clocks look alike. */
export function advance(clock: Clock | undefined, step: ClockStep): Clock | undefined {
  const steps = clock ?? [];
  const { mul, add, div, exact } = step;
  const n = fixedTime(steps);
  if (n !== undefined) return fixed(timesteps([step], n));
  if (mul === 1 && add === 0 && div === 1) return clock;
  const last = steps.at(-1);
  if (last && !last.exact && !exact) {
    const before = steps.slice(0, -1);
    const joined =
      mul === 1
        ? { mul: last.mul, add: last.add + last.div * add, div: last.div * div }
        : last.div === 1 && { mul: mul * last.mul, add: mul * last.add + add, div };
    if (joined) return advance(before, joined);
  }
  return [...steps, step];
}

export const sameClock = (a: Clock | undefined, b: Clock | undefined): boolean =>
  JSON.stringify(a ?? []) === JSON.stringify(b ?? []);
