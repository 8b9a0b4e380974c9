import { refuse } from '../shared/refuse.js';
import type { NodeDef } from './proto.js';
import { dataInputs, type Level, type Operator, type Ref, type Resolver, type Scope, scopeOf } from './resolve.js';
import { whereOf } from './site.js';
import { checkFollowed } from './structure.js';

// Loops, which TensorFlow has in two forms: an operator with functions for its body and its condition, and, of version 1 and in frozen graphs,
// operators between the nodes of a frame: Enter and NextIteration meet in a Merge, of which a Switch lets a value into the next step or, by an Exit, out of the loop.

/** A loop, in whichever form. */
export interface Loop {
  readonly where: string;
  /** What is carried at first. */
  readonly initial: readonly Ref[];
  /** What is carried in the end; undefined where nothing says. */
  readonly outputs: readonly (Ref | undefined)[];
  /** What a step makes of what is carried. */
  step(level: Level, carried: readonly (() => Ref)[]): Ref[];
  /** Whether a step follows. */
  condition(level: Level, carried: readonly (() => Ref)[]): Ref;
}

/** The loop of a `While`. */
export function functionLoop(node: Operator, resolver: Resolver): Loop {
  const { depth } = scopeOf(node);
  const where = whereOf(node);
  const [condition, body] = ['cond', 'body'].map(
    (name) =>
      node.def.attr.find(({ key }) => key === name)?.value?.func?.name ?? refuse(where, `no ${name}`, 'a function'),
  ) as [string, string];
  return {
    where,
    initial: node.inputs,
    outputs: node.inputs.map((_, output) => ({ node, output })),
    step(level, carried) {
      const made = resolver.outputsOf(resolver.call(body, where, level, depth + 1, carried));
      if (made.length !== carried.length)
        refuse(where, 'a loop that does not fit', `${carried.length} values`, `${made.length}`);
      return made;
    },
    condition(level, carried) {
      const [goesOn, ...more] = resolver.outputsOf(resolver.call(condition, where, level, depth + 1, carried));
      return goesOn && more.length === 0
        ? goesOn
        : refuse(where, 'a condition that is no single value', 'one', `${more.length}`);
    },
  };
}

/** One value that a frame carries. */
interface Carried {
  readonly merge: NodeDef;
  readonly gate: NodeDef;
  readonly enter: NodeDef;
  readonly next: NodeDef;
  readonly exit: NodeDef | undefined;
}

/** Of a scope, its loops by the name of their condition. */
const frames = new WeakMap<Scope, Map<string, Loop>>();

/** The loop that an Exit leads out of. */
export function frameLoop(exit: Operator, resolver: Resolver): Loop {
  const scope = scopeOf(exit);
  const where = whereOf(exit);
  const nodeAt = ({ input, name }: NodeDef, at: number, ...types: string[]): NodeDef => {
    const found = scope.nodes.get(input[at]?.split(':')[0] ?? '');
    return found && types.includes(found.op)
      ? found
      : refuse(where, 'a loop of another form', types.join(' or '), `${name}: ${found?.op ?? 'nothing'}`);
  };
  const goesOn = nodeAt(nodeAt(exit.def, 0, 'Switch'), 1, 'LoopCond');
  const known = frames.get(scope) ?? new Map<string, Loop>();
  frames.set(scope, known);
  const before = known.get(goesOn.name);
  if (before) return before;
  resolver.budget.operations(4 * scope.nodes.size, where);
  const all = [...scope.nodes.values()];
  const from = (node: NodeDef, at: number): string | undefined => node.input[at]?.split(':')[0];
  const exits = new Map(all.filter(({ op }) => op === 'Exit').map((own) => [from(own, 0), own]));
  const carried = all.flatMap((gate): Carried[] => {
    if (gate.op !== 'Switch' || from(gate, 1) !== goesOn.name) return [];
    const merge = nodeAt(gate, 0, 'Merge');
    const enter = nodeAt(merge, 0, 'Enter');
    return [{ gate, merge, enter, next: nodeAt(merge, 1, 'NextIteration'), exit: exits.get(gate.name) }];
  });
  const frame = frameOf(carried[0]?.enter);
  for (const { merge, gate, next } of carried) for (const node of [merge, gate, next]) checkFollowed(node);
  checkFollowed(goesOn);
  const entered = all.filter((node) => node.op === 'Enter' && frameOf(node) === frame);
  for (const node of entered) checkFollowed(node);
  const outside = (node: NodeDef): Ref => resolver.resolve(scope, dataInputs(node)[0] ?? '');
  const inside = (level: Level, given: readonly (readonly [string, () => Ref])[]): Scope => {
    const fixed = entered.map((node) => [`${node.name}:0`, () => outside(node)] as const);
    return resolver.scope(
      scope.nodes,
      level,
      new Map([...scope.given, ...fixed, ...given]),
      false,
      where,
      scope.depth + 1,
    );
  };
  const merged = (carriedNow: readonly (() => Ref)[]) =>
    carried.map(({ merge }, i) => [`${merge.name}:0`, carriedNow[i] as () => Ref] as const);
  const loop: Loop = {
    where,
    initial: carried.map(({ enter }) => outside(enter)),
    outputs: carried.map((own) => own.exit && { node: resolver.resolve(scope, own.exit.name).node, output: 0 }),
    step(level, now) {
      const gates = carried.map(({ gate }, i) => [`${gate.name}:1`, now[i] as () => Ref] as const);
      const within = inside(level, [...merged(now), ...gates]);
      return carried.map(({ next }) => resolver.resolve(within, dataInputs(next)[0] ?? ''));
    },
    condition: (level, now) => resolver.resolve(inside(level, merged(now)), dataInputs(goesOn)[0] ?? ''),
  };
  known.set(goesOn.name, loop);
  return loop;
}

const frameOf = (enter: NodeDef | undefined): string => {
  const name = enter?.attr.find(({ key }) => key === 'frame_name')?.value?.s;
  return name ? new TextDecoder().decode(name.slice()) : '';
};
