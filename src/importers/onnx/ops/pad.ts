import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, integers, known, type Op } from '../context.js';
import { arranged } from '../layout.js';
import { type Num, plus } from '../num.js';
import { value } from '../stretch.js';
import { type Atom, hasBatch, type Item, runTime, totalSize } from '../value.js';
import type { Run } from './run.js';

/** Pad-2 has attributes, Pad-11 inputs, Pad-18 axes. */
function pad(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs, opset } = op;
  let x = value(ctx, where, inputs[0], 'the input');
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
    const flow = runTime(x);
    const overTime = flow !== undefined && atoms.includes(flow);
    if (hasBatch(atoms) || (overTime && (atoms.length > 1 || x.time.length > 1))) {
      refuse(where, 'pads the batch, or a time mixed with features', 'timesteps or features', `axis ${axis}`);
    }
    const size = totalSize(atoms);
    const padded: Atom = { kind: overTime ? 'time' : 'block', size: plus(size, before + after) as Num };
    const fields = {
      type: 'pad',
      before,
      after,
      mode,
      ...(mode === 'constant' && number !== 0 && { value: number }),
    } as const;
    const next = x.axes.map((own, i) => (i === axis ? [padded] : own));
    if (overTime) {
      const name = ctx.add({ ...fields, inputs: [x.name], axis: 'time' }, x.name);
      x = { ...x, name, time: [padded], axes: next };
      return;
    }
    const rest = x.features.filter((atom) => !atoms.includes(atom));
    const others = x.time.filter((atom) => !atoms.includes(atom));
    // The axis as the only features; where others stand beside it, they become timesteps.
    if (flow && rest.length > 0) refuse(where, 'pads one of several axes of features', 'the only one', `axis ${axis}`);
    const source = arranged(ctx, where, x, [...others, ...rest], atoms);
    const name = ctx.add({ ...fields, inputs: [source.name], axis: 'features' }, x.name);
    x = { ...source, name, features: [padded], axes: next };
  });
  return [x];
}

export const PAD: Readonly<Record<string, Run>> = { __proto__: null as never, Pad: pad };
