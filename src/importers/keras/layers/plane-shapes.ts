import { show } from '../../formats/json.js';
import { turned } from '../../formats/matrix.js';
import { refuse } from '../../shared/refuse.js';
import { type Build, type Flow, fixedSteps, shaped } from '../build.js';
import type { Stored } from '../files/stored.js';
import { sameInEveryRun } from '../times.js';
import { after, type Call, type Layer, only } from './layer.js';
import { joinedFeatures, joinedTime, MERGING } from './merging.js';
import { asPlane, flowOf, type Plane, plane } from './plane.js';

/** The last axis alone: a convolution whose kernel is one place. */
const dense: Layer = (call) => {
  const { build, config, entry, name, arrays } = call;
  const x = plane(call);
  const { channels } = x;
  const filters = config.size('units');
  const bias = config.flag('use_bias', true);
  const [kernel, b] = arrays as [Stored, Stored | undefined];
  shaped(config.where, kernel, [channels, filters]);
  const weight = build.tensor(
    kernel,
    `${entry.name}.weight`,
    [filters, 1, 1, channels],
    'transposed: one row per output',
    (data) => turned(data, channels, filters),
  );
  if (b) shaped(config.where, b, [filters]);
  const tensors = {
    weight,
    ...(bias && b && { bias: build.tensor(b, `${entry.name}.bias`, [filters], 'one per output') }),
  };
  const node = { type: 'conv2d', inputs: [x.name], channels, filters, kernelSize: [1, 1], tensors } as const;
  return after(call, flowOf(x, build.add(node, name), [x.frequencies, filters]));
};

/** The axes of each row in another order. @param sizes of the row's axes. */
export const rearranged = (
  build: Build,
  of: string,
  shape: readonly number[],
  order: readonly number[],
  wanted: string,
): string => build.add({ type: 'rearrange', inputs: [of], shape, order }, wanted);

/** Values with as many frequencies and channels, or all but one of these: nothing is stretched. */
function alike(call: Call, but?: 'frequencies' | 'channels'): readonly Plane[] {
  const { where } = call.config;
  const planes = call.inputs.map((x) => asPlane(where, x));
  const [first] = planes as [Plane];
  for (const key of ['frequencies', 'channels'] as const)
    for (const x of planes)
      if (key !== but && x[key] !== first[key])
        refuse(where, `different numbers of ${key}`, `${first[key]}`, `${x[key]}`);
  return planes;
}

const merge =
  (className: string): Layer =>
  (call) => {
    alike(call);
    return (MERGING[className] as Layer)(call);
  };

const concatenate: Layer = (call) => {
  const { build, config, name } = call;
  const raw = config.raw('axis') ?? -1;
  const axis = typeof raw === 'number' && raw < 0 ? raw + 4 : raw;
  if (axis === 1) return [joinedTime(build, config.where, alike(call), name)];
  if (axis === 2) {
    const planes = alike(call, 'frequencies');
    const frequencies = planes.reduce((sum, x) => sum + x.frequencies, 0);
    return [{ ...joinedFeatures(build, config.where, planes, name), frequencies }];
  }
  if (axis !== 3) refuse(config.where, 'axis is not honoured', '1, 2 or 3', show(raw));
  return joinedChannels(call);
};

/** The channels of each frequency one after another: as [channels][frequency] values stand so. */
export function joinedChannels(call: Call): Flow[] {
  const { build, config, name } = call;
  const planes = alike(call, 'channels');
  const frequencies = (planes[0] as Plane).frequencies;
  const turnedRound = planes.map((x, index) => ({
    ...x,
    name: rearranged(build, x.name, [frequencies, x.channels], [1, 0], `${name}.${index}`),
  }));
  const joined = joinedFeatures(build, config.where, turnedRound, `${name}.joined`);
  const channels = joined.features / frequencies;
  return [{ ...joined, frequencies, name: rearranged(build, joined.name, [channels, frequencies], [1, 0], name) }];
}

