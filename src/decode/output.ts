import type { NamedOutput } from '../index.js';
import { badInput, describe } from '../refuse.js';
import { arrayType, lengthOf } from '../typed.js';

/** Numbers with their dimensions, row-major; with `axes`, as `runNamed` gives them, in whatever order the model's file has. */
export interface CtcTensor {
  readonly data: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly axes?: NamedOutput['axes'];
}

/**
 * What a model says of each timestep: `[time, classes]` or `[batch, time, classes]`, as nested arrays or with a shape; what `runNamed` gives; or
 * flat numbers `[time, classes]` of which `options.classes` tells how many a timestep has.
 */
export type CtcOutput = CtcTensor | ArrayLike<number> | readonly (ArrayLike<number> | readonly ArrayLike<number>[])[];

/** The same, laid out: how far from one another neighbours along each axis are. */
export interface Laid {
  readonly data: ArrayLike<number>;
  readonly batch: number;
  readonly time: number;
  readonly classes: number;
  readonly strides: { readonly batch: number; readonly time: number; readonly classes: number };
}

const FORMS = '[time, classes] or [batch, time, classes], nested or { data, shape }';

/** @throws {InputError} another type or shape, ragged arrays, fewer than two classes. */
export function layOut(output: unknown, classes: number | undefined, where: string): Laid {
  if (classes !== undefined && !(Number.isSafeInteger(classes) && classes >= 2)) {
    badInput(`${where}, classes`, 'not a number of classes', 'a whole number of at least 2', describe(classes));
  }
  const laid = isList(output) ? fromList(output, classes, where) : fromTensor(output as CtcTensor, where);
  if (laid.classes < 2) badInput(where, 'too few classes', 'a blank and a symbol at least', `${laid.classes}`);
  if (classes !== undefined && classes !== laid.classes) {
    badInput(`${where}, classes`, 'not those of the output', `${laid.classes}`, `${classes}`);
  }
  return laid;
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (arrayType(value) !== undefined && !arrayType(value)?.startsWith('Big'));

const tight = (batch: number, time: number, classes: number): Omit<Laid, 'data'> => ({
  batch,
  time,
  classes,
  strides: { batch: time * classes, time: classes, classes: 1 },
});

function fromList(list: ArrayLike<unknown>, classes: number | undefined, where: string): Laid {
  if (!isList(list[0])) {
    if (classes === undefined) badInput(where, 'flat numbers', `${FORMS}; or options.classes`, describe(list));
    const time = list.length / classes;
    if (!Number.isInteger(time))
      badInput(where, 'wrong length', `a multiple of ${classes} (classes)`, `${list.length}`);
    return { data: list as ArrayLike<number>, ...tight(1, time, classes) };
  }
  const batched = isList(list[0][0]);
  const rows = (batched ? list : [list]) as ArrayLike<ArrayLike<ArrayLike<number>>>;
  const [time, size] = [rows[0]?.length ?? 0, rows[0]?.[0]?.length ?? 0];
  const data: number[] = [];
  const ragged = (what: string, expected: number, got: unknown): never =>
    badInput(where, `ragged array: ${what}`, `${expected}`, describe(isList(got) ? got.length : got));
  for (let b = 0; b < rows.length; b++) {
    const row = rows[b] as ArrayLike<ArrayLike<number>>;
    if (!isList(row) || row.length !== time) ragged(`timesteps of row ${b}`, time, row);
    for (let t = 0; t < time; t++) {
      const frame = row[t] as ArrayLike<number>;
      if (!isList(frame) || frame.length !== size) ragged(`classes at timestep ${t}`, size, frame);
      for (let c = 0; c < size; c++) data.push(frame[c] as number);
    }
  }
  return { data, ...tight(rows.length, time, size) };
}

function fromTensor(tensor: CtcTensor, where: string): Laid {
  const { data, shape, axes } = tensor ?? {};
  if (!isList(data) || !isList(shape)) badInput(where, 'wrong type', FORMS, describe(tensor));
  const sizes = Array.from(shape);
  const total = sizes.reduce((product, size) => product * size, 1);
  if (!sizes.every((size) => Number.isSafeInteger(size) && size >= 0) || total !== lengthOfList(data)) {
    badInput(where, 'wrong shape', `one of ${lengthOfList(data)} numbers`, describe(shape));
  }
  if (axes !== undefined) return byAxes(data, sizes, axes, where);
  if (sizes.length !== 2 && sizes.length !== 3) badInput(where, 'wrong shape', FORMS, describe(shape));
  const [classes = 0, time = 0, batch = 1] = sizes.reverse();
  return { data, ...tight(batch, time, classes) };
}

const lengthOfList = (list: ArrayLike<unknown>): number => (Array.isArray(list) ? list.length : lengthOf(list));

/** Axes of size 1 that mean nothing may stand anywhere. */
function byAxes(data: ArrayLike<number>, shape: readonly number[], axes: unknown, where: string): Laid {
  const refuse = (): never =>
    badInput(where, 'axes that are not scores at timesteps', "'time', one size, and 'batch' at most", describe(axes));
  if (!Array.isArray(axes) || axes.length !== shape.length) return refuse();
  const found = { batch: -1, time: -1, classes: -1 };
  axes.forEach((axis: unknown, index) => {
    const name = axis === 'batch' || axis === 'time' ? axis : 'classes';
    if (name === 'classes' && axis === 1) return;
    if (name === 'classes' ? axis !== shape[index] : false) refuse();
    if (found[name] >= 0) refuse();
    found[name] = index;
  });
  if (found.time < 0 || found.classes < 0) refuse();
  const stride = (axis: number): number => shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const { batch, time, classes } = found;
  return {
    data,
    batch: batch < 0 ? 1 : (shape[batch] as number),
    time: shape[time] as number,
    classes: shape[classes] as number,
    strides: { batch: stride(batch), time: stride(time), classes: stride(classes) },
  };
}

/** How many timesteps of each row are valid. @throws {InputError} not one a row, or not within the timesteps. */
export function readLengths(lengths: unknown, { batch, time }: Laid, where: string): readonly number[] {
  if (lengths === undefined) return Array.from({ length: batch }, () => time);
  if (!isList(lengths) || lengthOfList(lengths) !== batch) {
    badInput(`${where}, lengths`, 'not one a row', `${batch} lengths`, describe(lengths));
  }
  return Array.from(lengths, (length, row) => {
    if (!(Number.isInteger(length) && (length as number) >= 0 && (length as number) <= time)) {
      badInput(`${where}, lengths`, `not a length, row ${row}`, `a whole number in [0, ${time}]`, describe(length));
    }
    return length as number;
  });
}

/** The scores of one timestep, in memory of ours. @throws {InputError} an element that is no number. */
export function readFrame(
  { data, strides, classes }: Laid,
  row: number,
  timestep: number,
  out: Float64Array,
  where: string,
): void {
  const from = row * strides.batch + timestep * strides.time;
  for (let i = 0; i < classes; i++) {
    const score: unknown = data[from + i * strides.classes];
    if (typeof score !== 'number') badInput(where, 'not a number', `a number at class ${i}`, describe(score));
    out[i] = score;
  }
}
