import { axisAt, type Context, integers, known, type Op, value } from '../context.js';
import { bounded, expand, permutation, pick, sliceRange, slices } from '../fold.js';
import { arrange, arranged, reshape, shapeFor } from '../layout.js';
import { isSym, type Num, plus, product, sameNum, show, windows } from '../num.js';
import { refuse } from '../refuse.js';
import { isFloat } from '../tensor.js';
import {
  type Atom,
  BOOL,
  type Constant,
  constant,
  count,
  dimsOf,
  type Filled,
  flowing,
  INT64,
  type Item,
  sizeOf,
  type Value,
} from '../value.js';

/** Operators that move numbers without changing them. Most cost nothing: they only change how the axes are seen. */
export type Run = (op: Op, ctx: Context) => (Item | undefined)[];

const item = ({ where, inputs }: Op, index = 0): Item =>
  inputs[index] ?? refuse(where, 'an input is missing', `input ${index}`);

function reshaped(where: string, x: Item, dims: readonly Num[]): Item {
  if (x.kind === 'value') return reshape(where, x, dims);
  if (x.kind === 'filled') return filled(dims, x.value, x.type);
  const fixed = dims.map((n) => (isSym(n) ? refuse(where, 'constants in a shape that depends on the input') : n));
  if (fixed.reduce((a, b) => a * b, 1) !== x.data.length)
    refuse(where, 'a shape that the numbers do not fall into', `${x.data.length} numbers`, `[${fixed}]`);
  return { ...x, dims: fixed };
}

/** One number everywhere; a constant if its shape is known. */
export function filled(dims: readonly Num[], number: number, type: number): Constant | Filled {
  if (dims.some(isSym)) return { kind: 'filled', dims, value: number, type };
  const length = bounded('ConstantOfShape', dims as number[]);
  return constant(
    dims as number[],
    isFloat(type) ? new Float32Array(length).fill(number) : new Array(length).fill(number),
    type,
  );
}

/** Numbers of a shape input, which may depend on batch and time. */
const sizes = (where: string, x: Item | undefined): readonly Num[] => Array.from(known(where, x, 'the shape').data);

const axesOf = (op: Op, since: number): readonly number[] | undefined =>
  op.opset < since ? op.attributes.ints('axes', undefined) : integers(op.where, op.inputs[1], 'axes');

/** A single element of an axis, which goes away. */
function element(ctx: Context, where: string, x: Value, axis: number, index: number, drop: boolean): Value {
  const atoms = x.axes[axis] as readonly Atom[];
  const axes = drop ? x.axes.filter((_, at) => at !== axis) : x.axes.map((one, at) => (at === axis ? [] : one));
  const size = sizeOf(atoms);
  if (size === 1) return { ...x, axes };
  if (atoms.some(({ batch }) => batch))
    refuse(where, 'takes one row of the batch', 'rows that stand alone', `index ${index}`);
  if (flowing(x) && atoms.includes(flowing(x) as Atom)) {
    if (atoms.length > 1 || x.time.length > 1) refuse(where, 'a timestep of a time mixed with features');
    const name = ctx.add({ type: 'timestep', inputs: [x.name], index }, x.name);
    return { ...x, name, time: [], axes };
  }
  const at = axisAt(where, index, size as number);
  const rest = x.features.filter((atom) => !atoms.includes(atom));
  const time = x.time.filter((atom) => !atoms.includes(atom));
  const source = arrange(ctx, where, x, time, [...atoms, ...rest]);
  const name = ctx.add(
    { type: 'slice', inputs: [source], axis: 'features', start: at * count(rest), count: count(rest) },
    x.name,
  );
  return { ...x, name, time, features: rest, axes };
}

/** From here on exporters mean "to the end". */
const LARGEST_END = 2 ** 31 - 1;

