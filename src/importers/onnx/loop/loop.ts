import { refuse } from '../../shared/refuse.js';
import { Reporter } from '../../shared/report.js';
import { Context, type Op } from '../context.js';
import { type Environment, runInner, type Scope } from '../environment.js';
import { arrange, arranged } from '../layout.js';
import { isSym, type Num, sameNum, symbol } from '../num.js';
import { isZero } from '../ops/recurrent/layer.js';
import { materialise } from '../stretch.js';
import { type Atom, BOOL, count, dimsOf, type Item, type Value } from '../value.js';
import { checkCounters, readLoop, type Steps, scopeFor } from './body.js';
import { type FoundCell, findCell } from './cells.js';
import { configOf } from './config.js';
import { STEP } from './step.js';
import { type Term, termsOf } from './terms.js';
import { checkTrips } from './trips.js';

// Exporters that do not know a recurrent layer write the loop that it is. Nothing here runs loops: the body is worked out once, for a
// step that stands for all, and if its formula is that of an LSTM, a GRU or an RNN, that layer is what comes of it.

/** A carried value that is neither constant nor a counter: h or c. */
interface State {
  /** Which of the carried values it is. */
  readonly index: number;
  readonly initial: Item;
  /** Its name in the spec of the body. */
  readonly name: string;
  readonly units: number;
}

/** The sequence whose timesteps the loop walks. */
interface Walked {
  /** The name of its timestep in the spec of the body. */
  readonly name: string;
  readonly x: Value;
  readonly time: readonly Atom[];
  readonly features: readonly Atom[];
  /** How many timesteps it has. */
  readonly size: Num;
}

/** Puts a value for each state into the scope of the body. */
function enterStates(op: Op, child: Context, loop: Steps, scope: Scope): State[] {
  return loop.initial.flatMap((initial, index): State[] => {
    if (loop.invariant[index] || loop.counter[index]) return [];
    const dims = dimsOf(initial);
    const [rows, units] = dims;
    if (dims.length !== 2 || isSym(units) || !sameNum(rows, child.batch?.size ?? 1))
      refuse(op.where, 'state that is no vector per row', '[batch, units]', `${dims.length} axes`);
    const unit: Atom = { kind: 'block', size: units as number };
    const name = child.unique(`${op.name}.state`);
    scope.set(loop.names[index] as string, {
      kind: 'value',
      name,
      time: [],
      features: [unit],
      axes: [child.batch ? [child.batch] : [], [unit]],
      type: initial.type,
    });
    return [{ index, initial, name, units: units as number }];
  });
}

/** The one sequence of the graph around whose timestep the body took. */
export function walkedBy(op: Op, child: Context): Walked {
  const steps = [...(child.steps ?? [])];
  const [step] = steps;
  const mask = steps.find(([, { x }]) => x.type === BOOL)?.[1].x.name;
  if (mask) refuse(op.where, 'a loop that looks at a mask', 'one sequence, or the file that Keras saved', mask);
  const inner = child.nodes.flatMap(({ name, outputs }) => outputs ?? [name]);
  if (!step || steps.length > 1 || inner.includes(step[1].x.name))
    refuse(op.where, 'a loop over other than one sequence', 'a recurrent layer', `${steps.length} sequences`);
  const [name, { x, axis }] = step;
  const time = x.axes[axis] as readonly Atom[];
  const features = x.features.filter((atom) => !time.includes(atom));
  return { name, x, time, features, size: dimsOf(x)[axis] as Num };
}

/** The cell whose formula the body has, and its states in the order h, c. */
function recognise(
  op: Op,
  states: readonly State[],
  walked: Walked,
  nextOf: (state: State) => Term | undefined,
): { readonly cell: FoundCell; readonly order: readonly [State, ...State[]] } {
  const found = findCell(states.map((state) => ({ name: state.name, next: nextOf(state) })));
  const h = states[found?.h ?? 0];
  // Gates may look at the input and at h, at nothing else.
  const seen = new Set(found?.cell.gates.flatMap(({ linear }) => [...linear.parts.keys()]));
  if (!found || !h || [...seen].some((name) => name !== walked.name && name !== h.name))
    refuse(op.where, 'a loop that is no LSTM, GRU or simple RNN', 'the formula of one of them', op.name);
  const c = states[found.c];
  return { cell: found.cell, order: c ? [h, c] : [h] };
}

