import { refuse } from '../../shared/refuse.js';
import type { Op } from '../context.js';
import { Scope } from '../environment.js';
import { minus, type Num, sameNum, symbol } from '../num.js';
import type { Graph, Node } from '../proto/messages.js';
import { isFloatType } from '../tensor.js';
import { BOOL, constant, dimsOf, INT64, type Item } from '../value.js';
import { STEP } from './step.js';

/** A body that is run step by step, and what is carried from one to the next. */
export interface Steps {
  readonly body: Graph;
  /** Inputs of the body that are carried. */
  readonly names: readonly string[];
  /** Outputs of the body: what is carried, what is collected. */
  readonly outputs: readonly string[];
  /** What the carried values are at the start. */
  readonly initial: readonly Item[];
  /** Which of the carried values never change. */
  readonly invariant: readonly boolean[];
  /** Which of them may count steps. */
  readonly counter: readonly boolean[];
}

export interface Loop extends Steps {
  /** Inputs of the body: the step's number, and the condition. */
  readonly given: readonly [step: string, goesOn: string];
  /** The output of the body that says whether another step follows. */
  readonly condition: string;
}

/** Which of the carried values never change. */
export const unchanging = ({ node }: Graph, outputs: readonly string[], names: readonly string[]): boolean[] =>
  names.map((name, i) => origin(node, outputs[i] as string) === name);

/** The name that an output of the body carries before identities. */
function origin(nodes: readonly Node[], name: string): string {
  const maker = nodes.find(({ output }) => output.includes(name));
  if (maker?.opType !== 'Identity') return name;
  return origin(
    nodes.filter((node) => node !== maker),
    maker.input[0] as string,
  );
}

/** @throws {ImportError} the body does not fit the node. */
export function readLoop(op: Op): Loop {
  const body = op.attributes.graph('body');
  const initial = op.inputs
    .slice(2)
    .map((item, i) => item ?? refuse(op.where, 'an input is missing', `input ${i + 2}`));
  const [step, goesOn, ...names] = body.input.map(({ name }) => name) as [string, string, ...string[]];
  const [condition, ...outputs] = body.output.map(({ name }) => name) as [string, ...string[]];
  if (names.length !== initial.length || outputs.length !== op.outputs.length || outputs.length < initial.length)
    refuse(
      op.where,
      'a body that does not fit',
      `${initial.length + 2} inputs, ${op.outputs.length + 1} outputs`,
      `${body.input.length}, ${body.output.length}`,
    );
  const invariant = unchanging(body, outputs, names);
  const counter = initial.map(
    (item, i) =>
      !invariant[i] &&
      item.kind === 'constant' &&
      item.data.length === 1 &&
      item.data[0] === 0 &&
      !isFloatType(item.type),
  );
  return { body, names, outputs, initial, invariant, counter, given: [step, goesOn], condition };
}

/** A scope for the body at a step, the states still missing. */
export function scopeFor({ given, names, initial, invariant, counter }: Loop, outer: Scope, step: Num): Scope {
  const scope = new Scope(outer);
  scope.set(given[0], constant([], [step], INT64));
  scope.set(given[1], constant([], [1], BOOL));
  initial.forEach((item, i) => {
    const name = names[i] as string;
    if (counter[i]) scope.set(name, constant(dimsOf(item) as number[], [step], item.type));
    else if (invariant[i]) scope.set(name, item);
  });
  return scope;
}

/** @throws {ImportError} a value that was taken for a counter is more or less than one up at the end of a step. */
export function checkCounters(op: Op, { counter, names }: Loop, made: readonly Item[]): void {
  counter.forEach((counts, i) => {
    const next = made[i];
    if (counts && !(next?.kind === 'constant' && sameNum(minus(next.data[0] as Num, symbol(STEP)), 1)))
      refuse(op.where, 'a number that is carried but does not count steps', 'one more at each step', names[i]);
  });
}