/** A range of an axis with a step; a whole axis backwards. */
function part(ctx: Context, where: string, x: Value, axis: number, start: number, end: number, step: number): Value {
  const atoms = x.axes[axis] as readonly Atom[];
  if (start === 0 && end >= LARGEST_END && step === 1) return x;
  const size = sizeOf(atoms);
  const flow = flowing(x);
  if (flow && atoms.includes(flow) && isSym(size)) {
    if (atoms.length > 1 || x.time.length > 1) refuse(where, 'a part of a time mixed with features');
    const wholeEnd = end >= LARGEST_END;
    if (step === -1 && (start === -1 || start >= LARGEST_END) && end < -(2 ** 30)) {
      return { ...x, name: ctx.add({ type: 'reverse', inputs: [x.name] }, x.name) };
    }
    if (step < 1)
      refuse(
        where,
        'walks backwards over a part of the timesteps',
        'the whole sequence backwards',
        `${start} to ${end} by ${step}`,
      );
    if (start === -1 && wholeEnd) {
      const last = ctx.add({ type: 'timestep', inputs: [x.name], index: -1 }, x.name);
      return { ...x, name: last, time: [], axes: x.axes.map((one, at) => (at === axis ? [] : one)) };
    }
    if (start < 0 || (!wholeEnd && end >= 0)) {
      // A fixed number of timesteps, from either end.
      const taken = start < 0 ? (wholeEnd ? -start : end < 0 ? end - start : undefined) : end - start;
      if (taken === undefined || taken < 1)
        refuse(where, 'a part that depends on the time', 'ends that do not', `${start} to ${end}`);
      const many = Math.ceil(taken / step);
      const atom: Atom = { size: many };
      const name = ctx.add({ type: 'slice', inputs: [x.name], axis: 'time', start, step, count: many }, x.name);
      return { ...x, name, time: [atom], axes: x.axes.map((one, at) => (at === axis ? [atom] : one)) };
    }
    const drop = wholeEnd ? 0 : -end;
    const atom: Atom = { size: windows(size, 1, step - 1 - start - drop, step), flows: true };
    const name = ctx.add({ type: 'slice', inputs: [x.name], axis: 'time', start, step, drop }, x.name);
    return { ...x, name, time: [atom], axes: x.axes.map((one, at) => (at === axis ? [atom] : one)) };
  }
  if (isSym(size)) refuse(where, 'a part of the batch', 'rows that stand alone', `${start} to ${end}`);
  const { from, count: many } = sliceRange(size, start, end, step);
  if (many === size && step === 1) return x;
  if (many < 1) refuse(where, 'takes nothing', 'at least one', `${start} to ${end} of ${size}`);
  const rest = x.features.filter((atom) => !atoms.includes(atom));
  const time = x.time.filter((atom) => !atoms.includes(atom));
  const atom: Atom = { size: many };
  const axes = x.axes.map((one, at) => (at === axis ? (many === 1 ? [] : [atom]) : one));
  const block = count(rest);
  const inner = step !== 1 && block > 1;
  // With a step, the axis is made the innermost.
  const source = arrange(ctx, where, x, time, inner ? [...rest, ...atoms] : [...atoms, ...rest]);
  if (step < 0 || inner) {
    const picks = Array.from({ length: many }, (_, i) => from + i * step);
    const pieces = picks.map((at) => {
      const outer = arrange(ctx, where, x, time, [...atoms, ...rest]);
      return ctx.add({ type: 'slice', inputs: [outer], axis: 'features', start: at * block, count: block }, x.name);
    });
    const name = pieces.length === 1 ? (pieces[0] as string) : ctx.add({ type: 'concatenate', inputs: pieces }, x.name);
    return { ...x, name, time, features: [atom, ...rest], axes };
  }
  const name = ctx.add(
    { type: 'slice', inputs: [source], axis: 'features', start: from * block, step, count: many * block },
    x.name,
  );
  return { ...x, name, time, features: [atom, ...rest], axes };
}

