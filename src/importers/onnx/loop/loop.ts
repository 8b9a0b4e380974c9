import type { CellConfig } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import { Reporter } from '../../shared/report.js';
import { Context, type Op } from '../context.js';
import { type Environment, runGraph, Scope } from '../graph.js';
import { arrange, arranged } from '../layout.js';
import { isSym, minus, type Num, sameNum, symbol } from '../num.js';
import type { Graph } from '../proto/messages.js';
import { materialise } from '../stretch.js';
import { type Atom, constant, count, dimsOf, INT64, type Item, type Value } from '../value.js';
import { type FoundCell, findCell } from './cells.js';
import { STEP } from './step.js';
import { type Linear, termsOf } from './terms.js';

// Exporters that do not know a recurrent layer write the loop that it is. Nothing here runs loops: the body is worked out once, for a
// step that stands for all, and if its formula is that of an LSTM, a GRU or an RNN, that layer is what comes of it.

const CONDITION = new Set(['Cast', 'Less', 'And', 'Add', 'Identity', 'Constant']);

/** The name that an output of the body carries before identities. */
function origin({ node }: Graph, name: string): string {
  const made = node.find(({ output }) => output.includes(name));
  return made?.opType === 'Identity'
    ? origin({ node: node.filter((one) => one !== made) } as Graph, made.input[0] as string)
    : name;
}

/** Every node of the body that a value comes of. */
function needs({ node }: Graph, name: string): Graph['node'] {
  const found = new Set<Graph['node'][0]>();
  const names = [name];
  for (let at = 0; at < names.length; at++) {
    const made = node.find(({ output }) => output.includes(names[at] as string));
    if (!made || found.has(made)) continue;
    found.add(made);
    names.push(...made.input);
  }
  return [...found];
}

interface Loop {
  readonly body: Graph;
  /** Inputs of the body but the counter and the condition. */
  readonly names: readonly string[];
  readonly outputs: readonly string[];
  readonly initial: readonly Item[];
  /** Carried values that never change, and those that count. */
  readonly invariant: readonly boolean[];
  readonly counter: readonly boolean[];
}

function inspect(op: Op): Loop {
  const body = op.attributes.graph('body');
  const initial = op.inputs
    .slice(2)
    .map((item, i) => item ?? refuse(op.where, 'an input is missing', `input ${i + 2}`));
  const names = body.input.map(({ name }) => name);
  const outputs = body.output.map(({ name }) => name);
  if (
    names.length !== initial.length + 2 ||
    outputs.length !== op.outputs.length + 1 ||
    outputs.length <= initial.length
  )
    refuse(
      op.where,
      'a body that does not fit',
      `${initial.length + 2} inputs, ${op.outputs.length + 1} outputs`,
      `${names.length}, ${outputs.length}`,
    );
  const invariant = initial.map((_, i) => origin(body, outputs[i + 1] as string) === names[i + 2]);
  const counter = initial.map(
    (item, i) =>
      !invariant[i] && item?.kind === 'constant' && item.data.length === 1 && item.data[0] === 0 && item.type !== 1,
  );
  return { body, names, outputs, initial, invariant, counter };
}

/** A scope for the body at a step. */
function scopeFor({ names, initial, invariant, counter }: Loop, outer: Scope, step: Num): Scope {
  const scope = new Scope(outer);
  scope.set(names[0] as string, constant([], [step], INT64));
  scope.set(names[1] as string, constant([], [1], 9));
  initial.forEach((item, i) => {
    const name = names[i + 2] as string;
    if (counter[i]) scope.set(name, constant(dimsOf(item as Item) as number[], [step], (item as Item).type));
    else if (invariant[i]) scope.set(name, item);
  });
  return scope;
}

