import type { InputSpec } from '../../spec.js';
import { refuse } from '../shared/refuse.js';
import type { AxisRole } from './axes.js';
import type { Context } from './context.js';
import type { Scope } from './environment.js';
import type { OnnxFile } from './file.js';
import type { OnnxInput } from './inputs.js';
import { isSym, type Num, symbol } from './num.js';
import type { Clocks } from './readings.js';
import { isFloatType, typeName } from './tensor.js';
import { type Atom, constant, count, INT64, type Item } from './value.js';

// What the names of the graph's inputs stand for, in one way to read them.

/** Inputs that are constants of the model: a number, or a list for a tensor. */
export type FixedInputs = Readonly<Record<string, number | readonly number[]>>;

const symbolOf = (clock: string | undefined): Num => symbol(clock === undefined ? 'time' : `time of ${clock}`);

/** The number of timesteps that the file fixes, or a clock that is not the run's. */
function timeOf({ dims }: OnnxInput, roles: readonly AxisRole[], clocks: Clocks): { time?: number | string } {
  const fixed = dims.filter((size, axis) => roles[axis] === 'fixed' && size !== 1);
  if (fixed.length > 0) return { time: (fixed as number[]).reduce((a, b) => a * b, 1) };
  const clock = clocks.get(`${dims[roles.indexOf('time')]}`);
  return clock === undefined ? {} : { time: clock };
}

/** The atoms of an input's axes. */
function atomsOf({ name, dims, type }: OnnxInput, roles: readonly AxisRole[], clocks: Clocks, batch: Atom | undefined) {
  const where = `input ${JSON.stringify(name)}`;
  const time: Atom[] = [];
  const features: Atom[] = [];
  const axes = roles.map((role, axis): Atom[] => {
    const size = dims[axis] as number | string;
    if (role === 'batch') return batch ? [batch] : [];
    if (role === 'time') {
      const atom: Atom = { kind: 'time', size: typeof size === 'number' ? size : symbolOf(clocks.get(size)) };
      time.push(atom);
      return [atom];
    }
    if (typeof size !== 'number')
      refuse(
        where,
        `the size of axis ${axis} is open`,
        'options.shapes, or options.axes if it is the batch or the time',
        `${size}`,
      );
    if (size === 1) return [];
    const atom: Atom = { kind: role === 'fixed' ? 'steps' : 'block', size };
    (role === 'fixed' ? time : features).push(atom);
    return [atom];
  });
  if (!isFloatType(type) && !['I32', 'I64', 'U8', 'I8', 'U16', 'I16', 'BOOL'].includes(typeName(type)))
    refuse(where, 'a type that is not honoured', 'floats or whole numbers', typeName(type));
  return { time, features, axes };
}

export function bindFixed({ reporter }: Context, scope: Scope, { graph }: OnnxFile, fixed: FixedInputs): void {
  for (const [name, given] of Object.entries(fixed)) {
    const declared = graph.input.find((input) => input.name === name)?.type?.tensorType;
    const type = declared?.elemType ?? 1;
    const data = typeof given === 'number' ? [given] : given;
    const dims = typeof given === 'number' ? (declared?.shape?.dim ?? []).map(() => 1) : [data.length];
    scope.set(name, constant(dims, isFloatType(type) ? Float32Array.from(data) : data, type));
    reporter.note(`input ${JSON.stringify(name)} is fixed to ${JSON.stringify(given)}`);
  }
}

export function bindInput(
  ctx: Context,
  scope: Scope,
  input: OnnxInput,
  roles: readonly AxisRole[],
  clocks: Clocks,
): InputSpec {
  const { time, features, axes } = atomsOf(input, roles, clocks, ctx.batch);
  const { ids } = input;
  // Keras exports ids as floats.
  const type = ids && isFloatType(input.type) ? INT64 : input.type;
  const name = ctx.unique(input.name);
  const item: Item = { kind: 'value', name, time, features, axes, type };
  scope.set(input.name, item);
  if (ids) ctx.ids.add(name);
  ctx.saw(item);
  for (const atom of time) ctx.timed.add(atom);
  for (const atom of axes.flat()) ctx.given.add(atom);
  const clock = timeOf(input, roles, clocks).time;
  const apart = typeof clock === 'string' ? `; an open time of its own, "${clock}"` : '';
  ctx.reporter.note(`input ${JSON.stringify(input.name)}: axes are ${roles.join(', ')}${apart}`);
  return {
    name,
    features: count(features),
    ...(time.length === 0 && { kind: 'vector' }),
    ...(time.length > 0 && timeOf(input, roles, clocks)),
    ...(ids && { dtype: 'int32' }),
  };
}

/** A carried input: one vector of all its numbers but the batch. */
export function bindState(ctx: Context, scope: Scope, { name, dims, type }: OnnxInput): InputSpec {
  const { batch } = ctx;
  const where = `input ${JSON.stringify(name)}`;
  const open = dims.flatMap((size, axis) => (typeof size === 'string' ? [axis] : []));
  if (open.length > 1 || (open.length === 1 && !batch))
    refuse(where, 'a state of open size', 'one open size at most, the batch; options.shapes', `[${dims}]`);
  const batchAxis = open[0] ?? (batch ? dims.lastIndexOf(isSym(batch.size) ? 1 : batch.size, dims.length - 2) : -1);
  const features: Atom[] = [];
  const axes = dims.map((size, axis): Atom[] => {
    if (axis === batchAxis) return batch ? [batch] : [];
    if (size === 1) return [];
    const atom: Atom = { kind: 'block', size: size as number };
    features.push(atom);
    return [atom];
  });
  const own = ctx.unique(name);
  scope.set(name, { kind: 'value', name: own, time: [], features, axes, type, carried: true });
  ctx.carried ??= own;
  return { name: own, features: count(features), kind: 'vector' };
}
