import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, integers, type Op } from '../context.js';
import { filled, pick, stridesOf } from '../fold/elements.js';
import { type Range, rangesOf, takenOf } from '../fold/ranges.js';
import { isSym, type Num, sameNum, showSize } from '../num.js';
import { value } from '../stretch.js';
import { dimsOf, type Item } from '../value.js';
import { isWhole, LARGEST_END, part } from './part.js';
import { item, type Run } from './run.js';

/** What a range leaves of a size. @throws {ImportError} it depends on the run. */
function remaining(where: string, size: Num, range: Range): Num {
  if (!isSym(size)) return takenOf(size, range).count;
  if (isWhole(range)) return size;
  return refuse(where, 'a part of a size that depends on the run', 'a fixed one', showSize(size));
}

/** Whole sequences backwards, as exporters write it: every length is the time itself. */
function reverseSequence(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  const x = value(ctx, where, op.inputs[0], 'the input');
  const axis = axisAt(where, attributes.int('time_axis', 0), x.axes.length);
  attributes.ignore('batch_axis');
  const lengths = item(op, 1);
  const time = dimsOf(x)[axis];
  const all =
    lengths.kind === 'constant' ? Array.from(lengths.data) : [lengths.kind === 'filled' ? lengths.value : undefined];
  if (all.some((n) => !sameNum(n, time)))
    refuse(
      where,
      'turns a part of the timesteps',
      `the whole time, ${showSize(time)}, of every row`,
      all.map(showSize).join(', '),
    );
  return [part(ctx, where, x, { axis, start: -1, end: -LARGEST_END, step: -1 })];
}

function split(op: Op, ctx: Context): Item[] {
  const { where, attributes, opset, outputs } = op;
  const x = item(op);
  const dims = dimsOf(x);
  const axis = axisAt(where, attributes.int('axis', 0), dims.length);
  const size = dims[axis] as Num;
  if (isSym(size)) refuse(where, 'splits an axis that depends on the run', 'a fixed size', showSize(size));
  const given = opset < 13 ? attributes.ints('split', undefined) : integers(where, op.inputs[1], 'split');
  const parts = attributes.int('num_outputs', undefined) ?? outputs.length;
  if (parts !== outputs.length) refuse(where, 'num_outputs are not its outputs', `${outputs.length}`, `${parts}`);
  const even = Math.ceil(size / parts);
  const lengths = given ?? Array.from({ length: parts }, (_, i) => Math.min(even, size - i * even));
  if (lengths.reduce((a, b) => a + b, 0) !== size || lengths.length !== outputs.length) {
    refuse(where, 'parts that do not add up', `${outputs.length} parts of ${size}`, `[${lengths}]`);
  }
  let from = 0;
  return lengths.map((length, index) => {
    const start = from;
    from += length;
    if (!op.used[index]) return undefined;
    if (x.kind !== 'constant')
      return part(ctx, where, value(ctx, where, x, 'the input'), { axis, start, end: from, step: 1 });
    const strides = stridesOf(x.dims);
    const own = x.dims.map((n, other) => (other === axis ? length : n));
    return pick(op, x, own, strides, start * (strides[axis] as number));
  }) as Item[];
}

export const SLICE: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  Slice(op, ctx) {
    const x = item(op);
    const ranges = rangesOf(op, dimsOf(x).length);
    if (x.kind === 'filled') {
      const dims = [...x.dims];
      for (const range of ranges) dims[range.axis] = remaining(op.where, dims[range.axis] as Num, range);
      return [filled(op, dims, x.value, x.type)];
    }
    let v = value(ctx, op.where, x, 'the data');
    for (const range of ranges) v = part(ctx, op.where, v, range);
    return [v];
  },
  ReverseSequence: reverseSequence,
  Split: split,
};
