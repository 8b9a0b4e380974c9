import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context } from '../context.js';
import { arrange } from '../layout.js';
import { block } from '../stretch.js';
import { type Atom, hasBatch, runTime, totalSize, type Value } from '../value.js';
import { element, part } from './part.js';

/** Most pieces that one operator takes a value apart into. */
const MOST_PIECES = 4096;

/** Elements of an axis in any order, as axes of the given sizes. */
export function pickAlong(
  ctx: Context,
  where: string,
  x: Value,
  axis: number,
  list: readonly number[],
  dims: readonly number[],
): Value {
  if (list.length === 0) refuse(where, 'takes nothing', 'at least one index', '[]');
  const timed = dims.length === 1 && (x.axes[axis] as readonly Atom[]).some(({ kind }) => kind === 'steps');
  const added = dims.map((size): Atom => ({ kind: timed ? 'steps' : 'block', size }));
  const solid = added.filter(({ size }) => size !== 1);
  const become = (v: Value): Value => ({
    ...v,
    axes: [
      ...x.axes.slice(0, axis),
      ...added.map((atom) => (atom.size === 1 ? [] : [atom])),
      ...x.axes.slice(axis + 1),
    ],
  });
  if (list.length === 1) return become(element(ctx, where, x, axis, list[0] as number));
  const atoms = x.axes[axis] as readonly Atom[];
  const flow = runTime(x);
  const rising = list.every((index, i) => index === (list[0] as number) + i) && (list[0] as number) >= 0;
  if (rising && dims.length === 1)
    return part(ctx, where, x, { axis, start: list[0] as number, end: (list.at(-1) as number) + 1, step: 1 });
  if (list.length > MOST_PIECES)
    refuse(where, 'gathers very many in another order', `at most ${MOST_PIECES}`, `${list.length}`);
  if (hasBatch(atoms)) refuse(where, 'takes some rows of the batch', 'rows that stand alone', `[${list.slice(0, 8)}]`);
  const rest = x.features.filter((atom) => !atoms.includes(atom));
  const time = x.time.filter((atom) => !atoms.includes(atom));
  let pieces: string[];
  if (flow && atoms.includes(flow)) pieces = list.map((index) => element(ctx, where, x, axis, index).name);
  else {
    const size = totalSize(atoms) as number;
    const source = arrange(ctx, where, x, time, [...atoms, ...rest]);
    const at = list.map((index) => axisAt(where, index, size));
    const starts = at.flatMap((index, i) => (i > 0 && index === (at[i - 1] as number) + 1 ? [] : [i]));
    pieces = starts.map((from, i) =>
      block(ctx, source, at[from] as number, (starts[i + 1] ?? at.length) - from, rest, x.name),
    );
  }
  const name = pieces.length === 1 ? (pieces[0] as string) : ctx.add({ type: 'concatenate', inputs: pieces }, x.name);
  return become({ ...x, name, time, features: [...solid, ...rest] });
}