/** What a range leaves of a size. @throws {ImportError} it depends on the run. */
function remaining(where: string, size: Num, start: number, end: number, step: number): Num {
  if (!isSym(size)) return sliceRange(size, start, end, step).count;
  if (start === 0 && end >= LARGEST_END && step === 1) return size;
  return refuse(where, 'a part of a size that depends on the run', 'a fixed one', show(size));
}

/** Joins along an axis: new timesteps if the axis is the run's time, else features. */
function concat(op: Op, ctx: Context): Item[] {
  const { where, inputs } = op;
  const values = inputs.filter((one): one is Value => one?.kind === 'value');
  const [model] = values as [Value, ...Value[]];
  const axis = axisAt(where, op.attributes.int('axis', 1), model.axes.length);
  if (inputs.length === 1) return [model];
  const carried = values.some((one) => one.carried);
  const along = values.map((one) => one.axes[axis] as readonly Atom[]);
  if (along.some((atoms) => atoms.some(({ batch }) => batch)))
    refuse(where, 'joins batches', 'rows that stand alone', `axis ${axis}`);
  const overTime = values.some(
    (one) => flowing(one) && (one.axes[axis] as readonly Atom[]).includes(flowing(one) as Atom),
  );
  const total = inputs
    .map((one) => dimsOf(one as Item)[axis] as Num)
    .reduce<Num | undefined>((a, b) => (a === undefined ? undefined : plus(a, b)), 0);
  if (total === undefined) refuse(where, 'joins two times that depend on the run');
  const others = (one: Value): Atom[] =>
    one.axes.flatMap((atoms, at) => (at === axis ? [] : atoms.filter(({ batch }) => !batch)));
  if (overTime) {
    const names = inputs.map((one) => {
      if (one?.kind !== 'value') return asConstant(ctx, where, one as Item, axis, model);
      return arrange(ctx, where, one, one.axes[axis] as readonly Atom[], others(one)) === one.name &&
        one.time.length > 0
        ? one.name
        : sequence(ctx, where, one, axis, others(one));
    });
    const name = ctx.add({ type: 'concatenate', inputs: names, axis: 'time' }, op.outputs[0] as string);
    const atom: Atom = { size: total, flows: true };
    const main = values.find((one) => one.time.length > 0 && flowing(one)) as Value;
    return [
      {
        ...main,
        name,
        time: [atom],
        features: others(main),
        axes: main.axes.map((one, at) => (at === axis ? [atom] : one)),
        carried,
      },
    ];
  }
  const flowed = values.find((one) => flowing(one));
  const names = inputs.map((one) => {
    if (one?.kind !== 'value') {
      const data = one as Item;
      if (!flowed || data.kind !== 'filled') return asConstant(ctx, where, data, axis, model);
      refuse(where, 'joins constants to a sequence', 'values of the model');
    }
    if (flowed && !flowing(one)) refuse(where, 'joins a vector to a sequence', 'one kind of value', one.name);
    const time = flowed ? [flowing(one) as Atom] : [];
    return arrange(ctx, where, one, time, [
      ...(one.axes[axis] as readonly Atom[]),
      ...others(one).filter((atom) => !time.includes(atom)),
    ]);
  });
  const name = ctx.add({ type: 'concatenate', inputs: names }, op.outputs[0] as string);
  const main = flowed ?? model;
  const time = flowed ? [flowing(main) as Atom] : [];
  const atom: Atom = { size: total };
  const rest = others(main).filter((one) => !time.includes(one));
  const axes = main.axes.map((one, at) => (at === axis ? (total === 1 ? [] : [atom]) : one));
  return [{ ...main, name, time, features: [atom, ...rest], axes, carried }];
}

/** A value as timesteps along an axis of fixed size. */
const sequence = (ctx: Context, where: string, x: Value, axis: number, rest: readonly Atom[]): string => {
  const atoms = x.axes[axis] as readonly Atom[];
  const source = arrange(ctx, where, x, atoms, rest);
  if (atoms.length > 0) return source;
  return ctx.add({ type: 'reshape', inputs: [source], shape: [1, count(rest)] }, x.name);
};

