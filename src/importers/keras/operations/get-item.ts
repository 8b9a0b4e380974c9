import { isObject, show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import type { Flow } from '../build.js';
import { advanced, sameInEveryRun, type Time } from '../times.js';
import type { Arguments } from './arguments.js';
import { asBare, axesOf } from './axes.js';
import type { Operation } from './operation.js';
import { expandDims } from './shapes.js';

interface Range {
  readonly start: number | null;
  readonly stop: number | null;
  readonly step: number;
}
const ALL: Range = { start: null, stop: null, step: 1 };

/** `y[…]`: a number or a range along each axis behind the batch, `…`, new axes. */
export const getItem: Operation = (args) => {
  const x = args.value();
  const key = args.setting('slice_spec', 1);
  args.finish(2);
  const written = Array.isArray(key) ? key : [key];
  const axes = axesOf(x);
  const items = fill(written, axes.length);
  const unfit = (): never =>
    refuse(args.where, 'an index that is not honoured', 'numbers and ranges behind the batch', show(written));
  const plain = items.filter((item) => item !== null);
  if (plain.length > axes.length || !isAll(plain[0])) unfit();
  let y = x;
  // From the last axis on, so that those before it stay where they are.
  for (let axis = axes.length - 1; axis > 0; axis--) {
    const item = plain[axis] ?? ALL;
    if (isAll(item)) continue;
    if (typeof item === 'number' && Number.isSafeInteger(item))
      y = axes[axis] === 'time' ? timestep(args, y, item) : feature(args, y, item);
    else y = range(args, y, axes[axis] === 'time' ? 'time' : 'features', rangeOf(item) ?? unfit());
  }
  // Numbers take their axes away; a new axis counts among those that are left.
  const left = items.filter((item) => item === null || typeof item !== 'number');
  left.forEach((item, axis) => {
    if (item === null) y = expandDims(args, y, axis);
  });
  return [y];
};

/** An item for every axis, `…` filled up; null for a new axis. */
function fill(written: readonly unknown[], axes: number): unknown[] {
  const isEllipsis = (item: unknown): boolean => isObject(item) && item.class_name === '__ellipsis__';
  const given = written.filter((item) => item !== null && !isEllipsis(item)).length;
  const missing = Array.from({ length: Math.max(0, axes - given) }, () => ALL);
  const at = written.findIndex(isEllipsis);
  return at < 0 ? [...written, ...missing] : [...written.slice(0, at), ...missing, ...written.slice(at + 1)];
}

function rangeOf(item: unknown): Range | undefined {
  const own = isObject(item) && isObject(item.config) && item.class_name === '__slice__' ? item.config : item;
  if (!isObject(own)) return undefined;
  const { start = null, stop = null, step } = own;
  const whole = (value: unknown): value is number | null => value === null || Number.isSafeInteger(value);
  const stride = step ?? 1;
  return whole(start) && whole(stop) && Number.isSafeInteger(stride) && stride !== 0
    ? { start, stop, step: stride as number }
    : undefined;
}

const isAll = (item: unknown): boolean => {
  const range = rangeOf(item);
  return range?.start === null && range.stop === null && range.step === 1;
};

function timestep({ build, name, where }: Arguments, x: Flow, index: number): Flow {
  const steps = x.time && build.times.stepsOf(x.time);
  if (steps !== undefined && (index >= steps || index < -steps))
    refuse(where, 'an index beyond the end', `${-steps} to ${steps - 1}`, `${index}`);
  const { features, bare } = x;
  return {
    name: build.add({ type: 'timestep', inputs: [x.name], index }, name),
    kind: 'vector',
    features,
    ...(bare && { bare }),
  };
}

function feature(args: Arguments, x: Flow, index: number): Flow {
  const from = index < 0 ? index + x.features : index;
  if (from < 0 || from >= x.features)
    refuse(args.where, 'an index beyond the end', `${-x.features} to ${x.features - 1}`, `${index}`);
  return asBare(range(args, x, 'features', { start: from, stop: from + 1, step: 1 }));
}

function range(
  { build, name, where }: Arguments,
  x: Flow,
  axis: 'time' | 'features',
  { start, stop, step }: Range,
): Flow {
  const { times } = build;
  const slice = (from: number, more: { count: number } | { drop: number }): string =>
    build.add({ type: 'slice', inputs: [x.name], axis, start: from, step, ...more }, name);
  if (axis === 'time' && step === -1 && start === null && stop === null)
    return { ...x, name: build.add({ type: 'reverse', inputs: [x.name] }, name) };
  if (step < 1) return refuse(where, 'an index that is not honoured', 'a step of at least 1', `${step}`);
  const open = axis === 'time' && x.time?.input !== undefined ? x.time : undefined;
  if (open && (stop ?? -1) < 0) {
    const [from, drop] = [start ?? 0, -(stop ?? 0)];
    // From the end there are -start timesteps, however many there are before.
    if (from < 0 && from + drop < 0)
      return { ...x, time: sameInEveryRun(Math.ceil((-from - drop) / step)), name: slice(from, { drop }) };
    if (from >= 0)
      return {
        ...x,
        time: advanced(open, { mul: 1, add: step - 1 - from - drop, div: step }),
        name: slice(from, { drop }),
      };
  }
  const [begin, end] = [start ?? 0, stop ?? 0];
  // A run with fewer timesteps than that is refused.
  if (open && begin >= 0 && end > begin && end <= (times.stepsOf(open) ?? end)) {
    const count = Math.ceil((end - begin) / step);
    return { ...x, time: sameInEveryRun(count), name: slice(begin, { count }) };
  }
  const length =
    axis === 'features' ? x.features : open ? times.fix(where, open) : (times.stepsOf(x.time as Time) as number);
  const within = (n: number): number => Math.min(length, Math.max(0, n < 0 ? n + length : n));
  const [from, to] = [within(start ?? 0), within(stop ?? length)];
  const count = Math.ceil((to - from) / step);
  if (count < 1) refuse(where, 'an index that leaves nothing', `within ${length}`, `${start ?? ''}:${stop ?? ''}`);
  const made = slice(from, { count });
  return axis === 'features'
    ? { ...x, name: made, features: count }
    : { ...x, name: made, time: sameInEveryRun(count) };
}