/** Names of the initial states; none if all are zeros. */
function initialStates(op: Op, ctx: Context, order: readonly State[]): string[] {
  if (order.every(({ initial }) => isZero(initial))) return [];
  return order.map(({ initial }) => {
    const state = initial.kind === 'value' ? initial : materialise(ctx, op.where, initial);
    return arrange(ctx, op.where, state, [], state.axes[1] as readonly Atom[]);
  });
}

export function runLoop(env: Environment, op: Op, outer: Scope): (Item | undefined)[] {
  const loop = readLoop(op);
  return runSteps(
    env,
    op,
    loop,
    () => scopeFor(loop, outer, symbol(STEP)),
    (inside, made) => {
      checkCounters(op, loop, made);
      const walked = walkedBy(op, inside.ctx);
      checkTrips(inside, op, loop, outer, walked.size);
      return walked;
    },
  );
}

/**
 * The layer whose step a body is.
 * @param scopeOf what the body is given, but for states. The context takes note of timesteps.
 * @param check that it walks one sequence from end to end, which it gives.
 * @param outputAxes where the timesteps of what is collected are. Default: first.
 */
export function runSteps(
  env: Environment,
  op: Op,
  loop: Steps,
  scopeOf: (child: Context) => Scope,
  check: (inside: Environment, made: readonly Item[]) => Walked,
  outputAxes: readonly number[] = [],
): (Item | undefined)[] {
  const { ctx } = env;

  // The body, for the step that stands for all. The condition is looked at by itself.
  const child = new Context(new Reporter(ctx.reporter.budget), ctx.batch, ctx.readers, ctx);
  child.steps = new Map();
  const inside: Environment = { ...env, ctx: child };
  const scope = scopeOf(child);
  const states = enterStates(op, child, loop, scope);
  const made = runInner(inside, loop.body, loop.outputs, scope);
  const walked = check(inside, made);

  // Whose formula it is.
  const input = count(walked.features);
  const leaves = [[walked.name, input] as const, ...states.map(({ name, units }) => [name, units] as const)];
  const terms = termsOf(child.nodes, child.tensors, new Map(leaves));
  const termOf = (item: Item | undefined): Term | undefined =>
    item?.kind === 'value' ? terms.get(item.name) : undefined;
  const { cell, order } = recognise(op, states, walked, ({ index }) => termOf(made[index]));

  // The layer that it is.
  const [h] = order;
  const sequence = arranged(ctx, op.where, walked.x, walked.time, walked.features);
  const initial = initialStates(op, ctx, order);
  const names = ['y', 'h', 'c'].slice(0, order.length + 1).map((name) => ctx.unique(`${op.name}.${name}`));
  const config = configOf(op.name, ctx, cell, {
    x: walked.name,
    input,
    h: h.name,
    width: h.units,
    units: order.at(-1)?.units as number,
  });
  const outputs = ctx.addAll({ ...config, inputs: [sequence.name, ...initial], outputs: names }, op.name);
  ctx.reporter.note(`${op.where}: its steps are those of a layer of type ${cell.type}`);

  const unitOf = ({ units }: State): Atom => ({ kind: 'block', size: units });
  const batch = ctx.batch ? [ctx.batch] : [];
  const unit = unitOf(h);
  const axes = [batch, [unit]];
  const type = walked.x.type;
  return op.outputs.map((_, index): Item | undefined => {
    const state = order.findIndex((own) => own.index === index);
    if (state >= 0) {
      const own = unitOf(order[state] as State);
      return {
        kind: 'value',
        name: outputs[state + 1] as string,
        time: [],
        features: [own],
        axes: [batch, [own]],
        type,
      };
    }
    if (index < loop.initial.length) return loop.invariant[index] ? loop.initial[index] : undefined;
    // Nothing but h is collected over the timesteps.
    const collected = termOf(made[index]);
    if (!collected || collected !== termOf(made[h.index])) return undefined;
    const name = outputs[0] as string;
    const at = outputAxes[index - loop.initial.length] ?? 0;
    const all = [...axes.slice(0, at), walked.time, ...axes.slice(at)];
    return { ...sequence, name, features: [unit], axes: all, carried: false };
  });
}