/** A constant beside values, the axis first; one row of it stands for every row of the batch. */
function asConstant(ctx: Context, where: string, x: Item, axis: number, like: Value): string {
  const batchAxis = like.axes.findIndex((atoms) => atoms.some(({ batch }) => batch));
  const dims = dimsOf(x).map((n, at) => (at === batchAxis ? 1 : n));
  if (dims.some(isSym) || x.kind === 'value')
    refuse(where, 'constants of a size that depends on the run', 'sizes in the file');
  const size = dims as number[];
  const data = x.kind === 'filled' ? filled(size, x.value, x.type) : x;
  if (data.kind !== 'constant' || data.dims[batchAxis] !== size[batchAxis])
    refuse(where, 'constants that differ from row to row', 'one for all rows');
  const order = [axis, ...size.map((_, at) => at).filter((at) => at !== axis)];
  const strides = size.map((_, at) => size.slice(at + 1).reduce((a, b) => a * b, 1));
  const turned = pick(
    where,
    data,
    order.map((at) => size[at] as number),
    order.map((at) => strides[at] as number),
  );
  const timed = flowing(like) !== undefined;
  const rows = size[axis] as number;
  const shape = timed ? [rows, turned.data.length / rows] : [turned.data.length];
  const tensor = ctx.tensor('constant', shape, Float32Array.from(turned.data as ArrayLike<number>));
  return ctx.add({ type: 'constant', inputs: [], tensors: { value: tensor } }, 'constant');
}

function split(op: Op, ctx: Context): Item[] {
  const { where, attributes, opset, outputs } = op;
  const x = value(where, op.inputs[0], 'the input');
  const axis = axisAt(where, attributes.int('axis', 0), x.axes.length);
  const size = sizeOf(x.axes[axis] as readonly Atom[]);
  if (isSym(size)) refuse(where, 'splits an axis that depends on the run', 'a fixed size', show(size));
  const given = opset < 13 ? attributes.ints('split', undefined) : integers(where, op.inputs[1], 'split');
  const parts = attributes.int('num_outputs', undefined) ?? outputs.length;
  const even = Math.ceil(size / parts);
  const lengths = given ?? Array.from({ length: parts }, (_, i) => Math.min(even, size - i * even));
  if (lengths.reduce((a, b) => a + b, 0) !== size || lengths.length !== outputs.length) {
    refuse(where, 'parts that do not add up', `${outputs.length} parts of ${size}`, `[${lengths}]`);
  }
  let from = 0;
  return lengths.map((length, index) => {
    const start = from;
    from += length;
    return op.used[index] ? part(ctx, where, x, axis, start, start + length, 1) : undefined;
  }) as Item[];
}

