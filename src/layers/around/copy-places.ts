import type { Op, PlanContext, ValueBuffer } from '../layer.js';

/** Where numbers stand in memory: those of one row of a value, or of all its timesteps. */
export interface Places {
  /** Rows, or rows of the batch. */
  readonly units: number;
  /** Of those of the first unit: indices into float32. */
  readonly at: Int32Array;
  /** From one unit to the next. */
  readonly steps: Int32Array;
}

/** Numbers next to one another from which a kernel's call is quicker than to take them one by one. */
const RUN = 4;

/** Runs of `n` numbers, `rows` of them that are equally far apart, and what is from one unit to the next; all in float32. */
type Run = [from: number, apart: number, to: number, toApart: number, rows: number, n: number, step: number];

/** Copies numbers from wherever they stand into a value: long runs of them by the kernels, those that are alike at once, the others one by one. */
export function copyPlaces({ kernels, arena }: PlanContext, { units, at, steps }: Places, y: ValueBuffer): Op {
  const { features } = y;
  const row = y.stride / 4;
  const unit = (y.rows / units) * row;
  const runs: Run[] = [];
  const single = new Map<number, [from: number[], to: number[]]>();
  for (let j = 0, end = 0; j < at.length; j = end) {
    const feature = j % features;
    const to = y.address / 4 + ((j - feature) / features) * row + feature;
    const from = at[j] as number;
    const step = steps[j] as number;
    for (end = j + 1; end - j < features - feature && at[end] === from + end - j && steps[end] === step; ) end++;
    const n = end - j;
    if (n < RUN) {
      const [froms, tos] = single.get(step) ?? [[], []];
      for (let i = 0; i < n; i++) {
        froms.push(from + i);
        tos.push(to + i);
      }
      single.set(step, [froms, tos]);
      continue;
    }
    const last = runs.at(-1);
    const apart = last && (from - last[0]) / last[4];
    const toApart = last && (to - last[2]) / last[4];
    if (last?.[5] === n && last[6] === step && (last[4] === 1 || (last[1] === apart && last[3] === toApart))) {
      [last[1], last[3]] = [apart as number, toApart as number];
      last[4]++;
    } else runs.push([from, 0, to, 0, 1, n, step]);
  }
  const lists = [...single].map(([step, places]) => [step, ...places.map((list) => Int32Array.from(list))] as const);
  const calls = runs.map(([from, apart, to, toApart, rows, n, step]) => {
    // As few calls as there can be: down the rows of each unit, or the units of each row.
    const inner = [rows, 4 * apart, 4 * toApart] as const;
    const outer = [units, 4 * step, 4 * unit] as const;
    const [[times, next, toNext], [count, stride, toStride]] = units < rows ? [outer, inner] : [inner, outer];
    return (): void => {
      for (let i = 0; i < times; i++)
        kernels.copyRows(4 * from + i * next, stride, 4 * to + i * toNext, toStride, count, n);
    };
  });
  return () => {
    for (let i = 0; i < calls.length; i++) (calls[i] as () => void)();
    for (let i = 0; i < lists.length; i++) {
      const [step, from, to] = lists[i] as (typeof lists)[0];
      for (let u = 0; u < units; u++) gather(arena.f32, from as Int32Array, u * step, to as Int32Array, u * unit);
    }
  };
}

/** A function of its own, which is compiled once for all: within the closures above it takes three times as long. */
function gather(f32: Float32Array, from: Int32Array, fromShift: number, to: Int32Array, toShift: number): void {
  const { length } = from;
  for (let j = 0; j < length; j++) f32[(to[j] as number) + toShift] = f32[(from[j] as number) + fromShift] as number;
}