/** Checks that the loop runs once for every timestep. */
function checkTrips(env: Environment, op: Op, loop: Loop, outer: Scope, time: Num, depth: number): void {
  const [trips, condition] = op.inputs;
  const known = (item: Item | undefined): Num | undefined => (item?.kind === 'constant' ? item.data[0] : undefined);
  const last = loop.outputs[0] as string;
  const plain = needs(loop.body, last).every(({ opType }) => CONDITION.has(opType));
  const at = (before: number): Num | undefined => {
    const step = minus(time, before) as Num;
    return plain ? known(runGraph(env, loop.body, [last], scopeFor(loop, outer, step), depth + 1)[0]) : undefined;
  };
  const enough = trips ? sameNum(known(trips), time) : at(1) === 0;
  // Each comparison changes at most once on the way, so both ends tell; of an open time the last but one is enough, as the first
  // could be the last.
  const goesOn = sameNum(time, 1) || [2, ...(isSym(time) ? [] : [time])].every((before) => (at(before) ?? 0) !== 0);
  if (!enough || !goesOn || (condition && known(condition) !== 1))
    refuse(op.where, 'a loop that does not run once for every timestep', 'one step for each', op.name);
}

/** The cell's tensors in the parent's spec. */
function configOf(
  op: Op,
  ctx: Context,
  cell: FoundCell,
  x: string,
  h: string,
  input: number,
  units: number,
): CellConfig {
  const matrix = ({ parts }: Linear, name: string, width: number): Float32Array =>
    parts.get(name) ?? new Float32Array(units * width);
  const join = (all: readonly (Float32Array | undefined)[], width: number): Float32Array => {
    const out = new Float32Array(all.length * units * width);
    all.forEach((one, i) => {
      if (one) out.set(one, i * units * width);
    });
    return out;
  };
  const gates = cell.gates.map(({ linear }) => linear);
  const hidden = gates.map((one) => matrix(one, h, units) as Float32Array);
  const recurrent = cell.type === 'gru' ? cell.recurrent : undefined;
  if (recurrent) hidden[2] = recurrent.weight;
  const tensor = (field: string, shape: number[], data: Float32Array): string =>
    ctx.tensor(`${op.name}.${field}`, shape, data);
  const rows = gates.length * units;
  const second = recurrent?.bias && tensor('biasHh', [rows], join([undefined, undefined, recurrent.bias], 1));
  const tensors = {
    weightIh: tensor(
      'weightIh',
      [rows, input],
      join(
        gates.map((one) => matrix(one, x, input)),
        input,
      ),
    ),
    weightHh: tensor('weightHh', [rows, units], join(hidden, units)),
    biasIh: tensor(
      'biasIh',
      [rows],
      join(
        gates.map(({ bias }) => bias),
        1,
      ),
    ),
    ...(second && { biasHh: second }),
  };
  const [a, b, c, d] = cell.gates.map(({ activation }) => activation);
  const made = { type: cell.type, units, tensors };
  if (cell.type === 'rnn') return { ...made, activation: a } as CellConfig;
  if (cell.type === 'gru')
    return { ...made, resetAfter: cell.resetAfter, activations: { r: a, z: b, n: c } } as CellConfig;
  return { ...made, activations: { i: a, f: b, g: c, o: d, output: cell.output } } as CellConfig;
}