/** Pad-2 has attributes, Pad-11 inputs, Pad-18 axes. */
function pad(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs, opset } = op;
  let x = value(where, inputs[0], 'the input');
  const mode = attributes.string('mode', 'constant');
  if (mode !== 'constant' && mode !== 'reflect' && mode !== 'edge')
    refuse(where, 'a mode that is not honoured', 'constant, reflect or edge', mode);
  const pads = opset < 11 ? (attributes.ints('pads', undefined) ?? []) : (integers(where, inputs[1], 'pads') ?? []);
  const number =
    opset < 11
      ? attributes.float('value', 0)
      : Number(inputs[2] ? (known(where, inputs[2], 'the value').data[0] ?? 0) : 0);
  const axes = (integers(where, inputs[3], 'axes') ?? x.axes.map((_, axis) => axis)).map((axis) =>
    axisAt(where, axis, x.axes.length),
  );
  if (pads.length !== 2 * axes.length) refuse(where, 'pads that do not fit', `${2 * axes.length}`, `${pads.length}`);
  axes.forEach((axis, index) => {
    const [before, after] = [pads[index] as number, pads[index + axes.length] as number];
    if (before === 0 && after === 0) return;
    if (before < 0 || after < 0) refuse(where, 'pads below 0', 'at least 0; Slice to crop', `${before}, ${after}`);
    const atoms = x.axes[axis] as readonly Atom[];
    const flow = flowing(x);
    const overTime = flow !== undefined && atoms.includes(flow);
    if (atoms.some(({ batch }) => batch) || (overTime && (atoms.length > 1 || x.time.length > 1))) {
      refuse(where, 'pads the batch, or a time mixed with features', 'timesteps or features', `axis ${axis}`);
    }
    const size = sizeOf(atoms);
    const atom: Atom = { size: plus(size, before + after) as Num, ...(overTime && { flows: true as const }) };
    const fields = {
      type: 'pad',
      before,
      after,
      mode,
      ...(mode === 'constant' && number !== 0 && { value: number }),
    } as const;
    const next = x.axes.map((one, at) => (at === axis ? [atom] : one));
    if (overTime) {
      const name = ctx.add({ ...fields, inputs: [x.name], axis: 'time' }, x.name);
      x = { ...x, name, time: [atom], axes: next };
      return;
    }
    const rest = x.features.filter((one) => !atoms.includes(one));
    const others = x.time.filter((one) => !atoms.includes(one));
    // The axis as the only features; where others stand beside it, they become timesteps.
    if (flow && rest.length > 0) refuse(where, 'pads one of several axes of features', 'the only one', `axis ${axis}`);
    const source = arranged(ctx, where, x, [...others, ...rest], atoms);
    const name = ctx.add({ ...fields, inputs: [source.name], axis: 'features' }, x.name);
    x = { ...source, name, features: [atom], axes: next };
  });
  return [x];
}

function gather(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs } = op;
  const [data, indices] = [item(op), item(op, 1)];
  const axis = axisAt(where, attributes.int('axis', 0), dimsOf(data).length);
  if (data.kind === 'constant' && indices.kind === 'value') return [embedding(op, ctx, data, indices, axis)];
  const at = known(where, inputs[1], 'the index');
  if (data.kind === 'filled') {
    // The same number, wherever it is taken from.
    return [filled([...data.dims.slice(0, axis), ...at.dims, ...data.dims.slice(axis + 1)], data.value, data.type)];
  }
  const x = value(where, inputs[0], 'the data');
  const list = integers(where, at, 'indices') ?? [];
  if (at.dims.length === 0) return [element(ctx, where, x, axis, list[0] as number, true)];
  if (at.dims.length > 1) refuse(where, 'indices of several axes', 'one', `[${at.dims}]`);
  if (list.length === 1) return [element(ctx, where, x, axis, list[0] as number, false)];
  const rising = list.every((index, i) => index === (list[0] as number) + i);
  if (rising && (list[0] as number) >= 0)
    return [part(ctx, where, x, axis, list[0] as number, (list.at(-1) as number) + 1, 1)];
  return refuse(where, 'gathers in another order', 'one index, or a rising range', `[${list.slice(0, 8)}]`);
}

function embedding(op: Op, ctx: Context, table: Constant, ids: Value, axis: number): Value {
  const { where } = op;
  if (axis !== 0 || table.dims.length !== 2 || !ids.ids)
    refuse(
      where,
      'not a table of rows by token ids',
      'a table [vocabulary, features], ids of the input',
      `[${table.dims}]`,
    );
  const [vocabulary, features] = table.dims as [number, number];
  const name = op.outputs[0] as string;
  const data = Float32Array.from(table.data as ArrayLike<number>);
  const weight = ctx.tensor(table.tensor ?? name, [vocabulary, features], data, {
    constant: table,
    becomes: `${name}.weight`,
    how: 'one row per token id',
  });
  const atom: Atom = { size: features };
  const made = ctx.add({ type: 'embedding', inputs: [ids.name], tensors: { weight } }, name);
  const axes = [...ids.axes, features === 1 ? [] : [atom]];
  return { kind: 'value', name: made, time: ids.time, features: [atom], axes, type: table.type };
}

