import { refuse } from '../shared/refuse.js';
import type { Op } from './context.js';
import { type Environment, runInner, Scope } from './environment.js';
import type { Item } from './value.js';

/** `If`: the branch whose condition holds; it must be known before anything runs. */
export function runIf(env: Environment, op: Op, scope: Scope): Item[] {
  const [condition] = op.inputs;
  const holds =
    condition?.kind === 'constant' ? condition.data[0] : condition?.kind === 'filled' ? condition.value : undefined;
  if (typeof holds !== 'number') {
    refuse(
      op.where,
      'a branch that depends on the input',
      'options.inputs or options.shapes that decide it',
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
