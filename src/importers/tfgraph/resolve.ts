import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';
import { refuseForeign } from './foreign.js';
import { outputOf } from './outputs.js';
import type { FunctionDef, GraphDef, NodeDef } from './proto.js';
import { checkFollowed } from './structure.js';
import { refuseWrites } from './writes.js';

// TensorFlow's graph by names, functions within it, becomes nodes that know one another: a call is what its function makes, so that what is
// translated knows no functions but those of loops.

/** The graph, or the body of a loop within one: where a node is computed. */
export interface Level {
  readonly outer?: Level;
}

/** An output of a node. */
export interface Ref {
  readonly node: Operator;
  readonly output: number;
}

/** A node where it stands. */
export class Operator {
  #inputs: readonly Ref[] | undefined;

  /** @param name the file's, of a function's node the one that it has there. */
  constructor(
    readonly def: NodeDef,
    readonly level: Level,
    private readonly resolved: () => readonly Ref[],
  ) {}

  get type(): string {
    return this.def.op;
  }

  get name(): string {
    return this.def.name;
  }

  /** What it reads, but for what it only waits for. */
  get inputs(): readonly Ref[] {
    this.#inputs ??= this.resolved();
    return this.#inputs;
  }
}

/** Nodes by name, and what stands for some of their values. */
export interface Scope {
  readonly level: Level;
  readonly where: string;
  readonly nodes: ReadonlyMap<string, NodeDef>;
  /** Values that are given, by how nodes name them. */
  readonly given: ReadonlyMap<string, () => Ref>;
  /** Whether names of values say which output of the operator's definition they are, as in functions. */
  readonly inFunction: boolean;
  readonly made: Map<string, Operator>;
  readonly calls: Map<string, readonly [Scope, FunctionDef]>;
  readonly depth: number;
}

/** Functions and loops within one another: more is no model that was written. */
const DEEPEST = 64;

/** Calls of which one is given what another gives, one after another, without anything in between. */
const MOST_HANDED_ON = 1000;

/** What a node is that the file does not have: an input, what a loop carries. */
export const INPUT = '_Input';

/** A value that is given from outside. */
export const inputNode = (name: string, level: Level): Operator =>
  new Operator({ name, op: INPUT, input: [], attr: [] }, level, () => []);

const CALLS = new Set(['PartitionedCall', 'StatefulPartitionedCall']);

export class Resolver {
  readonly #functions: ReadonlyMap<string, FunctionDef>;

  constructor(
    readonly graph: GraphDef,
    readonly budget: Budget,
  ) {
    refuseForeign('graph', graph);
    const functions = new Map<string, FunctionDef>();
    for (const one of graph.library?.function ?? []) {
      const name = one.signature?.name ?? '';
      if (functions.has(name)) refuse('graph', 'two functions of one name', 'each name once', name);
      functions.set(name, one);
    }
    this.#functions = functions;
  }

  /** The graph itself. @param given values that are put in, by name and output. */
  top(level: Level, given: ReadonlyMap<string, () => Ref>): Scope {
    return this.scope(byName(this.graph.node, 'graph'), level, given, false, 'graph', 0);
  }

  scope(
    nodes: ReadonlyMap<string, NodeDef>,
    level: Level,
    given: ReadonlyMap<string, () => Ref>,
    inFunction: boolean,
    where: string,
    depth: number,
  ): Scope {
    if (depth > DEEPEST) refuse(where, 'functions and loops within one another', `at most ${DEEPEST} deep`, 'more');
    this.budget.bytes(BYTES_PER_OPERATOR, where);
    return { level, where, nodes, given, inFunction, made: new Map(), calls: new Map(), depth };
  }

  /** A function with its arguments. @returns the scope of its nodes, and its outputs in order. */
  call(name: string, where: string, level: Level, depth: number, args: readonly (() => Ref)[]): [Scope, FunctionDef] {
    const found = this.#functions.get(name) ?? refuse(where, 'a function that is not there', 'one of the file', name);
    const { signature, nodeDef } = found;
    const inputs = signature?.inputArg ?? [];
    for (const message of [found, ...(signature ? [signature, ...inputs, ...signature.outputArg] : [])])
      refuseForeign(`function ${JSON.stringify(name)}`, message);
    if (inputs.length !== args.length)
      refuse(where, 'another number of arguments', `${inputs.length} of ${name}`, `${args.length}`);
    this.budget.nodes(nodeDef.length, where);
    const own = `function ${JSON.stringify(name)}`;
    refuseWrites(nodeDef, own);
    const given = new Map(inputs.map((argument, i) => [argument.name, args[i] as () => Ref]));
    return [this.scope(byName(nodeDef, own), level, given, true, own, depth), found];
  }

