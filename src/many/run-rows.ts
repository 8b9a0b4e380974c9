import type { Model, NamedOutput } from '../index.js';
import { arrayType } from '../typed.js';
import { toText } from './errors.js';
import type { Output, RowResult, Sequence } from './messages.js';

/** Inputs by name, of which each row has one array. */
type Named = Readonly<Record<string, Float32Array>>;

/** Each sequence's result, in their order. @param together as one batch; where that fails, each by itself, so that each has its own error. */
export function runRows(model: Model, rows: readonly Sequence[], together: boolean): RowResult[] {
  if (together && rows.length > 1) {
    try {
      return runTogether(model, rows).map((output) => ({ output }));
    } catch {
      // One of them is wrong, or there is no room for so many.
    }
  }
  return rows.map((row) => {
    try {
      return { output: runAlone(model, row) };
    } catch (error) {
      return { error: toText(error) };
    }
  });
}

const runAlone = (model: Model, sequence: Sequence): Output =>
  isNamed(model, sequence)
    ? plain(model.runNamed(sequence as Readonly<Record<string, Float32Array>>))
    : model.run(sequence as Float32Array);

/** By name, rather than a tensor with a shape. */
function isNamed({ inputs }: Model, sequence: Sequence): boolean {
  if (typeof sequence !== 'object' || sequence === null || Array.isArray(sequence)) return false;
  if (arrayType(sequence) !== undefined) return false;
  return inputs.some(({ name }) => Object.hasOwn(sequence, name)) || !('data' in sequence);
}

/** A record that clones take: they have prototypes. */
const plain = (outputs: Record<string, NamedOutput>): Record<string, NamedOutput> => ({ ...outputs });

/** All rows in one run: typed arrays, or records of such; of one input they may have different lengths, else all have the same. */
function runTogether(model: Model, rows: readonly Sequence[]): Output[] {
  const [{ name: only = '', features = 1 } = {}] = model.inputs;
  const named = arrayType(rows[0]) === undefined;
  const inputs = rows.map((row) => (named ? row : { [only]: row }) as Named);
  const names = Object.keys(inputs[0] as Named);
  const times = inputs.map((row) => (row[names[0] as string] as Float32Array).length / features);
  const time = Math.max(...times);
  const isPadded = times.some((own) => own < time);
  const batch = Object.fromEntries(names.map((name) => [name, joined(inputs.map((row) => row[name] as Float32Array))]));
  const outputs = model.runNamed(batch, { batch: rows.length, ...(isPadded && { mask: maskOf(times, time) }) });
  return rows.map((_, row) => {
    const own = Object.entries(outputs).map(([name, output]) => [
      name,
      rowOf(output, row, isPadded ? times[row] : undefined),
    ]);
    if (named) return Object.fromEntries(own);
    if (own.length !== 1) throw new Error('several outputs, which a run by name gives');
    return (own[0] as [string, NamedOutput])[1].data;
  });
}

/** One behind the other, each with zeros up to the longest. */
function joined(arrays: readonly Float32Array[]): Float32Array {
  const longest = Math.max(...arrays.map(({ length }) => length));
  // Of their type: ids are whole numbers.
  const [first] = arrays as [Float32Array];
  const all = new (first.constructor as typeof Float32Array)(arrays.length * longest);
  arrays.forEach((array, row) => {
    all.set(array, row * longest);
  });
  return all;
}

/** `[batch, time]`: 1 where there is a timestep of the row's own. Other than `lengths`, a mask leaves what layers mask as they have it. */
function maskOf(times: readonly number[], time: number): Uint8Array {
  const mask = new Uint8Array(times.length * time);
  times.forEach((own, row) => {
    mask.fill(1, row * time, row * time + own);
  });
  return mask;
}

/** What is one row's of a result, wherever its file has the batch, as a batch of 1. @param time its own timesteps, if they are fewer. */
function rowOf({ data, shape, axes }: NamedOutput, row: number, time: number | undefined): NamedOutput {
  const sizes = [...shape];
  const starts = sizes.map(() => 0);
  const [batchAxis, timeAxis] = [axes.indexOf('batch'), axes.indexOf('time')];
  starts[batchAxis] = row;
  sizes[batchAxis] = 1;
  if (timeAxis >= 0 && time !== undefined) sizes[timeAxis] = time;
  const own = new Float32Array(sizes.reduce((product, size) => product * size, 1));
  // What lies in one piece is copied in one: everything behind the last axis that is cut.
  const last = Math.max(batchAxis, timeAxis);
  const piece = sizes.slice(last).reduce((product, size) => product * size, 1);
  const stride = shape.slice(last).reduce((product, size) => product * size, 1);
  const counts = sizes.slice(0, last);
  const inner = ((starts[last] as number) * stride) / (shape[last] as number);
  for (let to = 0, block = 0; to < own.length; to += piece, block++) {
    let from = 0;
    for (let axis = 0, rest = block, scale = counts.reduce((product, n) => product * n, 1); axis < last; axis++) {
      scale /= counts[axis] as number;
      from = from * (shape[axis] as number) + Math.floor(rest / scale) + (starts[axis] as number);
      rest %= scale;
    }
    const start = from * stride + inner;
    own.set(data.subarray(start, start + piece), to);
  }
  return { data: own, shape: sizes, axes };
}
