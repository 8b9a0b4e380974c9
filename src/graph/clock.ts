import { badSpec } from '../refuse.js';

/**
 * How many timesteps a value has, worked out from the time of the run: `floor((mul·time + add) / div)`, step after
 * step. No steps at all is the run's own time; a `mul` of 0 is a fixed number; a first step that is `open` is an open time of its
 * own, which inputs of that name bring.
 */
export type Clock = readonly ClockStep[];

export interface ClockStep {
  readonly mul: number;
  readonly add: number;
  readonly div: number;
  /** The division must leave no rest. */
  readonly exact?: true;
  /** The name of an open time: what went before does not matter. */
  readonly open?: string;
}

/** What strides and factors one after another may make of a time: each value has the steps of all before it. */
const MOST_STEPS = 1000;

/** Timesteps of a run: its own, and of each open time by name; without names all are alike. */
export interface Times {
  readonly time: number;
  readonly times?: Readonly<Record<string, number>> | undefined;
}

export const fixed = (time: number): Clock => [{ mul: 0, add: time, div: 1 }];

export const openTime = (name: string): Clock => [{ mul: 1, add: 0, div: 1, open: name }];

/** The number of timesteps, if it is the same for every run. */
export const fixedTime = (clock: Clock | undefined): number | undefined => {
  const [step, more] = clock ?? [];
  return step && !more && step.mul === 0 ? step.add : undefined;
};

/** The name of the open time that a clock goes by, if it is not the run's own. */
export const openName = (clock: Clock | undefined): string | undefined => clock?.[0]?.open;

/** Whether a clock is an input's own time as it is: the run's, or an open one. */
export const isInputTime = (clock: Clock | undefined): boolean => !clock || (!clock[1] && !!openName(clock));

/** Whether a value's timesteps are those of the run, or made from them, so that a stream sees them one by one. */
export const flows = ({ kind, time }: { readonly kind: string; readonly time?: Clock | undefined }): boolean =>
  kind === 'sequence' && fixedTime(time) === undefined;

/** NaN where a rest is left that may not be. */
export const timesteps = (clock: Clock | undefined, { time, times }: Times): number =>
  (clock ?? []).reduce((before, { mul, add, div, exact, open }) => {
    const t = open === undefined ? before : times ? (times[open] ?? Number.NaN) : time;
    const n = (mul * t + add) / div;
    return exact && !Number.isInteger(n) ? Number.NaN : Math.floor(n);
  }, time);

/** A further step, joined to the last one where that changes nothing, so that equal clocks look alike. */
export function advance(clock: Clock | undefined, step: ClockStep): Clock | undefined {
  const steps = clock ?? [];
  const { mul, add, div, exact } = step;
  const n = fixedTime(steps);
  if (n !== undefined) return fixed(timesteps([step], { time: n }));
  if (mul === 1 && add === 0 && div === 1) return clock;
  const last = steps.at(-1);
  if (last && !last.exact && !exact && last.open === undefined) {
    const before = steps.slice(0, -1);
    const joined =
      mul === 1
        ? { mul: last.mul, add: last.add + last.div * add, div: last.div * div }
        : last.div === 1 && { mul: mul * last.mul, add: mul * last.add + add, div };
    if (joined) return advance(before.length > 0 ? before : undefined, joined);
  }
  if (steps.length >= MOST_STEPS) badSpec(undefined, 'a time of too many steps', `at most ${MOST_STEPS}`);
  return [...steps, step];
}

export const sameClock = (a: Clock | undefined, b: Clock | undefined): boolean =>
  JSON.stringify(a ?? []) === JSON.stringify(b ?? []);

/** A clock as text: `time`, a number, an open time's name, or a formula of these. */
export function clockText(clock: Clock | undefined): string {
  return (clock ?? []).reduce((before, { mul, add, div, open }) => {
    if (open !== undefined) return open;
    if (mul === 0) return `${Math.floor(add / div)}`;
    const product = mul === 1 ? before : `${mul}·${/\W/.test(before) ? `(${before})` : before}`;
    const sum = add === 0 ? product : `${product} ${add < 0 ? '-' : '+'} ${Math.abs(add)}`;
    return div === 1 ? sum : `floor(${/ /.test(sum) ? `(${sum})` : sum} / ${div})`;
  }, 'time');
}
