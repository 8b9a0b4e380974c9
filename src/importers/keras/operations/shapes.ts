import { show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import { type Build, type Flow, fixedSteps } from '../build.js';
import { joinedFeatures, joinedTime } from '../layers/merging.js';
import { advanced, sameInEveryRun } from '../times.js';
import type { Arguments } from './arguments.js';
import { asBare, axesOf, notBare, roleOf } from './axes.js';
import type { Operation } from './operation.js';

/** Numbers of one row in another shape: `[features]`, or `[time, features]`. */
function reshaped(build: Build, name: string, x: Flow, ...shape: [number] | [number, number]): Flow {
  const made = build.add({ type: 'reshape', inputs: [x.name], shape }, name);
  return shape.length === 1
    ? { name: made, kind: 'vector', features: shape[0] }
    : { name: made, kind: 'sequence', features: shape[1], time: sameInEveryRun(shape[0]) };
}

/** A new axis of one before number `axis` of those that there are then. */
export function expandDims(args: Arguments, x: Flow, axis: unknown): Flow {
  const axes = axesOf(x);
  const place = typeof axis === 'number' && axis < 0 ? axis + axes.length + 1 : axis;
  const unfit = (): never =>
    refuse(args.where, 'axis is not honoured', 'an axis that leaves (batch, time, features)', show(axis));
  if (typeof place !== 'number' || place < 1 || place > axes.length) return unfit();
  if (place === axes.length && x.bare) return notBare(x);
  const rows = (time: number, features: number): Flow => reshaped(args.build, args.name, x, time, features);
  if (x.kind === 'vector' && !x.bare) return place === 1 ? rows(1, x.features) : rows(x.features, 1);
  // (batch, time) with an axis in front: the timesteps become features.
  return x.bare && place === 1 ? rows(1, fixedSteps(args.where, x, args.build)) : unfit();
}

const squeeze: Operation = (args) => {
  const x = args.value();
  const axis = args.setting('axis') ?? args.setting('squeeze_dims');
  args.finish(1);
  const single = (role: string): boolean =>
    role === 'features'
      ? x.features === 1
      : role === 'time' && x.time !== undefined && args.build.times.stepsOf(x.time) === 1;
  const roles =
    axis === undefined
      ? axesOf(x).filter(single)
      : (Array.isArray(axis) ? axis : [axis]).map((number) => roleOf(args.where, x, number));
  if (!roles.every(single)) refuse(args.where, 'axis is not honoured', 'axes of one', show(axis));
  let y: Flow = roles.includes('features') ? asBare(x) : x;
  if (roles.includes('time')) {
    fixedSteps(args.where, x, args.build);
    y = { ...reshaped(args.build, args.name, x, x.features), ...(y.bare && { bare: true }) };
  }
  return [y];
};

const reshape: Operation = (args) => {
  const { build, where } = args;
  const x = args.value();
  const shape = args.setting('newshape') ?? args.setting('shape', 1);
  args.finish(2);
  const unfit = (): never =>
    refuse(
      where,
      'a shape that is not honoured',
      '(-1, features) or (-1, time, features) of as many numbers',
      show(shape),
    );
  if (!Array.isArray(shape) || (shape[0] !== -1 && shape[0] !== null)) return unfit();
  const sizes = shape.slice(1);
  if (sizes.length > 2 || !sizes.every((size) => Number.isSafeInteger(size) && size > 0)) return unfit();
  const total = fixedSteps(where, x, build) * x.features;
  if (sizes.reduce((product: number, size: number) => product * size, 1) !== total) return unfit();
  if (sizes.length === 0) return [asBare(reshaped(build, args.name, x, 1))];
  return [reshaped(build, args.name, x, ...(sizes as [number] | [number, number]))];
};

const transpose: Operation = (args) => {
  const x = args.value();
  const axes = args.setting('axes') ?? args.setting('perm');
  args.setting('conjugate');
  args.finish(1);
  const order = `${axes}`;
  if (
    order ===
    axesOf(x)
      .map((_, axis) => axis)
      .join()
  )
    return [x];
  if (order !== '0,2,1' || axesOf(x).length !== 3)
    refuse(args.where, 'axes are not honoured', '(0, 2, 1) of three', show(axes));
  return [turned(args.build, args.where, x, args.name)];
};

function turned(build: Build, where: string, x: Flow, name: string): Flow {
  const steps = fixedSteps(where, x, build);
  const made = build.add({ type: 'transpose', inputs: [x.name] }, name);
  return { name: made, kind: 'sequence', features: steps, time: sameInEveryRun(x.features) };
}

const concatenate: Operation = (args) => {
  const { build, name, where } = args;
  const list = args.list();
  const [first] = list as [Flow];
  const axis = args.setting('axis') ?? -1;
  args.finish(1);
  const forms = new Set(list.map((x) => axesOf(x).join(', ')));
  if (forms.size > 1) refuse(where, 'values of different axes', 'the same axes', [...forms].join(' and '));
  if (list.length === 1) return [first];
  const role = roleOf(where, first, axis);
  return [role === 'features' ? joinedFeatures(build, where, list, name) : joinedTime(build, where, list, name)];
};

/** Values one beside another along a new axis. */
const stack: Operation = (args) => {
  const { build, name, where } = args;
  const list = args.list();
  const [first] = list as [Flow];
  const axes = axesOf(first);
  const axis = args.number('axis', 0);
  args.finish(1);
  const place = axis < 0 ? axis + axes.length + 1 : axis;
  const alike = list.every((x) => axesOf(x).join() === axes.join() && x.features === first.features);
  if (!alike || place < 1 || axes.length === 3)
    refuse(where, 'axis is not honoured', 'one behind the batch, of values of one shape', show(axis));
  const joined = list.length === 1 ? first : joinedFeatures(build, where, list, `${name}.joined`);
  // Each has one feature without an axis, which the new one becomes.
  if (first.bare && place === axes.length) return [notBare(joined)];
  if (first.bare) return [turned(build, where, notBare(joined), name)];
  const rows = reshaped(build, place === 1 ? name : `${name}.rows`, joined, list.length, first.features);
  return [place === 1 ? rows : turned(build, where, rows, name)];
};

/** Each timestep several times over. */
const repeat: Operation = (args) => {
  const x = args.value();
  const count = args.number('repeats', undefined, 1);
  if (roleOf(args.where, x, args.setting('axis')) !== 'time' || !x.time || count < 1)
    return refuse(args.where, 'axis is not honoured', 'the timesteps', show(args.setting('axis')));
  args.finish(2);
  const name = args.build.add({ type: 'repeat', inputs: [x.name], count }, args.name);
  return [{ ...x, name, time: advanced(x.time, { mul: count, add: 0, div: 1 }) }];
};

/** The whole several times over: of a single timestep, what `repeat` does. */
const tile: Operation = (args) => {
  const x = args.value();
  const written = args.setting('repeats') ?? args.setting('multiples', 1);
  args.finish(2);
  const [batch, count, features] = Array.isArray(written) ? written : [];
  if (
    batch !== 1 ||
    !Number.isSafeInteger(count) ||
    count < 1 ||
    features !== 1 ||
    !x.time ||
    args.build.times.stepsOf(x.time) !== 1
  )
    return refuse(args.where, 'repeats are not honoured', '(1, count, 1) of a single timestep', show(written));
  fixedSteps(args.where, x, args.build);
  const name = args.build.add({ type: 'repeat', inputs: [x.name], count }, args.name);
  return [{ ...x, name, time: sameInEveryRun(count) }];
};

const flip: Operation = (args) => {
  const x = args.value();
  const axis = args.setting('axis');
  args.finish(1);
  if (roleOf(args.where, x, Array.isArray(axis) && axis.length === 1 ? axis[0] : axis) !== 'time')
    refuse(args.where, 'axis is not honoured', 'the timesteps', show(axis));
  return [{ ...x, name: args.build.add({ type: 'reverse', inputs: [x.name] }, args.name) }];
};

/** The product of two sequences row by row of the batch. */
const matmul: Operation = (args) => {
  const { build, name, where } = args;
  const [a, b] = [args.operand(0), args.operand(1, 'b')];
  const transposeB = args.flag('transpose_b');
  for (const key of ['transpose_a', 'adjoint_a', 'adjoint_b'])
    if (args.flag(key)) refuse(where, `${key} is not honoured`, 'false', 'true');
  args.finish(2);
  if ('data' in a || 'data' in b || a.kind === 'vector' || b.kind === 'vector' || a.bare || b.bare)
    return refuse(where, 'a product that is not honoured', 'two values of (batch, time, features)');
  const rows = fixedSteps(where, b, build);
  const inner = transposeB ? b.features : rows;
  if (a.features !== inner) refuse(where, 'sizes that do not fit', `${a.features}`, `${inner}`);
  const made = build.add({ type: 'matmul', inputs: [a.name, b.name], transposeB }, name);
  return [{ ...a, name: made, features: transposeB ? rows : b.features }];
};

export const SHAPING: Readonly<Record<string, Operation>> = {
  __proto__: null as never,
  ExpandDims: (args) => {
    const y = expandDims(args, args.value(), args.setting('axis'));
    args.finish(1);
    return [y];
  },
  Squeeze: squeeze,
  Reshape: reshape,
  Transpose: transpose,
  Concatenate: concatenate,
  Stack: stack,
  Repeat: repeat,
  Tile: tile,
  Flip: flip,
  Matmul: matmul,
};
