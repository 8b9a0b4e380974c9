import { refuse } from '../shared/refuse.js';
import { Attributes } from './attributes.js';
import type { Context, Op } from './context.js';
import { fold } from './fold/fold.js';
import { functionKey, runFunction } from './functions.js';
import { runLoop } from './loop/loop.js';
import { MICROSOFT, OPERATORS } from './ops/all.js';
import { reduction } from './ops/reduce.js';
import type { Graph, LocalFunction, Node } from './proto/messages.js';
import { type Files, readTensor } from './tensor.js';
import type { Constant, Item } from './value.js';
import { constant } from './value.js';

/** Graphs in graphs: more is no model that an exporter wrote. */
const DEEPEST = 32;

/** Names to items, with those of the graphs around. */
export class Scope {
  readonly #own = new Map<string, Item>();
  constructor(private readonly outer?: Scope) {}

  get(name: string): Item | undefined {
    return this.#own.get(name) ?? this.outer?.get(name);
  }

  set(name: string, item: Item): void {
    this.#own.set(name, item);
  }
}

/**
 * Nodes that graphs within the graph may come to, all ways to read the inputs together: a function that calls another twice, which
 * calls another twice, is a hundred bytes for each doubling. Silero VAD, all of which stands within an `If`, comes to 212.
 */
export const MOST_INNER = 100_000;

