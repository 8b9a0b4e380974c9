import { refuse } from '../../../shared/refuse.js';
import type { Op } from '../../context.js';
import { sameNum, showSize } from '../../num.js';
import { totalSize, type Value } from '../../value.js';

/** Checks that per-row lengths are given by the caller, or say nothing. */
export function checkLengths(op: Op, x: Value): void {
  const lengths = op.inputs[4];
  if (lengths === undefined) return;
  const time = totalSize(x.time);
  if (lengths.kind === 'value') {
    if (!lengths.ids) refuse(op.where, 'sequence_lens worked out at run time', 'an input of the model');
    return;
  }
  const all = lengths.kind === 'filled' ? [lengths.value] : Array.from(lengths.data);
  if (all.some((n) => !sameNum(n, time))) {
    refuse(
      op.where,
      'constant sequence_lens',
      `the whole time, ${showSize(time)}, for every row; or an input, then options.lengths of a run`,
      all.map(showSize).join(', '),
    );
  }
}
