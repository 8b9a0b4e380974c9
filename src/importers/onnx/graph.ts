import { refuse } from '../shared/refuse.js';
import { Attributes } from './attributes.js';
import { runIf } from './branch.js';
import type { Context, Op } from './context.js';
import type { Environment, Scope } from './environment.js';
import { fold } from './fold/fold.js';
import { refuseForeign } from './foreign.js';
import { runFunction } from './functions.js';
import { checkLogical } from './logical.js';
import { runLoop } from './loop/loop.js';
import { runScan } from './loop/scan.js';
import { checkNames, functionKey } from './names.js';
import { checkOperands } from './operands.js';
import { MICROSOFT, OPERATORS } from './ops/all.js';
import { isFollowed, withPairs } from './ops/pairs.js';
import { reduction } from './ops/reduce.js';
import { sumsOf } from './ops/sums.js';
import { neededBy, ordered } from './order.js';
import type { Graph, Node } from './proto/messages.js';
import { readTensor } from './tensor.js';
import { type Constant, constant, type Item } from './value.js';

/** Graphs in graphs: more is no model that an exporter wrote. */
const DEEPEST = 32;

/**
 * Nodes that graphs within the graph may come to, all ways to read the inputs together: a function that calls another twice, which
 * calls another twice, is a hundred bytes for each doubling. Silero VAD, all of which stands within an `If`, comes to 212.
 */
export const MOST_INNER = 100_000;

/** What a node costs each time that it is looked at, by and large: a file is tried in several ways. */
const OPERATIONS_PER_NODE = 100;

const MICROSOFT_DOMAIN = 'com.microsoft';

/** The operators that hold graphs. */
const HOLDERS: Readonly<Record<string, (env: Environment, op: Op, scope: Scope) => (Item | undefined)[]>> = {
  __proto__: null as never,
  If: runIf,
  Loop: runLoop,
  Scan: runScan,
};

/** Works out the outputs of a graph; only what they need is looked at. */
export function runGraph(env: Environment, graph: Graph, outputs: readonly string[], scope: Scope): Item[] {
  const { depth, inner } = env;
  if (depth > DEEPEST) refuse('graph', 'graphs within graphs', `at most ${DEEPEST} deep`);
  if (graph.sparseInitializer.length > 0) refuse('graph', 'sparse initialisers', 'dense ones');
  refuseForeign('graph', graph);
  if (depth > 0) checkNames('graph', graph);
  if (depth > 0) inner.left -= graph.node.length + 1;
  if (inner.left < 0) refuse('graph', 'functions and loops within one another', `at most ${MOST_INNER} nodes`, 'more');
  env.ctx.reporter.budget.operations(OPERATIONS_PER_NODE * (graph.node.length + 1), 'graph');
  const nodes = ordered(graph.node);
  const needed = neededBy(nodes, outputs);
  const initial = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  for (const [name, tensor] of initial) if (needed.names.has(name)) scope.set(name, readTensor(tensor, env.sources));
  for (const node of nodes) {
    if (!needed.nodes.has(node)) continue;
    runNode(env, node, scope, needed.names);
    env.done.nodes++;
    for (const name of needed.last.get(node) ?? []) scope.drop(name);
  }
  return outputs.map(
    (name) => scope.get(name) ?? refuse(`output ${JSON.stringify(name)}`, 'nothing makes it', 'a node or input'),
  );
}

function runNode(env: Environment, node: Node, scope: Scope, needed: ReadonlySet<string>): void {
  const name = node.name || node.output.find((output) => output !== '') || node.opType;
  const where = `node ${JSON.stringify(name)} (${node.source ?? node.opType})`;
  refuseForeign(where, node);
  const inputs = node.input.map((input) =>
    input === ''
      ? undefined
      : (scope.get(input) ?? refuse(where, `nothing makes input ${JSON.stringify(input)}`, 'a node before it')),
  );
  const used = node.output.map((output) => output !== '' && needed.has(output));
  const defined = env.functions.get(functionKey(node, node.opType));
  const results = defined
    ? runFunction(env, defined, node, inputs)
    : runPlain(env, node, { where, name, inputs, used }, scope);
  node.output.forEach((output, index) => {
    if (!used[index]) return;
    const item = results[index] ?? refuse(where, `output ${index} is not made`, 'an output that is', output);
    scope.set(output, item);
    env.ctx.saw(item);
  });
}

/** A node that is no call of a function of the file. */
function runPlain(
  env: Environment,
  node: Node,
  site: Pick<Op, 'where' | 'name' | 'inputs' | 'used'>,
  scope: Scope,
): (Item | undefined)[] {
  const { ctx, sources, opsets } = env;
  const { where, name } = site;
  const domain = node.domain === 'ai.onnx' ? '' : node.domain;
  const opset = opsets.get('') ?? 0;
  const table = domain !== '' && domain === env.own?.domain ? env.own : undefined;
  const rewrite = table?.rewrites?.[node.opType];
  if (rewrite) {
    const call = rewrite({ node, inputs: site.inputs }, where);
    return runPlain(env, call.node, { ...site, inputs: call.inputs }, scope);
  }
  const own = table?.operators[node.opType];
  if (domain !== '' && domain !== MICROSOFT_DOMAIN && !own)
    refuse(where, 'an operator of another domain', 'ai.onnx', domain);
  checkOperands(where, node, domain, opset);
  const attributes = new Attributes(where, node, sources, (attribute, value, given) => {
    // What was translated has an account of its own.
    if (node.source !== undefined) return;
    if (given) ctx.reporter.read(name, attribute, value);
    else
      ctx.reporter.defaulted(
        name,
        attribute,
        value,
        `ONNX ${node.opType}, opset ${opset}: the specification's default`,
      );
  });
  // Behind a spread, every operator would get a hidden class of its own.
  const op: Op = {
    where,
    name,
    inputs: site.inputs,
    used: site.used,
    type: node.opType,
    attributes,
    inputNames: node.input,
    outputs: node.output,
    budget: ctx.reporter.budget,
    opset,
  };
  const hold = domain === '' ? HOLDERS[op.type] : undefined;
  const results = hold ? hold(env, op, scope) : own ? own(op, ctx) : runOperator(op, ctx, domain);
  attributes.finish();
  return results;
}

function runOperator(op: Op, ctx: Context, domain: string): (Item | undefined)[] {
  if (op.type === 'Constant' && domain === '') return [constantNode(op)];
  checkLogical(op);
  const table = domain === '' ? OPERATORS : MICROSOFT;
  const run = table[op.type];
  const known = op.inputs.length > 0 && op.inputs.every((item) => item === undefined || item.kind === 'constant');
  const folded = known && domain === '' ? fold(op, () => reduction(op)) : undefined;
  if (folded) return [folded];
  if (op.inputs.some(isFollowed)) return withPairs(op, ctx, run);
  const sums = domain === '' ? sumsOf(op) : undefined;
  if (sums) return [sums];
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
  const float = attributes.float('value_float', undefined);
  if (float !== undefined) return constant([], Float32Array.of(float), 1);
  const int = attributes.int('value_int', undefined);
  if (int !== undefined) return constant([], [int], 7);
  const floats = attributes.floats('value_floats');
  if (floats) return constant([floats.length], Float32Array.from(floats), 1);
  const ints = attributes.ints('value_ints', undefined);
  if (ints) return constant([ints.length], ints, 7);
  return refuse(where, 'a constant without a number', 'value, value_float(s) or value_int(s)');
}
