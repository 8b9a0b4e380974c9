import type { CarrySpec } from '../../spec.js';
import { type Imported, Reporter } from '../shared/report.js';
import type { AxisRole } from './axes.js';
import { bindFixed, bindInput, bindLengths, bindState, type FixedInputs } from './bind.js';
import { Context } from './context.js';
import { type Environment, Scope } from './environment.js';
import { formatOf, type OnnxFile } from './file.js';
import { functionKey } from './functions.js';
import { runGraph } from './graph.js';
import type { OnnxInput } from './inputs.js';
import { arrange } from './layout.js';
import { symbol } from './num.js';
import { countReaders } from './order.js';
import { finish, outputOf, outputValue } from './outputs.js';
import type { Files } from './tensor.js';
import { type Atom, type Item, withoutBatch } from './value.js';

/** One way to read a file: what its inputs are. */
export interface Reading extends Pick<Environment, 'inner'> {
  readonly files: Files;
  readonly fixed: FixedInputs;
  /** Inputs that callers give, with the roles of their axes. */
  readonly main: readonly OnnxInput[];
  readonly roles: readonly (readonly AxisRole[])[];
  /** Inputs that are sequence_lens. */
  readonly lengths: readonly string[];
  /** Inputs and outputs that carry state. */
  readonly states: readonly { readonly input: OnnxInput; readonly output: string }[];
  readonly outputs: readonly string[];
}

/** The model, if this is the way to read the file. @throws {ImportError} what stands against it. */
export function attempt(file: OnnxFile, reading: Reading): Imported {
  const { model, graph, opsets } = file;
  const { inner, files, states, outputs } = reading;
  const reporter = new Reporter();
  const ctx = new Context(reporter, batchOf(reading), countReaders(graph, model.functions));
  const scope = new Scope();
  bindFixed(ctx, scope, file, reading.fixed);
  const inputs = reading.main.map((input, index) => bindInput(ctx, scope, input, reading.roles[index] ?? []));
  for (const name of reading.lengths) bindLengths(ctx, scope, name);
  for (const { input } of states) inputs.push(bindState(ctx, scope, input));

  const functions = new Map(model.functions.map((made) => [functionKey(made, made.name), made]));
  const env: Environment = { ctx, files, opsets, functions, inner, depth: 0, runGraph };
  const items = new Map(runGraph(env, graph, outputs, scope).map((item, index) => [outputs[index] as string, item]));

  const carries = states.map(({ input, output }) => carryOf(ctx, input.name, output, items.get(output) as Item));
  const shown = outputs.filter((name) => !states.some(({ output }) => output === name));
  const named = shown.map((name) => [name, outputOf(ctx, name, items.get(name) as Item)] as const);
  return { spec: finish(ctx, inputs, named, carries, graph.name), report: reporter.finish(formatOf(file)) };
}

/** A batch of fixed size: every row of another batch is computed by itself as well. If it is 1, its axis may be dropped. */
function batchOf({ main, roles }: Reading): Atom | undefined {
  const sizes = main.flatMap(({ dims }, index) => dims.filter((_, axis) => roles[index]?.[axis] === 'batch'));
  const [first] = sizes;
  const fixed = typeof first === 'number' && sizes.every((size) => size === first) ? first : undefined;
  if (first === undefined || fixed === 1) return undefined;
  return { kind: 'batch', size: fixed ?? symbol('batch') };
}

function carryOf(ctx: Context, input: string, output: string, item: Item): CarrySpec {
  const { where, value } = outputValue(output, item);
  const order = value.axes.flatMap((axis) => withoutBatch(axis));
  ctx.reporter.note(`state: output ${JSON.stringify(output)} is input ${JSON.stringify(input)} of the next call`);
  return { input, output: arrange(ctx, where, value, [], order) };
}
