import type { CarrySpec, InputSpec } from '../../spec.js';
import { refuse } from '../shared/refuse.js';
import { type Imported, Reporter } from '../shared/report.js';
import type { AxisRole } from './axes.js';
import { Context } from './context.js';
import { type Environment, Scope } from './environment.js';
import { formatOf, type OnnxFile } from './file.js';
import { functionKey } from './functions.js';
import { runGraph } from './graph.js';
import { atomsOf, type OnnxInput } from './inputs.js';
import { arrange } from './layout.js';
import { isSym, symbol } from './num.js';
import { countReaders } from './order.js';
import { finish, outputOf } from './outputs.js';
import { type Files, isFloatType } from './tensor.js';
import { type Atom, constant, count, INT64, type Item, withoutBatch } from './value.js';

/** Inputs that are constants of the model: a number, or a list for a tensor. */
export type FixedInputs = Readonly<Record<string, number | readonly number[]>>;

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

  const functions = new Map(model.functions.map((one) => [functionKey(one, one.name), one]));
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

function bindFixed({ reporter }: Context, scope: Scope, { graph }: OnnxFile, fixed: FixedInputs): void {
  for (const [name, given] of Object.entries(fixed)) {
    const declared = graph.input.find((input) => input.name === name)?.type?.tensorType;
    const type = declared?.elemType ?? 1;
    const data = typeof given === 'number' ? [given] : given;
    const dims = typeof given === 'number' ? (declared?.shape?.dim ?? []).map(() => 1) : [data.length];
    scope.set(name, constant(dims, isFloatType(type) ? Float32Array.from(data) : data, type));
    reporter.note(`input ${JSON.stringify(name)} is fixed to ${JSON.stringify(given)}`);
  }
}

function bindInput(ctx: Context, scope: Scope, input: OnnxInput, roles: readonly AxisRole[]): InputSpec {
  const { time, features, axes } = atomsOf(input, roles, ctx.batch);
  const { ids, type } = input;
  const name = ctx.unique(input.name);
  const item: Item = { kind: 'value', name, time, features, axes, type, ids: ids ? 'plain' : undefined };
  scope.set(input.name, item);
  ctx.saw(item);
  if (ids) ctx.ids.add(name);
  ctx.reporter.note(`input ${JSON.stringify(input.name)}: axes are ${roles.join(', ')}`);
  return {
    name,
    features: count(features),
    ...(time.length === 0 && { kind: 'vector' }),
    ...(time.length > 0 && time[0]?.kind !== 'time' && { time: count(time) }),
    ...(ids && { dtype: 'int32' }),
  };
}

function bindLengths({ batch, reporter }: Context, scope: Scope, name: string): void {
  const axes = [batch ? [batch] : []];
  scope.set(name, { kind: 'value', name, time: [], features: [], axes, type: INT64, ids: 'plain' });
  reporter.note(`input ${JSON.stringify(name)} is sequence_lens: give it as options.lengths of a run`);
}

/** A carried input: one vector of all its numbers but the batch. */
function bindState(ctx: Context, scope: Scope, { name, dims, type }: OnnxInput): InputSpec {
  const { batch } = ctx;
  const where = `input ${JSON.stringify(name)}`;
  const open = dims.flatMap((size, axis) => (typeof size === 'string' ? [axis] : []));
  if (open.length > 1 || (open.length === 1 && !batch))
    refuse(where, 'a state of open size', 'one open size at most, the batch; options.shapes', `[${dims}]`);
  const batchAxis = open[0] ?? (batch ? dims.lastIndexOf(isSym(batch.size) ? 1 : batch.size, dims.length - 2) : -1);
  const features: Atom[] = [];
  const axes = dims.map((size, axis): Atom[] => {
    if (axis === batchAxis) return batch ? [batch] : [];
    if (size === 1) return [];
    const atom: Atom = { kind: 'block', size: size as number };
    features.push(atom);
    return [atom];
  });
  const own = ctx.unique(name);
  scope.set(name, { kind: 'value', name: own, time: [], features, axes, type, carried: true });
  return { name: own, features: count(features), kind: 'vector' };
}

function carryOf(ctx: Context, input: string, output: string, item: Item): CarrySpec {
  const where = `output ${JSON.stringify(output)}`;
  if (item.kind !== 'value') refuse(where, 'does not depend on the input', 'a value of the model', 'a constant');
  const order = item.axes.flatMap((axis) => withoutBatch(axis));
  ctx.reporter.note(`state: output ${JSON.stringify(output)} is input ${JSON.stringify(input)} of the next call`);
  return { input, output: arrange(ctx, where, item, [], order) };
}
