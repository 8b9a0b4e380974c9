import { refuse } from '../../shared/refuse.js';
import type { Op } from '../context.js';
import { type Environment, runInner, type Scope } from '../environment.js';
import { isSym, minus, type Num, sameNum } from '../num.js';
import type { Graph, Node } from '../proto/messages.js';
import type { Item } from '../value.js';
import { type Loop, scopeFor } from './body.js';

/** Operators of a condition that looks at the counter alone. */
const COUNTING = new Set(['Cast', 'Less', 'And', 'Add', 'Identity', 'Constant']);

/** Every node of the body that a value comes of. */
function makersOf({ node }: Graph, name: string): Node[] {
  const found = new Set<Node>();
  const names = [name];
  for (let i = 0; i < names.length; i++) {
    const maker = node.find(({ output }) => output.includes(names[i] as string));
    if (!maker || found.has(maker)) continue;
    found.add(maker);
    names.push(...maker.input);
  }
  return [...found];
}

const knownNumber = (item: Item | undefined): Num | undefined => (item?.kind === 'constant' ? item.data[0] : undefined);

/** Checks that the loop runs once for every timestep. */
export function checkTrips(env: Environment, op: Op, loop: Loop, outer: Scope, time: Num): void {
  const [trips, first] = op.inputs;
  const { condition } = loop;
  const counts = makersOf(loop.body, condition).every(({ opType }) => COUNTING.has(opType));
  /** The condition after the step that is so many steps before the end. */
  const conditionAfter = (before: number): Num | undefined => {
    if (!counts) return undefined;
    const step = minus(time, before) as Num;
    return knownNumber(runInner(env, loop.body, [condition], scopeFor(loop, outer, step))[0]);
  };
  const ends = trips ? sameNum(knownNumber(trips), time) : conditionAfter(1) === 0;
  // Each comparison changes at most once on the way, so the last step but one and the first tell; of an open time the last but one is
  // enough, as the first could be the last.
  const told = isSym(time) ? [2] : [2, time];
  const goesOn = sameNum(time, 1) || told.every((before) => (conditionAfter(before) ?? 0) !== 0);
  const starts = !first || knownNumber(first) === 1;
  if (!ends || !goesOn || !starts)
    refuse(op.where, 'a loop that does not run once for every timestep', 'one step for each', op.name);
}
