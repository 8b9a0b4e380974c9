import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, integers, type Op } from '../context.js';
import { arranged, withFeatures } from '../layout.js';
import { value } from '../stretch.js';
import { type Atom, hasBatch, type Item, runTime } from '../value.js';
import type { Run } from './run.js';

/** Running sums along an axis, which is an input. */
function cumSum(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  const x = value(ctx, where, op.inputs[0], 'x');
  const [given = Number.NaN, ...more] = integers(where, op.inputs[1], 'the axis') ?? [];
  if (more.length > 0) refuse(where, 'running sums over several axes', 'one axis', `${more.length + 1}`);
  const axis = axisAt(where, given, x.axes.length);
  const atoms = x.axes[axis] as readonly Atom[];
  if (hasBatch(atoms)) refuse(where, 'works across the batch', 'rows that stand alone', `axis ${axis}`);
  const [exclusive, reverse] = [attributes.int('exclusive', 0) !== 0, attributes.int('reverse', 0) !== 0];
  const fields = { type: 'cumsum', ...(exclusive && { exclusive }), ...(reverse && { reverse }) } as const;
  const flow = runTime(x);
  const overTime = atoms.length > 0 && (flow ? atoms.includes(flow) : atoms.every((atom) => x.time.includes(atom)));
  const rest = [...x.time, ...x.features].filter((atom) => !atoms.includes(atom));
  const v = overTime ? arranged(ctx, where, x, atoms, rest) : withFeatures(ctx, where, x, [axis]);
  const name = ctx.add({ ...fields, inputs: [v.name], axis: overTime ? 'time' : 'features' }, op.outputs[0] as string);
  return [{ ...v, name }];
}

export const CUMULATIVE: Readonly<Record<string, Run>> = { CumSum: cumSum };
