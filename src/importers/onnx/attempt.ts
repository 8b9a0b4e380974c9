import type { CarrySpec, NodeSpec, ValueLayout } from '../../spec.js';
import { foldPadding } from '../shared/fold-padding.js';
import { type Imported, Reporter } from '../shared/report.js';
import type { Mutable } from '../shared/spec-builder.js';
import { bindFixed, bindInput, bindState, type FixedInputs } from './bind.js';
import { Context } from './context.js';
import { type Environment, Scope } from './environment.js';
import { formatOf, type OnnxFile } from './file.js';
import { runGraph } from './graph.js';
import type { OnnxInput } from './inputs.js';
import { arrange } from './layout.js';
import { inputLayout, layoutNote, layoutsOf } from './layouts.js';
import { functionKey } from './names.js';
import { symbol } from './num.js';
import { countReaders } from './order.js';
import { checkDeclared, finish, outputOf, outputValue } from './outputs.js';
import type { Reading } from './readings.js';
import { NoTokenIds, settled, supposedIds } from './settle.js';
import type { Sources } from './tensor.js';
import { type Atom, type Item, withoutBatch } from './value.js';

/** One way to read a file: what its inputs are. */
interface Attempt extends Reading, Pick<Environment, 'inner' | 'done' | 'own'> {
  readonly sources: Sources;
  readonly fixed: FixedInputs;
  /** Inputs that callers give. */
  readonly main: readonly OnnxInput[];
  /** Inputs and outputs that carry state. */
  readonly states: readonly { readonly input: OnnxInput; readonly output: string }[];
  readonly outputs: readonly string[];
}

/** The model, if this is the way to read the file. @throws {ImportError} what stands against it. */
export function attempt(file: OnnxFile, reading: Attempt): Imported {
  const ctx = new Context(
    new Reporter(reading.sources.budget),
    batchOf(reading),
    countReaders(file.graph, file.model.functions),
  );
  for (const { name } of [...file.graph.input, ...file.graph.output]) ctx.kept.add(name);
  try {
    return readInto(ctx, file, reading);
  } catch (error) {
    // The file is read again, with numbers in the place of ids that are none.
    const none = error instanceof NoTokenIds ? error.input : supposedIds(ctx);
    if (none === undefined) throw error;
    reading.done.nodes = 0;
    const main = reading.main.map((input) => (input.name === none ? { ...input, ids: false } : input));
    return attempt(file, { ...reading, main });
  }
}

function readInto(ctx: Context, file: OnnxFile, reading: Attempt): Imported {
  const { model, graph, opsets } = file;
  const { inner, done, own, sources, states, outputs } = reading;
  const scope = new Scope();
  bindFixed(ctx, scope, file, reading.fixed);
  const layouts = new Map<string, ValueLayout | undefined>();
  const inputs = reading.main.map((input, index) => {
    const roles = reading.roles[index] ?? [];
    const spec = bindInput(ctx, scope, input, roles, reading.clocks);
    layouts.set(spec.name, inputLayout(input, roles, spec));
    return spec;
  });
  for (const { input } of states) inputs.push(bindState(ctx, scope, input));

  const functions = new Map(model.functions.map((made) => [functionKey(made, made.name), made]));
  const env: Environment = { ctx, sources, opsets, functions, own, inner, done, depth: 0, runGraph };
  const items = new Map(runGraph(env, graph, outputs, scope).map((item, index) => [outputs[index] as string, item]));

  for (const info of graph.output) checkDeclared(info, items.get(info.name) as Item);
  const carries = states.map(({ input, output }) => carryOf(ctx, input.name, output, items.get(output) as Item));
  const fileLayouts = [...layouts.values()].filter((layout) => layout !== undefined);
  const carried = new Set(states.map(({ output }) => output));
  const shown = outputs
    .filter((name) => !carried.has(name))
    .map((name) => outputOf(ctx, name, items.get(name) as Item, fileLayouts));
  const spec = settled(ctx, finish(ctx, inputs, shown, carries, graph.name));
  const kept = [...spec.outputs, ...carries.map(({ output }) => output)];
  foldPadding(spec.nodes as Mutable<NodeSpec>[], kept, spec.inputs);
  spec.outputs.forEach((name, index) => {
    layouts.set(name, shown[index]?.layout);
  });
  for (const { name } of spec.inputs) {
    const layout = layouts.get(name);
    if (layout) ctx.reporter.note(layoutNote(`input ${JSON.stringify(name)}`, layout));
  }
  return { spec: { ...spec, ...layoutsOf(spec, layouts) }, report: ctx.reporter.finish(formatOf(file)) };
}

/** A batch of fixed size: every row of another batch is computed by itself as well. If it is 1, its axis may be dropped. */
function batchOf({ main, roles }: Attempt): Atom | undefined {
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