  /** The outputs of a function, in order. */
  outputsOf([scope, { signature, ret }]: readonly [Scope, FunctionDef]): Ref[] {
    const outputs = signature?.outputArg ?? [];
    return outputs.map((_, i) => this.resolve(...this.#returned([scope, { signature, ret } as FunctionDef], i)));
  }

  #returned([scope, { signature, ret }]: readonly [Scope, FunctionDef], output: number): [Scope, string] {
    const name = signature?.outputArg[output]?.name;
    this.budget.operations(ret.length, scope.where);
    const value = ret.find(({ key }) => key === name)?.value;
    return [scope, value ?? refuse(scope.where, 'an output that nothing makes', 'a value', name ?? `output ${output}`)];
  }

  #handedOn = 0;

  /** Which value a name is, in a scope. @throws {ImportError} nothing makes it; calls that hand on what they are given, in a circle. */
  resolve(from: Scope, named: string): Ref {
    if (++this.#handedOn > MOST_HANDED_ON)
      refuse(from.where, 'calls that hand on what they are given', `at most ${MOST_HANDED_ON} in a row`, named);
    try {
      return this.#resolve(from, named);
    } finally {
      this.#handedOn--;
    }
  }

  #resolve(from: Scope, named: string): Ref {
    let [scope, text] = [from, named];
    for (;;) {
      const given = scope.given.get(scope.inFunction ? text : withOutput(text));
      if (given) return given();
      const [name = '', ...parts] = text.split(':');
      const def = scope.nodes.get(name) ?? refuse(scope.where, 'nothing makes a value', 'a node', text);
      const output = outputOf(def, parts, scope);
      if (!CALLS.has(def.op)) return { node: this.#operator(def, scope), output };
      this.budget.operations(1, scope.where);
      [scope, text] = this.#returned(this.#called(def, scope), output);
    }
  }

  #called(def: NodeDef, scope: Scope): readonly [Scope, FunctionDef] {
    const known = scope.calls.get(def.name);
    if (known) return known;
    const where = `node ${JSON.stringify(def.name)} (${def.op})`;
    checkFollowed(def);
    const name = def.attr.find(({ key }) => key === 'f')?.value?.func?.name ?? '';
    const args = dataInputs(def).map((input) => () => this.resolve(scope, input));
    const made = this.call(name, where, scope.level, scope.depth + 1, args);
    scope.calls.set(def.name, made);
    return made;
  }

  #operator(def: NodeDef, scope: Scope): Operator {
    const known = scope.made.get(def.name);
    if (known) return known;
    this.budget.bytes(BYTES_PER_OPERATOR, scope.where);
    checkFollowed(def);
    const made = new Operator(def, scope.level, () => dataInputs(def).map((input) => this.resolve(scope, input)));
    scope.made.set(def.name, made);
    scopes.set(made, scope);
    return made;
  }
}

/** What an operator takes in memory, roughly. */
const BYTES_PER_OPERATOR = 256;

const scopes = new WeakMap<Operator, Scope>();

/** The scope that a node of the file stands in. */
export const scopeOf = (node: Operator): Scope => scopes.get(node) as Scope;

/** What a node reads; `^name` is waited for and not read. */
export const dataInputs = ({ input }: NodeDef): string[] => input.filter((text) => !text.startsWith('^'));

const withOutput = (text: string): string => (text.includes(':') ? text : `${text}:0`);

function byName(nodes: readonly NodeDef[], where: string): Map<string, NodeDef> {
  const found = new Map<string, NodeDef>();
  for (const node of nodes) {
    if (found.has(node.name)) refuse(where, 'two nodes of one name', 'each name once', node.name);
    found.set(node.name, node);
  }
  return found;
}

/** Operators that hand on what they are given. */
const SAME = new Set([
  'Identity',
  'StopGradient',
  'PreventGradient',
  'Snapshot',
  'EnsureShape',
  'CheckNumerics',
  'RefIdentity',
]);

/** What nodes hand on, of those that were asked. */
const handed = new WeakMap<Operator, Ref>();

/** The value that one is, handed on or not; one of a circle if it is handed on in one. */
export function plain(ref: Ref): Ref {
  let found = ref;
  const path = new Set<Operator>();
  while (SAME.has(found.node.type) && found.node.inputs[0] && !path.has(found.node)) {
    path.add(found.node);
    found = handed.get(found.node) ?? found.node.inputs[0];
  }
  for (const node of path) handed.set(node, found);
  return found;
}

export const sameRef = (a: Ref | undefined, b: Ref | undefined): boolean =>
  a !== undefined && a.node === b?.node && a.output === b.output;
