import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, integers, known, type Op } from '../context.js';
import { arranged } from '../layout.js';
import { type Num, plus } from '../num.js';
import { value } from '../stretch.js';
import { type Atom, count, hasBatch, type Item, runTime, totalSize } from '../value.js';
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
  const flow = runTime(x);
  const isTime = (axis: number): boolean => flow !== undefined && (x.axes[axis] as readonly Atom[]).includes(flow);
  // Time comes last: next to a convolution it becomes a part of that, and may stream.
  const order = axes.map((axis, index) => [axis, index, isTime(axis)] as const).sort((a, b) => +a[2] - +b[2]);
  for (const [axis, index, overTime] of order) {
    const [before, after] = [pads[index] as number, pads[index + axes.length] as number];
    if (before === 0 && after === 0) continue;
    if (before < 0 || after < 0) refuse(where, 'pads below 0', 'at least 0; Slice to crop', `${before}, ${after}`);
    const atoms = x.axes[axis] as readonly Atom[];
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
      continue;
    }
    const rest = x.features.filter((atom) => !atoms.includes(atom));
    const others = x.time.filter((atom) => !atoms.includes(atom));
    // The axis' places, and at each of them the other features.
    const source = arranged(ctx, where, x, others, [...atoms, ...rest]);
    const channels = count(rest);
    const name = ctx.add({ ...fields, channels, inputs: [source.name], axis: 'features' }, x.name);
    x = { ...source, name, features: [padded, ...rest], axes: next };
  }
  return [x];
}

export const PAD: Readonly<Record<string, Run>> = { __proto__: null as never, Pad: pad };