export function runLoop(env: Environment, op: Op, outer: Scope, depth: number): (Item | undefined)[] {
  const { ctx } = env;
  const { where } = op;
  const loop = inspect(op);
  const child = new Context(new Reporter(), ctx.batch, ctx.readers, ctx);
  child.steps = new Map();
  const inside: Environment = { ...env, ctx: child };
  const scope = scopeFor(loop, outer, symbol(STEP));
  const stateAt = loop.initial.flatMap((_, i) => (loop.invariant[i] || loop.counter[i] ? [] : [i]));
  const states = stateAt.map((i) => {
    const item = loop.initial[i] as Item;
    const [rows, units] = dimsOf(item);
    if (dimsOf(item).length !== 2 || isSym(units) || !sameNum(rows, ctx.batch?.size ?? 1))
      refuse(where, 'state that is no vector per row', '[batch, units]', `${dimsOf(item).length} axes`);
    const atom: Atom = { kind: 'block', size: units as number };
    const name = child.unique(`${op.name}.state`);
    const value: Value = {
      kind: 'value',
      name,
      time: [],
      features: [atom],
      axes: [ctx.batch ? [ctx.batch] : [], [atom]],
      type: item.type,
    };
    scope.set(loop.names[i + 2] as string, value);
    return { i, item, name, units: units as number };
  });
  // The condition is looked at by itself.
  const asked = loop.outputs.slice(1);
  const made = runGraph(inside, loop.body, asked, scope, depth + 1);
  loop.counter.forEach((counts, i) => {
    const next = made[i];
    if (counts && !(next?.kind === 'constant' && sameNum(minus(next.data[0] as Num, symbol(STEP)), 1)))
      refuse(where, 'a number that is carried but does not count steps', 'one more at each step', loop.names[i + 2]);
  });
  const [step, ...others] = child.steps;
  const inner = child.nodes.flatMap(({ name, outputs }) => outputs ?? [name]);
  if (!step || others.length > 0 || inner.includes(step[1].x.name))
    refuse(where, 'a loop over other than one sequence', 'a recurrent layer', `${child.steps.size} sequences`);
  const [leaf, { x, axis }] = step;
  const time = x.axes[axis] as readonly Atom[];
  checkTrips(inside, op, loop, outer, dimsOf(x)[axis] as Num, depth);
  const input = count(x.features.filter((atom) => !time.includes(atom)));
  const terms = termsOf(
    child.nodes,
    child.tensors,
    new Map([[leaf, input], ...states.map(({ name, units }) => [name, units] as const)]),
  );
  const termOf = (item: Item | undefined) => (item?.kind === 'value' ? terms.get(item.name) : undefined);
  const found = findCell(states.map(({ i, name }) => ({ name, next: termOf(made[i]) })));
  // Gates may look at the input and at h, at nothing else.
  const seen = new Set(found?.cell.gates.flatMap(({ linear }) => [...linear.parts.keys()]));
  const h = states[found?.h ?? 0] as (typeof states)[0];
  if (!found || [...seen].some((name) => name !== leaf && name !== h.name))
    refuse(where, 'a loop that is no LSTM, GRU or simple RNN', 'the formula of one of them', op.name);
  const sequence = arranged(
    ctx,
    where,
    x,
    time,
    x.features.filter((atom) => !time.includes(atom)),
  );
  const order = [found.h, found.c].flatMap((at) => (at < 0 ? [] : [states[at] as (typeof states)[0]]));
  const zero = order.every(({ item }) => item.kind === 'filled' && item.value === 0);
  const initial = zero
    ? []
    : order.map(({ item }) => {
        const v = item.kind === 'value' ? item : materialise(ctx, where, item);
        return arrange(ctx, where, v, [], v.axes[1] as readonly Atom[]);
      });
  const outputs = ['y', 'h', 'c'].slice(0, order.length + 1).map((one) => ctx.unique(`${op.name}.${one}`));
  const config = configOf(op, ctx, found.cell, leaf, h.name, input, h.units);
  ctx.add({ ...config, inputs: [sequence.name, ...initial], outputs }, op.name);
  ctx.reporter.note(`${where}: its steps are those of a layer of type ${found.cell.type}`);
  const unit: Atom = { kind: 'block', size: h.units };
  const batch = ctx.batch ? [ctx.batch] : [];
  const vector = (name: string): Value => ({
    kind: 'value',
    name,
    time: [],
    features: [unit],
    axes: [batch, [unit]],
    type: x.type,
  });
  const all: Value = {
    ...sequence,
    name: outputs[0] as string,
    features: [unit],
    axes: [time, batch, [unit]],
    carried: false,
  };
  return op.outputs.map((_, i) => {
    const at = order.findIndex((state) => state.i === i);
    if (at >= 0) return vector(outputs[at + 1] as string);
    if (i < loop.initial.length) return loop.invariant[i] ? loop.initial[i] : undefined;
    const scanned = termOf(made[i]);
    return scanned && scanned === termOf(made[h.i]) ? all : undefined;
  });
}
