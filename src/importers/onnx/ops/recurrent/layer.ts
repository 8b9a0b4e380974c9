import type { ActivationSpec, CellConfig } from '../../../../spec.js';
import { refuse } from '../../../shared/refuse.js';
import { type Context, known, type Op } from '../../context.js';
import { value } from '../../stretch.js';
import { type Atom, constant, count, type Item, runTime, type Value } from '../../value.js';
import type { Run } from '../run.js';
import { sequenceOf } from '../sequence.js';
import { readActivations } from './activations.js';
import { constantState, freshState, stateValue } from './initial.js';
import { checkLengths, readLengths } from './lengths.js';
import { isRows, rowsStep } from './rows.js';
import { type CellType, cellTensors, gatesOf, type Sizes } from './weights.js';

/** What the node's attributes and the shape of W say. */
interface Settings extends Omit<Sizes, 'input'> {
  /** 0: `[time, batch, …]`; 1: `[batch, time, …]`. */
  readonly layout: number;
  readonly backwards: boolean;
  /** Functions f, g, h of each direction. */
  readonly activations: readonly (readonly ActivationSpec[])[];
  readonly clip: number | undefined;
  readonly coupled: boolean;
  readonly resetAfter: boolean;
}

function readSettings(op: Op, ctx: Context, type: CellType): Settings {
  const { where, attributes } = op;
  const layout = attributes.flag('layout', false) ? 1 : 0;
  const direction = attributes.string('direction', 'forward');
  if (!['forward', 'reverse', 'bidirectional'].includes(direction))
    refuse(where, 'an unknown direction', 'forward, reverse or bidirectional', direction);
  const directions = direction === 'bidirectional' ? 2 : 1;
  const w = known(where, op.inputs[1], 'W');
  const gates = gatesOf(type);
  const units = (w.dims[1] ?? 0) / gates;
  const hidden = attributes.int('hidden_size', undefined);
  if (!Number.isInteger(units) || units < 1 || (hidden !== undefined && hidden !== units) || w.dims.length !== 3) {
    refuse(where, 'W does not fit hidden_size', `[${directions}, ${gates}·${hidden}, inputs]`, `[${w.dims}]`);
  }
  const activations = readActivations(op, type, directions);
  const clip = attributes.float('clip', undefined);
  if (clip !== undefined && !(clip >= 0))
    refuse(where, 'a clip that bounds nothing', 'a number of at least 0', `${clip}`);
  const coupled = type === 'lstm' && attributes.flag('input_forget', false);
  const resetAfter = type === 'gru' && attributes.flag('linear_before_reset', false);
  if (clip === undefined) ctx.reporter.defaulted(op.name, 'clip', 'none', 'ONNX: no bound unless given');
  return {
    type,
    directions,
    units,
    layout,
    backwards: direction === 'reverse',
    activations,
    clip,
    coupled,
    resetAfter,
  };
}

/** One direction's cell. @param states constant initial h and c. */
function cellConfig(
  op: Op,
  ctx: Context,
  settings: Settings,
  input: number,
  direction: number,
  states: readonly (Item | undefined)[],
): CellConfig {
  const { type, units, clip } = settings;
  const tensors = cellTensors(op, ctx, { ...settings, input }, direction);
  states.forEach((state, index) => {
    const row = state && constantState(op, state, direction, settings);
    if (!row) return;
    const field = index === 0 ? 'initialH' : 'initialC';
    tensors[field] = ctx.tensor(`${op.name}.${field}`, [units], row, {
      constant: state.kind === 'constant' ? state : constant([], [], 1),
      becomes: `${op.name}.${field}`,
      how: 'one row for the whole batch',
    });
  });
  const [f, g, h] = settings.activations[direction] as [ActivationSpec, ActivationSpec, ActivationSpec];
  const fields = {
    lstm: { activations: { i: f, f, g, o: f, output: h }, ...(settings.coupled && { coupled: true }) },
    gru: { resetAfter: settings.resetAfter, activations: { r: f, z: f, n: g } },
    rnn: { activation: f },
  }[type];
  const common = { units, tensors, ...(clip !== undefined && clip > 0 && { clip }) };
  return { type, ...fields, ...common } as unknown as CellConfig;
}

/** Whether a layer walks an axis of a frame, of a file that carries state from frame to frame: it starts anew in each. */
const startsAnew = (ctx: Context, x: Value): boolean =>
  ctx.carried !== undefined && !runTime(x) && !x.time.some((atom) => ctx.timed.has(atom));