function expandTo(op: Op): Item {
  const { where } = op;
  const x = item(op);
  const dims = sizes(where, op.inputs[1]);
  const own = dimsOf(x);
  const rank = Math.max(dims.length, own.length);
  const full = Array.from({ length: rank }, (_, i) => {
    const [a, b] = [own[i - rank + own.length] ?? 1, dims[i - rank + dims.length] ?? 1];
    return b === 1 ? a : b;
  });
  if (x.kind === 'constant') {
    if (!full.some(isSym)) return expand(where, x, full as number[]);
    const first = x.data[0];
    if (first !== undefined && Array.prototype.every.call(x.data, (n: Num) => sameNum(n, first)) && !isSym(first))
      return filled(full, first, x.type);
    return refuse(where, 'constants spread over the size of the input', 'one number everywhere');
  }
  if (x.kind === 'filled') return filled(full, x.value, x.type);
  const grows = full.some((n, i) => !sameNum(n, own[i - rank + own.length] ?? 1));
  // Later operators stretch axes of size 1 by themselves; here only added axes of size 1 are made.
  if (grows) refuse(where, 'repeats a value along an axis', 'sizes as they are', `[${full.map(show)}]`);
  return reshaped(where, x, full);
}

export const PLUMBING: Readonly<Record<string, Run>> = {
  Identity: (op) => [item(op)],
  Dropout(op) {
    op.attributes.ignore('ratio', 'seed', 'is_test');
    const training = op.inputs[2];
    if (training?.kind === 'constant' && training.data[0] !== 0) refuse(op.where, 'in training mode', 'inference');
    return [item(op)];
  },
  Cast(op, ctx) {
    op.attributes.ignore('saturate', 'round_mode');
    const to = op.attributes.int('to', 1);
    const x = item(op);
    if (x.kind === 'value') {
      if (x.ids && !isFloat(to)) return [{ ...x, type: to }];
      if (x.ids) refuse(op.where, 'token ids as numbers', 'ids for an embedding');
      if (isFloat(to) || (to !== BOOL && !isFloat(x.type))) return [{ ...x, type: to }];
      if (to === BOOL) {
        const zero = ctx.tensor('zero', [1], new Float32Array(1));
        const none = ctx.add({ type: 'constant', inputs: [], tensors: { value: zero } }, 'zero');
        const equal = ctx.add({ type: 'equal', inputs: [x.name, none] }, x.name);
        return [
          {
            ...x,
            name: ctx.add(
              { type: 'activation', inputs: [equal], activation: { type: 'affine', alpha: -1, beta: 1 } },
              x.name,
            ),
            type: to,
          },
        ];
      }
      return refuse(op.where, 'rounds values to whole numbers', 'a type of floating point', `type ${to}`);
    }
    if (x.kind === 'filled') return [{ ...x, value: isFloat(to) ? x.value : Math.trunc(x.value), type: to }];
    if (isFloat(to)) {
      if (Array.prototype.some.call(x.data, isSym)) return [{ ...x, type: to, tensor: undefined }];
      return [{ ...constant(x.dims, Float32Array.from(x.data as ArrayLike<number>), to), tensor: x.tensor }];
    }
    const whole = (n: Num): Num => (isSym(n) ? (to === BOOL ? 1 : n) : to === BOOL ? Number(n !== 0) : Math.trunc(n));
    return [constant(x.dims, Array.from(x.data, whole), to)];
  },
  Shape(op) {
    const dims = dimsOf(item(op));
    const at = (n: number): number => Math.min(dims.length, Math.max(0, n < 0 ? n + dims.length : n));
    const taken = dims.slice(at(op.attributes.int('start', 0)), at(op.attributes.int('end', dims.length)));
    return [constant([taken.length], [...taken], INT64)];
  },
  Size: (op) => [
    constant([], [product(dimsOf(item(op))) ?? refuse(op.where, 'a size that cannot be worked out')], INT64),
  ],
  ConstantOfShape(op) {
    const number = op.attributes.tensor('value');
    return [filled(sizes(op.where, op.inputs[0]), Number(number?.data[0] ?? 0), number?.type ?? 1)];
  },
  Transpose(op) {
    const x = item(op);
    const dims = dimsOf(x);
    const perm = op.attributes.ints('perm', undefined) ?? dims.map((_, axis) => dims.length - 1 - axis);
    const at = permutation(op.where, perm, dims.length);
    if (x.kind === 'filled') return [{ ...x, dims: at.map((axis) => x.dims[axis] as Num) }];
    const v = value(op.where, x, 'the input');
    return [{ ...v, axes: at.map((axis) => v.axes[axis] as readonly Atom[]) }];
  },
  Reshape(op) {
    const x = item(op);
    const wanted = op.opset < 5 ? (op.attributes.ints('shape', undefined) ?? []) : sizes(op.where, op.inputs[1]);
    const dims = shapeFor(op.where, dimsOf(x), wanted, op.attributes.int('allowzero', 0) === 1);
    return [reshaped(op.where, x, dims)];
  },
  Flatten(op) {
    const x = item(op);
    const dims = dimsOf(x);
    const axis = op.attributes.int('axis', 1);
    const at = axis < 0 ? axis + dims.length : axis;
    const side = (part: readonly Num[]): Num => product(part) ?? refuse(op.where, 'a size that cannot be worked out');
    return [reshaped(op.where, x, [side(dims.slice(0, at)), side(dims.slice(at))])];
  },
  Squeeze(op) {
    const x = item(op);
    const dims = dimsOf(x);
    const axes = axesOf(op, 13)?.map((axis) => axisAt(op.where, axis, dims.length));
    const gone = dims.map((n, axis) => (axes ? axes.includes(axis) : n === 1));
    dims.forEach((n, axis) => {
      if (gone[axis] && n !== 1)
        refuse(op.where, `axis ${axis} is not of size 1`, '1; options.shapes fixes sizes', show(n));
    });
    if (x.kind === 'value') return [{ ...x, axes: x.axes.filter((_, axis) => !gone[axis]) }];
    return [
      reshaped(
        op.where,
        x,
        dims.filter((_, axis) => !gone[axis]),
      ),
    ];
  },
  Unsqueeze(op) {
    const x = item(op);
    const axes = axesOf(op, 13) ?? refuse(op.where, 'no axes');
    const rank = dimsOf(x).length + axes.length;
    const added = new Set(axes.map((axis) => axisAt(op.where, axis, rank)));
    if (x.kind === 'value') {
      const rest = [...x.axes];
      return [
        {
          ...x,
          axes: Array.from({ length: rank }, (_, axis) => (added.has(axis) ? [] : (rest.shift() as readonly Atom[]))),
        },
      ];
    }
    const rest = [...dimsOf(x)];
    return [
      reshaped(
        op.where,
        x,
        Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() as Num))),
      ),
    ];
  },
  Expand: (op) => [expandTo(op)],
  Gather: gather,
  Slice(op, ctx) {
    const x = item(op);
    const cuts = slices(op, dimsOf(x).length);
    if (x.kind === 'filled') {
      const dims = [...x.dims];
      for (const { axis, start, end, step } of cuts)
        dims[axis] = remaining(op.where, dims[axis] as Num, start, end, step);
      return [filled(dims, x.value, x.type)];
    }
    let v = value(op.where, x, 'the data');
    for (const { axis, start, end, step } of cuts) v = part(ctx, op.where, v, axis, start, end, step);
    return [v];
  },
  Concat: concat,
  Split: split,
  Pad: pad,
};