/** Which sizes `target_shape` means of a value with so many numbers; undefined: it keeps the timesteps, and there are these behind them. */
export const reshapePlane: Layer = (call) => {
  const { build, config, name } = call;
  const x = build.unmasked(only(call));
  const raw = config.raw('target_shape');
  const target = Array.isArray(raw) ? (raw as number[]) : [];
  const unfit = (): never =>
    refuse(config.where, 'target_shape is not honoured', `up to four sizes that hold what there is`, show(raw));
  if (target.length < 1 || target.length > 4 || target.some((n) => !Number.isSafeInteger(n) || (n < 1 && n !== -1)))
    unfit();
  const [first, ...rest] = target as [number, ...number[]];
  const row = rest.reduce((product, n) => product * n, 1);
  const steps = x.time && build.times.stepsOf(x.time);
  // Each timestep as it is, its row seen otherwise.
  if (rest.length > 0 && x.time && row === x.features && (first === -1 || first === steps))
    return [{ ...x, name: build.add({ type: 'dropout', inputs: [x.name] }, name), ...seenAs(rest) }];
  if (rest.length > 0 && x.time && first === steps && rest.includes(-1)) {
    const known = rest.reduce((product, n) => (n === -1 ? product : product * n), 1);
    if (rest.filter((n) => n === -1).length > 1 || x.features % known !== 0) unfit();
    const sizes = rest.map((n) => (n === -1 ? x.features / known : n));
    return [{ ...x, name: build.add({ type: 'dropout', inputs: [x.name] }, name), ...seenAs(sizes) }];
  }
  const total = fixedSteps(config.where, x, build) * x.features;
  const known = target.reduce((product, n) => (n === -1 ? product : product * n), 1);
  const sizes = target.map((n) => (n === -1 ? total / known : n)) as [number, ...number[]];
  if (target.filter((n) => n === -1).length > 1 || sizes.reduce((a, b) => a * b, 1) !== total) unfit();
  const [time, ...behind] = sizes;
  if (behind.length === 0)
    return [
      { name: build.add({ type: 'reshape', inputs: [x.name], shape: [total] }, name), kind: 'vector', features: total },
    ];
  const made = build.add({ type: 'reshape', inputs: [x.name], shape: [time, total / time] }, name);
  return [{ name: made, kind: 'sequence', features: total / time, time: sameInEveryRun(time), ...seenAs(behind) }];
};

/** Of the axes of a row: its frequencies and channels, or rows, columns and channels. */
const seenAs = (sizes: readonly number[]): { rows: number | undefined; frequencies: number | undefined } => ({
  rows: sizes.length > 2 ? sizes[0] : undefined,
  frequencies: sizes.length > 1 ? sizes.slice(0, -1).reduce((product, n) => product * n, 1) : undefined,
});

/** Each frame's numbers under other axes, as TimeDistributed does it. */
export const reshapeFrames: Layer = (call) => {
  const { build, config, name } = call;
  const x = build.unmasked(only(call));
  const raw = config.raw('target_shape');
  const target = Array.isArray(raw) ? (raw as number[]) : [];
  const known = target.reduce((product, n) => (n === -1 ? product : product * n), 1);
  const sizes = target.map((n) => (n === -1 ? x.features / known : n));
  const fits =
    sizes.length >= 1 &&
    sizes.length <= 3 &&
    sizes.every((n) => Number.isSafeInteger(n) && n > 0) &&
    sizes.reduce((product, n) => product * n, 1) === x.features;
  if (!fits)
    refuse(config.where, 'target_shape is not honoured', `up to three sizes of ${x.features} numbers`, show(raw));
  return [{ ...x, name: build.add({ type: 'dropout', inputs: [x.name] }, name), ...seenAs(sizes) }];
};

/** Timesteps that change places with another axis must be known; the others may be as many as a run has. */
const permute: Layer = (call) => {
  const { build, config, name } = call;
  const x = plane(call);
  const dims = config.raw('dims');
  const order = Array.isArray(dims) ? dims.map((axis) => axis - 1) : [];
  if (`${[...order].sort()}` !== '0,1,2')
    refuse(config.where, 'dims is not honoured', 'each of 1, 2 and 3 once', show(dims));
  return [permuted(build, config.where, x, order, name)];
};

/** The axes of a value behind the batch in another order: axis i of the result is axis `order[i]`. @throws {ImportError} the time is open, and moves. */
export function permuted(build: Build, where: string, given: Flow, order: readonly number[], name: string): Flow {
  const x = asPlane(where, given);
  const row = [x.frequencies, x.channels] as const;
  if (order[0] === 0) {
    if (order[1] === 1) return x;
    return flowOf(x, rearranged(build, x.name, row, [1, 0], name), [x.channels, x.frequencies]);
  }
  const time = fixedSteps(where, x, build);
  const shape = [time, ...row];
  const flat = build.add({ type: 'reshape', inputs: [x.name], shape: [time * x.features] }, `${name}.flat`);
  const [steps, frequencies, channels] = order.map((axis) => shape[axis]) as [number, number, number];
  const moved = rearranged(build, flat, shape, order, `${name}.moved`);
  const made = build.add({ type: 'reshape', inputs: [moved], shape: [steps, frequencies * channels] }, name);
  return flowOf({ ...x, time: sameInEveryRun(steps) }, made, [frequencies, channels]);
}

/** Each frame's numbers in a row, as TimeDistributed makes it. */
export const flattenFrames: Layer = (call) => {
  const x = plane(call);
  return [flowOf(x, call.build.add({ type: 'dropout', inputs: [x.name] }, call.name), [undefined, x.features])];
};

export const PLANE_SHAPES: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
  Dense: dense,
  Concatenate: concatenate,
  Reshape: reshapePlane,
  Permute: permute,
  ...Object.fromEntries(
    ['Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum'].map((className) => [className, merge(className)]),
  ),
};