/** Whether a constant initial state is one that the layer starts from anyway. */
export const isZero = (state: Item): boolean =>
  state.kind === 'filled'
    ? state.value === 0
    : state.kind === 'constant' && Array.from(state.data).every((n) => n === 0);

/** ONNX Runtime gives zeros as the final state of a row without timesteps, whatever it started from. */
function ofRowsWithSteps(op: Op, ctx: Context, state: string, [lengths]: readonly string[]): string {
  if (lengths === undefined) return state;
  return ctx.add({ type: 'where', inputs: [lengths, state, ctx.constant(0)] }, `${op.name}.state`);
}

/** Adds the layer. @returns names of Y, Y_h and Y_c as features `[directions, units]`, of those that are used. */
function addLayer(op: Op, ctx: Context, settings: Settings, x: Value): (string | undefined)[] {
  const lengths = readLengths(op, ctx, x);
  const masked = lengths.length > 0 && ({ lengths: true } as const);
  const { type, directions } = settings;
  const states = type === 'lstm' ? [op.inputs[5], op.inputs[6]] : [op.inputs[5]];
  const values = states.some((state) => state?.kind === 'value');
  const anew = !values && startsAnew(ctx, x);
  const given = values || anew;
  const wantsStates = op.used[1] === true || op.used[2] === true;
  const config = (direction: number): CellConfig =>
    cellConfig(op, ctx, settings, count(x.features), direction, given ? [] : states);
  if (directions === 2 && !given && !wantsStates) {
    const [forward, backward] = [config(0), config(1)];
    const inputs = [x.name, ...lengths];
    const fields = { type: 'bidirectional', inputs, merge: 'concat', forward, backward, ...masked } as const;
    return [ctx.add(fields, op.name)];
  }
  const results = type === 'lstm' ? ['y', 'h', 'c'] : ['y', 'h'];
  const halves = Array.from({ length: directions }, (_, direction) => {
    const name = directions === 1 ? op.name : `${op.name}.${direction === 0 ? 'forward' : 'backward'}`;
    const start = anew ? freshState : stateValue;
    const initial = given ? states.map((state) => start(op, ctx, state, direction, settings)) : [];
    const outputs = wantsStates ? results.map((result) => ctx.unique(`${name}.${result}`)) : undefined;
    const fields = {
      ...config(direction),
      inputs: [x.name, ...initial, ...lengths],
      ...masked,
      ...((settings.backwards || direction === 1) && { goBackwards: true, outputOrder: 'input' as const }),
      ...(outputs && { outputs }),
    };
    return ctx.addAll(fields, name);
  });
  return results.map((result, index) => {
    const inputs = halves.flatMap((half) => half[index] ?? []);
    if (!op.used[index] || inputs.length === 0) return undefined;
    const name =
      inputs.length === 1 ? (inputs[0] as string) : ctx.add({ type: 'concatenate', inputs }, `${op.name}.${result}`);
    const started = states.some((state) => state !== undefined && !isZero(state));
    return index > 0 && started ? ofRowsWithSteps(op, ctx, name, lengths) : name;
  });
}

/** LSTM, GRU or RNN: X, W, R, B, sequence_lens, initial_h, initial_c and P to Y, Y_h and Y_c. */
export const recurrent =
  (type: CellType): Run =>
  (op, ctx) => {
    const settings = readSettings(op, ctx, type);
    const { layout, directions, units } = settings;
    checkLengths(op);
    const given = value(ctx, op.where, op.inputs[0], 'X');
    if (isRows(ctx, op, given, layout)) return rowsStep(op, ctx, given, settings);
    const { x, batch, time } = sequenceOf(op, ctx, layout === 0);
    const names = addLayer(op, ctx, settings, x);
    const d: Atom[] = directions === 2 ? [{ kind: 'block', size: 2 }] : [];
    const unit: Atom = { kind: 'block', size: units };
    const hidden = units === 1 ? [] : [unit];
    const sequenceAxes = layout === 0 ? [time, d, batch, hidden] : [batch, time, d, hidden];
    const stateAxes = layout === 0 ? [d, batch, hidden] : [batch, d, hidden];
    return names.map((name, index): Item | undefined => {
      if (name === undefined) return undefined;
      const shape = index === 0 ? { time: x.time, axes: sequenceAxes } : { time: [], axes: stateAxes };
      return { kind: 'value', name, features: [...d, unit], type: x.type, ...shape };
    });
  };
