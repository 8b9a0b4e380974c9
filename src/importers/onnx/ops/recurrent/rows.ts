import type { ActivationSpec } from '../../../../spec.js';
import { refuse } from '../../../shared/refuse.js';
import { type Context, known, numbers, type Op } from '../../context.js';
import { pick } from '../../fold/elements.js';
import { arranged } from '../../layout.js';
import { materialise, stack } from '../../stretch.js';
import { type Atom, count, dimsOf, type Item, type Value, withoutBatch } from '../../value.js';
import { activation } from '../activate.js';
import { element } from '../part.js';
import { type CellType, gatesOf } from './weights.js';

// One timestep of a cell over rows that are no rows of the batch: frequencies of a frame, say. They are timesteps to the layers here, and
// the cell is written out: two products, and its formula by the specification of ONNX, gates in the file's order.

/** What the node says of its cells. */
export interface RowSettings {
  readonly type: CellType;
  readonly directions: number;
  readonly units: number;
  readonly layout: number;
  readonly activations: readonly (readonly ActivationSpec[])[];
  readonly clip: number | undefined;
  readonly coupled: boolean;
  readonly resetAfter: boolean;
}

/** Whether X is one timestep of such rows. Axes that inputs have are none: that is another reading of them. */
export function isRows(ctx: Context, op: Op, x: Value, layout: number): boolean {
  const [time, batch] = layout === 0 ? [x.axes[0], x.axes[1]] : [x.axes[1], x.axes[0]];
  const rows = withoutBatch(batch ?? []);
  const own = rows.length > 0 && rows.every((atom) => atom.kind !== 'time' && !ctx.given.has(atom));
  return own && time?.length === 0 && x.axes.length === 3 && op.inputs[4] === undefined;
}

interface Step {
  readonly op: Op;
  readonly ctx: Context;
  readonly rows: readonly Atom[];
  readonly settings: RowSettings;
  readonly direction: number;
}

/** Rows times a part of W or R, `gates·units` from `gate` on, and a part of the bias. */
function product({ op, ctx, settings, direction }: Step, x: Value, of: 'W' | 'R', gate: number, gates: number): Value {
  const { where } = op;
  const { units, type, directions } = settings;
  const all = gatesOf(type) * units;
  const w = known(where, op.inputs[of === 'W' ? 1 : 2], of);
  const width = count(x.features);
  const wanted = [directions, all, width];
  if (`${w.dims}` !== `${wanted}`) refuse(where, `${of} has the wrong shape`, `[${wanted}]`, `[${w.dims}]`);
  const take = (from: typeof w, start: number, dims: readonly number[]): Float32Array =>
    numbers(where, pick(op, from, dims, dims.length === 2 ? [dims[1] as number, 1] : [1], start));
  const name = `${op.name}.${of}${directions === 2 ? `.${direction}` : ''}${gate > 0 ? `.${gate}` : ''}`;
  const weight = ctx.tensor(
    name,
    [gates * units, width],
    take(w, (direction * all + gate * units) * width, [gates * units, width]),
    {
      constant: w,
      becomes: name,
      how: 'gates as in the file, of a cell written out',
    },
  );
  const b = op.inputs[3] && known(where, op.inputs[3], 'B');
  const start = direction * 2 * all + (of === 'R' ? all : 0) + gate * units;
  const bias =
    b &&
    ctx.tensor(`${name}.bias`, [gates * units], take(b, start, [gates * units]), {
      constant: b,
      becomes: `${name}.bias`,
      how: 'one part',
    });
  const made = ctx.add(
    { type: 'dense', inputs: [x.name], units: gates * units, tensors: { weight, ...(bias && { bias }) } },
    name,
  );
  return { ...x, name: made, features: [{ kind: 'block', size: gates * units }] };
}

/** One gate's part of a product. */
function gateOf({ ctx, settings: { units } }: Step, x: Value, gate: number): Value {
  const fields = { type: 'slice', inputs: [x.name], axis: 'features', start: gate * units, count: units } as const;
  return { ...x, name: ctx.add(fields, `${x.name}.gate`), features: [{ kind: 'block', size: units }] };
}

const join = ({ ctx }: Step, type: 'add' | 'subtract' | 'multiply', a: Value, b: Value): Value => ({
  ...a,
  name: ctx.add({ type, inputs: [a.name, b.name] }, a.name),
});

/** Gates i o f c. @returns h and c. */
function lstm(step: Step, x: Value, h: Value, c: Value): Value[] {
  const { ctx, settings, direction } = step;
  const [f, g, out] = settings.activations[direction] as [ActivationSpec, ActivationSpec, ActivationSpec];
  const all = join(step, 'add', product(step, x, 'W', 0, 4), product(step, h, 'R', 0, 4));
  const gate = (index: number, by: ActivationSpec): Value => activation(ctx, gateOf(step, all, index), by);
  const input = gate(0, f);
  const forget = settings.coupled ? activation(ctx, input, { type: 'affine', alpha: -1, beta: 1 }) : gate(2, f);
  const next = join(step, 'add', join(step, 'multiply', forget, c), join(step, 'multiply', input, gate(3, g)));
  return [join(step, 'multiply', gate(1, f), activation(ctx, next, out)), next];
}