export interface Environment {
  /** How many of those are left. */
  readonly inner: { left: number };
  readonly ctx: Context;
  readonly files: Files;
  readonly opsets: ReadonlyMap<string, number>;
  /** Operators that the file defines, by `functionKey`. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
}

const MICROSOFT_DOMAIN = 'com.microsoft';

/** Works out the outputs of a graph; only what they need is looked at. */
export function runGraph(env: Environment, graph: Graph, outputs: readonly string[], scope: Scope, depth = 0): Item[] {
  if (depth > DEEPEST) refuse('graph', 'graphs within graphs', `at most ${DEEPEST} deep`);
  if (graph.sparseInitializer.length > 0) refuse('graph', 'sparse initialisers', 'dense ones');
  if (depth > 0) env.inner.left -= graph.node.length + 1;
  if (env.inner.left < 0)
    refuse('graph', 'functions and loops within one another', `at most ${MOST_INNER} nodes`, 'more');
  const nodes = ordered(graph.node);
  const needed = neededBy(nodes, outputs);
  const initial = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  for (const [name, tensor] of initial) if (needed.names.has(name)) scope.set(name, readTensor(tensor, env.files));
  for (const node of nodes) if (needed.nodes.has(node)) runNode(env, node, scope, needed.names, depth);
  return outputs.map(
    (name) => scope.get(name) ?? refuse(`output ${JSON.stringify(name)}`, 'nothing makes it', 'a node or input'),
  );
}

/** Each node after those whose results it reads: some converters append nodes, and ONNX Runtime takes them in any order. */
function ordered(nodes: readonly Node[]): Node[] {
  const makers = new Map(nodes.flatMap((node) => node.output.map((name) => [name, node] as const)));
  const [entered, done] = [new Set<Node>(), new Set<Node>()];
  for (const node of nodes) {
    const open = [node];
    for (let now = open.at(-1); now; now = open.at(-1)) {
      const waits = entered.has(now) ? [] : reads(now).flatMap((name) => makers.get(name) ?? []);
      entered.add(now);
      const missing = waits.filter((one) => !entered.has(one));
      if (missing.length > 0) open.push(...missing);
      else done.add(open.pop() as Node);
    }
  }
  return [...done];
}

/** The nodes on whose results the outputs depend, graphs inside them included. */
function neededBy(node: readonly Node[], outputs: readonly string[]): { nodes: Set<Node>; names: Set<string> } {
  const names = new Set(outputs);
  const nodes = new Set<Node>();
  for (const one of [...node].reverse()) {
    if (!one.output.some((name) => name !== '' && names.has(name))) continue;
    nodes.add(one);
    for (const name of reads(one)) names.add(name);
  }
  return { nodes, names };
}

function reads({ input, attribute }: Node): string[] {
  const inside = attribute.flatMap(({ g }) =>
    g ? [...g.node.flatMap(reads), ...g.output.map(({ name }) => name)] : [],
  );
  return [...input.filter((name) => name !== ''), ...inside];
}

/** How many operators read each tensor, graphs inside and functions included. */
export function countReaders(graph: Graph, functions: readonly LocalFunction[]): Map<string, number> {
  const counts = new Map<string, number>();
  const names = [
    ...[graph, ...functions].flatMap(({ node }) => node.flatMap((one) => reads(one))),
    ...graph.output.map(({ name }) => name),
    ...functions.flatMap(({ output }) => output),
  ];
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function runNode(env: Environment, node: Node, scope: Scope, needed: ReadonlySet<string>, depth: number): void {
  const { ctx } = env;
  const name = node.name || node.output.find((one) => one !== '') || node.opType;
  const where = `node ${JSON.stringify(name)} (${node.opType})`;
  const inputs = node.input.map((one) =>
    one === ''
      ? undefined
      : (scope.get(one) ?? refuse(where, `nothing makes input ${JSON.stringify(one)}`, 'a node before it')),
  );
  const used = node.output.map((one) => one !== '' && needed.has(one));
  const defined = env.functions.get(functionKey(node, node.opType));
  const results = defined
    ? runFunction(env, defined, node, inputs, depth)
    : runPlain(env, node, { where, name, inputs, used }, scope, depth);
  node.output.forEach((one, index) => {
    if (!used[index]) return;
    const item = results[index] ?? refuse(where, `output ${index} is not made`, 'an output that is', one);
    scope.set(one, item);
    ctx.saw(item);
  });
}

/** A node that is no call of a function of the file. */
function runPlain(
  env: Environment,
  node: Node,
  site: Pick<Op, 'where' | 'name' | 'inputs' | 'used'>,
  scope: Scope,
  depth: number,
): (Item | undefined)[] {
  const { ctx, files, opsets } = env;
  const { where, name } = site;
  const domain = node.domain === 'ai.onnx' ? '' : node.domain;
  const opset = opsets.get('') ?? 0;
  if (domain !== '' && domain !== MICROSOFT_DOMAIN) refuse(where, 'an operator of another domain', 'ai.onnx', domain);
  const attributes = new Attributes(where, node, files, (attribute, value, given) => {
    if (given) ctx.reporter.read(name, attribute, value);
    else
      ctx.reporter.defaulted(
        name,
        attribute,
        value,
        `ONNX ${node.opType}, opset ${opset}: the specification's default`,
      );
  });
  const op: Op = {
    ...site,
    type: node.opType,
    attributes,
    inputNames: node.input,
    outputs: node.output,
    opset,
  };
  const inside = domain === '' ? { If: runIf, Loop: runLoop }[node.opType] : undefined;
  const results = inside ? inside(env, op, scope, depth) : runOperator(op, ctx, domain);
  attributes.finish();
  return results;
}

function runOperator(op: Op, ctx: Context, domain: string): (Item | undefined)[] {
  if (op.type === 'Constant' && domain === '') return [constantNode(op)];
  const table = domain === '' ? OPERATORS : MICROSOFT;
  const run = Object.hasOwn(table, op.type) ? table[op.type] : undefined;
  const known = op.inputs.length > 0 && op.inputs.every((item) => item === undefined || item.kind === 'constant');
  const folded = known && domain === '' ? fold(op, () => reduction(op)) : undefined;
  if (folded) return [folded];
  if (run) return run(op, ctx);
  return refuse(
    op.where,
    'an operator that is not honoured',
    'one of the operators in the README',
    `${domain ? `${domain}.` : ''}${op.type}`,
  );
}

function constantNode({ attributes, where }: Op): Constant {
  const tensor = attributes.tensor('value');
  if (tensor) return tensor;
  const one = attributes.float('value_float', undefined);
  if (one !== undefined) return constant([], Float32Array.of(one), 1);
  const whole = attributes.int('value_int', undefined);
  if (whole !== undefined) return constant([], [whole], 7);
  const floats = attributes.floats('value_floats');
  if (floats) return constant([floats.length], Float32Array.from(floats), 1);
  const ints = attributes.ints('value_ints', undefined);
  if (ints) return constant([ints.length], ints, 7);
  return refuse(where, 'a constant without a number', 'value, value_float(s) or value_int(s)');
}

/** The branch whose condition holds; both must be known before anything runs. */
function runIf(env: Environment, op: Op, scope: Scope, depth: number): Item[] {
  const [condition] = op.inputs;
  const known =
    condition?.kind === 'constant' ? condition.data[0] : condition?.kind === 'filled' ? condition.value : undefined;
  if (typeof known !== 'number') {
    refuse(
      op.where,
      'a branch that depends on the input',
      'options.inputs or options.shapes that decide it',
      `condition ${JSON.stringify(op.inputNames[0])}`,
    );
  }
  const [live, other] = known !== 0 ? ['then_branch', 'else_branch'] : ['else_branch', 'then_branch'];
  op.attributes.ignore(other as string);
  const graph = op.attributes.graph(live as string);
  env.ctx.reporter.note(`${op.where}: takes ${live}`);
  return runGraph(
    env,
    graph,
    graph.output.map(({ name }) => name),
    new Scope(scope),
    depth + 1,
  );
}
