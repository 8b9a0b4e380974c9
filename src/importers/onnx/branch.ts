import type { NodeSpec } from '../../spec.js';
import { refuse } from '../shared/refuse.js';
import type { Op } from './context.js';
import { type Environment, runInner, Scope } from './environment.js';
import type { Item } from './value.js';

/** The model's inputs that a value is made of. @param nodes of the spec in the making, in order. */
function inputsBehind(nodes: readonly NodeSpec[], value: string): string[] {
  const wanted = new Set([value]);
  const made = new Set<string>();
  for (const { name, inputs, outputs = [name] } of [...nodes].reverse()) {
    if (!outputs.some((output) => wanted.has(output))) continue;
    for (const output of outputs) made.add(output);
    for (const input of inputs) wanted.add(input);
  }
  return [...wanted].filter((name) => !made.has(name));
}

/** `If`: the branch whose condition holds; it must be known before anything runs. */
export function runIf(env: Environment, op: Op, scope: Scope): Item[] {
  const [condition] = op.inputs;
  const holds =
    condition?.kind === 'constant' ? condition.data[0] : condition?.kind === 'filled' ? condition.value : undefined;
  if (typeof holds !== 'number') {
    const behind = condition?.kind === 'value' ? inputsBehind(env.ctx.nodes, condition.name) : [];
    const own = behind.map((name) => `${/^\w+$/.test(name) ? name : JSON.stringify(name)}: …`).join(', ');
    refuse(
      op.where,
      'a branch that depends on the input',
      behind.length > 0
        ? `options.inputs: { ${own} }, which decides it`
        : 'options.inputs or options.shapes that decide it',
      `condition ${JSON.stringify(op.inputNames[0])}`,
    );
  }
  const [live, dead] = holds !== 0 ? ['then_branch', 'else_branch'] : ['else_branch', 'then_branch'];
  op.attributes.ignore(dead as string);
  const graph = op.attributes.graph(live as string);
  env.ctx.reporter.note(`${op.where}: takes ${live}`);
  const outputs = graph.output.map(({ name }) => name);
  return runInner(env, graph, outputs, new Scope(scope));
}