/** Gates z r h: h = (1 - z) ⊙ n + z ⊙ h. */
function gru(step: Step, x: Value, h: Value): Value[] {
  const { ctx, settings, direction } = step;
  const [f, g] = settings.activations[direction] as [ActivationSpec, ActivationSpec];
  const of = product(step, x, 'W', 0, 3);
  const back = product(step, h, 'R', 0, settings.resetAfter ? 3 : 2);
  const gate = (index: number): Value =>
    activation(ctx, join(step, 'add', gateOf(step, of, index), gateOf(step, back, index)), f);
  const [z, r] = [gate(0), gate(1)];
  const hidden = settings.resetAfter
    ? join(step, 'multiply', r, gateOf(step, back, 2))
    : product(step, join(step, 'multiply', r, h), 'R', 2, 1);
  const n = activation(ctx, join(step, 'add', gateOf(step, of, 2), hidden), g);
  return [join(step, 'add', n, join(step, 'multiply', z, join(step, 'subtract', h, n)))];
}

function rnn(step: Step, x: Value, h: Value): Value[] {
  const { ctx, settings, direction } = step;
  const [f] = settings.activations[direction] as [ActivationSpec];
  return [activation(ctx, join(step, 'add', product(step, x, 'W', 0, 1), product(step, h, 'R', 0, 1)), f)];
}

/** The state of one direction, rows as timesteps. */
function stateOf({ op, ctx, rows, settings, direction }: Step, given: Item | undefined): Value {
  const { units, layout, directions } = settings;
  const unit: Atom = { kind: 'block', size: units };
  const zeros: Item = { kind: 'filled', dims: [directions, count(rows), units], value: 0, type: 1 };
  const item = given ?? zeros;
  const state = item.kind === 'value' ? item : materialise(ctx, op.where, item);
  const wanted = layout === 0 ? [directions, count(rows), units] : [count(rows), directions, units];
  if (`${dimsOf(state)}` !== `${wanted}`)
    refuse(op.where, 'an initial state of the wrong shape', `[${wanted}]`, `[${dimsOf(state)}]`);
  const one = element(ctx, op.where, state, layout === 0 ? 0 : 1, direction);
  const [own, features] = one.axes as [readonly Atom[], readonly Atom[]];
  const v = arranged(ctx, op.where, one, withoutBatch(own), features);
  // Numbered alike, whatever rows they are of.
  return { ...v, time: rows, features: [unit], axes: [rows, [unit]] };
}

/** Y, Y_h and Y_c of one timestep of rows. */
export function rowsStep(op: Op, ctx: Context, given: Value, settings: RowSettings): (Item | undefined)[] {
  const { where } = op;
  const { layout, type, directions, units, clip } = settings;
  if (clip !== undefined || op.inputs[7] !== undefined)
    refuse(where, 'a cell over rows within a timestep', 'one without clip and peepholes', op.name);
  const batch = given.axes[layout === 0 ? 1 : 0] as readonly Atom[];
  const rows = withoutBatch(batch);
  const x = arranged(ctx, where, given, rows, given.axes[2] as readonly Atom[]);
  const sides = Array.from({ length: directions }, (_, direction) => {
    const step: Step = { op, ctx, rows, settings, direction };
    const h = stateOf(step, op.inputs[5]);
    if (type === 'lstm') return lstm(step, x, h, stateOf(step, op.inputs[6]));
    return type === 'gru' ? gru(step, x, h) : rnn(step, x, h);
  });
  const unit: Atom[] = units === 1 ? [] : [{ kind: 'block', size: units }];
  const joinedSides = (index: number): Value => {
    const parts = sides.map((states) => ({
      ...(states[index] as Value),
      axes: [batch, unit] as Value['axes'],
      features: unit,
    }));
    return stack(ctx, parts, 0, op.name);
  };
  const [h, c] = [joinedSides(0), type === 'lstm' ? joinedSides(1) : undefined];
  const turn = (v: Value): Value => {
    const [d, own, features] = v.axes as [readonly Atom[], readonly Atom[], readonly Atom[]];
    return { ...v, axes: layout === 0 ? [d, own, features] : [own, d, features] };
  };
  const [hidden, memory] = [turn(h), c && turn(c)];
  const [first, second, features] = hidden.axes as [readonly Atom[], readonly Atom[], readonly Atom[]];
  const axes = layout === 0 ? [[], first, second, features] : [first, [], second, features];
  return [{ ...hidden, axes }, hidden, memory];
}
