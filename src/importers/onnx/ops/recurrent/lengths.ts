import { refuse } from '../../../shared/refuse.js';
import type { Context, Op } from '../../context.js';
import { isSym, type Num, sameNum, showSize } from '../../num.js';
import { totalSize, type Value, withoutBatch } from '../../value.js';

/** @throws {ImportError} sequence_lens that stand in the file and differ, whatever the axes of X are. */
export function checkLengths({ where, inputs }: Op): void {
  const lengths = inputs[4];
  if (lengths === undefined || lengths.kind === 'value') return;
  const all: readonly Num[] = lengths.kind === 'filled' ? [lengths.value] : Array.from(lengths.data);
  if (all.every((n) => sameNum(n, all[0]))) return;
  refuse(
    where,
    'constant sequence_lens that differ from row to row',
    'one for all rows, or an input',
    all.map(showSize).join(', '),
  );
}

/** sequence_lens as a vector of one number; none where every row has the whole time. */
export function readLengths(op: Op, ctx: Context, x: Value): string[] {
  const { where } = op;
  const lengths = op.inputs[4];
  if (lengths === undefined) return [];
  if (lengths.kind === 'value') {
    const [axis, ...more] = lengths.axes;
    if (!axis || more.length > 0 || withoutBatch(axis).length > 0 || lengths.time.length > 0)
      refuse(where, 'sequence_lens of the wrong shape', '[batch]', `${lengths.axes.length} axes`);
    return [lengths.name];
  }
  const time = totalSize(x.time);
  const all: readonly Num[] = lengths.kind === 'filled' ? [lengths.value] : Array.from(lengths.data);
  if (all.every((n) => sameNum(n, time))) return [];
  const [first] = all;
  if (first === undefined || isSym(first))
    refuse(where, 'sequence_lens that are not known', `numbers, ${showSize(time)}, or an input`, showSize(first));
  const value = ctx.tensor(`${op.name}.lengths`, [1], Float32Array.of(first));
  return [ctx.add({ type: 'constant', inputs: [], tensors: { value } }, `${op.name}.lengths`)];
}
