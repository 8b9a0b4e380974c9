import { ImportError } from '../../errors.js';
import type { CarrySpec, InputSpec, ModelSpec } from '../../spec.js';
import { type FileBytes, viewBytes } from '../formats/bytes.js';
import { refuse } from '../shared/refuse.js';
import { type Imported, Reporter } from '../shared/report.js';
import { Context } from './context.js';
import { type Environment, Scope } from './environment.js';
import { functionKey } from './functions.js';
import { MOST_INNER, runGraph } from './graph.js';
import { type AxisRole, agree, atomsOf, candidates, declared, hasOpenTime, type OnnxInput, usesOf } from './inputs.js';
import { arrange } from './layout.js';
import { isSym, symbol } from './num.js';
import { countReaders } from './order.js';
import { decodeModel } from './proto/decode.js';
import type { Model } from './proto/messages.js';
import { findStates, type OnnxState } from './states.js';
import { type Files, isFloatType } from './tensor.js';
import { type Atom, constant, count, type Item, runTime, type Value, withoutBatch } from './value.js';

export interface OnnxOptions {
  /** Inputs that are constants of this model: a sample rate, a flag. A number, or a list for a tensor. */
  readonly inputs?: Readonly<Record<string, number | readonly number[]>>;
  /** Sizes of inputs that the file leaves open and that decide its shape; null leaves one open. */
  readonly shapes?: Readonly<Record<string, readonly (number | null)[]>>;
  /** What the axes of an input are. Default: found by trying. */
  readonly axes?: Readonly<Record<string, readonly AxisRole[]>>;
  /** Outputs that are inputs of the next call, kept inside a stream. Default: those whose names say so; `[]` for none. */
  readonly states?: readonly OnnxState[];
  /** Files beside the model that hold its numbers (external data), by the location that the model names. */
  readonly files?: Files;
}

/** Operator sets whose schemas were compared; from 20 to 28 no operator here changed its attributes, inputs or defaults. */
const OLDEST = 7;
const NEWEST = 28;

/** Ways to read the inputs that are tried before the first one's error is reported. */
const MOST_TRIES = 48;

/**
 * A model from an ONNX file (operator sets 7 to 28).
 *
 * @param bytes a ModelProto.
 * @throws {ImportError} malformed bytes; an operator, attribute or shape that cannot be honoured exactly, with the node's name.
 */
export function fromOnnx(bytes: FileBytes, options: OnnxOptions = {}): ModelSpec {
  return readOnnx(bytes, options).spec;
}

/** As `fromOnnx`, with the account of which tensor became what. */
export function readOnnx(bytes: FileBytes, options: OnnxOptions = {}): Imported {
  const model = decode(viewBytes(bytes));
  const graph = model.graph ?? refuse('file', 'no graph', 'an ONNX model');
  const opsets = new Map(model.opsetImport.map(({ domain, version }) => [domain === 'ai.onnx' ? '' : domain, version]));
  const opset = opsets.get('') ?? 0;
  if (!(opset >= OLDEST && opset <= NEWEST)) {
    refuse(
      'file',
      `an operator set that is too ${opset > NEWEST ? 'new' : 'old'}`,
      `${OLDEST} to ${NEWEST}`,
      `${opset}`,
    );
  }
  const initial = new Set(graph.initializer.map(({ name }) => name));
  const fixed = options.inputs ?? {};
  const all = graph.input.filter(({ name }) => !initial.has(name));
  for (const name of [
    ...Object.keys(fixed),
    ...Object.keys(options.shapes ?? {}),
    ...Object.keys(options.axes ?? {}),
  ]) {
    if (!all.some((one) => one.name === name))
      refuse('options', 'no such input', all.map((one) => one.name).join(', '), name);
  }
  const uses = usesOf(graph);
  const inputs = all
    .filter(({ name }) => !Object.hasOwn(fixed, name))
    .map((one) => declared(one, options.shapes ?? {}, uses(one.name)));
  const lengths = new Set(inputs.filter(({ name }) => onlyLengths(graph, name)).map(({ name }) => name));
  const outputs = graph.output.map(({ name, type }) => ({
    name,
    dims: type?.tensorType?.shape?.dim.map(({ dimValue, dimParam }) => (dimValue > 0 ? dimValue : dimParam)),
  }));
  const states = findStates(options.states, inputs, outputs);
  const main = inputs.filter(({ name }) => !lengths.has(name) && !states.some(({ input }) => input === name));
  const ways = combinations(
    main.map((input) => candidates(input, options.axes?.[input.name], main.some(hasOpenTime))),
    (roles) => options.axes !== undefined || agree(main, roles),
  );
  if (ways.length === 0)
    refuse('inputs', 'open sizes that cannot be told apart', 'options.axes', main.map(({ name }) => name).join(', '));
  const inner = { left: MOST_INNER };
  let first: unknown;
  for (const roles of ways) {
    try {
      return attempt(model, {
        inner,
        options,
        opsets,
        inputs,
        main,
        roles,
        states,
        lengths,
        outputs: outputs.map(({ name }) => name),
      });
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      first ??= error;
    }
  }
  throw first;
}

interface Attempt extends Pick<Environment, 'inner'> {
  readonly options: OnnxOptions;
  readonly opsets: ReadonlyMap<string, number>;
  readonly inputs: readonly OnnxInput[];
  readonly main: readonly OnnxInput[];
  readonly roles: readonly (readonly AxisRole[])[];
  readonly states: readonly OnnxState[];
  readonly lengths: ReadonlySet<string>;
  readonly outputs: readonly string[];
}

function attempt(
  model: Model,
  { inner, options, opsets, inputs, main, roles, states, lengths, outputs }: Attempt,
): Imported {
  const graph = model.graph ?? refuse('file', 'no graph');
  const reporter = new Reporter();
  const sizes = main.flatMap(({ dims }, index) => dims.filter((_, axis) => roles[index]?.[axis] === 'batch'));
  const [size] = sizes;
  const fixedBatch = typeof size === 'number' && sizes.every((one) => one === size) ? size : undefined;
  // A batch of fixed size: every row of another batch is computed by itself as well. If it is 1, its axis may be dropped.
  const batch: Atom | undefined =
    sizes.length === 0 || fixedBatch === 1 ? undefined : { kind: 'batch', size: fixedBatch ?? symbol('batch') };
  const ctx = new Context(reporter, batch, countReaders(graph, model.functions));
  const scope = new Scope();
  const specs: InputSpec[] = [];
  const fixed = Object.entries(options.inputs ?? {});
  for (const [name, given] of fixed) {
    const type = graph.input.find((input) => input.name === name)?.type?.tensorType?.elemType ?? 1;
    const data = typeof given === 'number' ? [given] : given;
    scope.set(
      name,
      constant(
        typeof given === 'number' ? scalarDims(graph, name) : [data.length],
        isFloatType(type) ? Float32Array.from(data) : data,
        type,
      ),
    );
    reporter.note(`input ${JSON.stringify(name)} is fixed to ${JSON.stringify(given)}`);
  }
  main.forEach((input, index) => {
    const way = roles[index] as readonly AxisRole[];
    const { time, features, axes } = atomsOf(input, way, batch);
    const { ids } = input;
    const name = ctx.unique(input.name);
    const spec: InputSpec = {
      name,
      features: count(features),
      ...(time.length === 0 && { kind: 'vector' as const }),
      ...(time.length > 0 && time[0]?.kind !== 'time' && { time: count(time) }),
      ...(ids && { dtype: 'int32' as const }),
    };
    specs.push(spec);
    const item: Item = { kind: 'value', name, time, features, axes, type: input.type, ids: ids ? 'plain' : undefined };
    scope.set(input.name, item);
    ctx.saw(item);
    if (ids) ctx.ids.add(name);
    reporter.note(`input ${JSON.stringify(input.name)}: axes are ${way.join(', ')}`);
  });
  for (const name of lengths) {
    scope.set(name, {
      kind: 'value',
      name,
      time: [],
      features: [],
      axes: [batch ? [batch] : []],
      type: 7,
      ids: 'plain',
    });
    reporter.note(`input ${JSON.stringify(name)} is sequence_lens: give it as options.lengths of a run`);
  }
  for (const { input } of states) {
    const info = inputs.find(({ name }) => name === input) as OnnxInput;
    specs.push(stateInput(ctx, scope, info, batch));
  }
  const functions = new Map(model.functions.map((one) => [functionKey(one, one.name), one]));
  const env: Environment = { ctx, files: options.files ?? {}, opsets, functions, inner, depth: 0, runGraph };
  const items = runGraph(env, graph, outputs, scope);
  const named = outputs.map((name, index) => [name, output(ctx, name, items[index] as Item)] as const);
  const carries: CarrySpec[] = states.map(({ input, output: name }) => {
    const at = outputs.indexOf(name);
    const item = items[at] as Value;
    const order = item.axes.flatMap((axis) => withoutBatch(axis));
    reporter.note(`state: output ${JSON.stringify(name)} is input ${JSON.stringify(input)} of the next call`);
    return { input, output: arrange(ctx, `output ${JSON.stringify(name)}`, item, [], order) };
  });
  const shown = named.filter(([name]) => !states.some((state) => state.output === name));
  const spec = finish(ctx, specs, shown, carries, graph.name);
  const producer = [model.producerName, model.producerVersion].filter((part) => part !== '').join(' ');
  return { spec, report: reporter.finish(`ONNX, opset ${opsets.get('')}${producer ? ` (${producer})` : ''}`) };
}

/** A carried input: one vector of all its numbers but the batch. */
function stateInput(ctx: Context, scope: Scope, { name, dims, type }: OnnxInput, batch: Atom | undefined): InputSpec {
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

/** An output in the order of its axes: timesteps where it has them, else a vector. */
function output(ctx: Context, name: string, item: Item): string {
  const where = `output ${JSON.stringify(name)}`;
  if (item.kind !== 'value') refuse(where, 'does not depend on the input', 'a value of the model', 'a constant');
  const flow = runTime(item);
  const rest = item.axes.flatMap((axis) => withoutBatch(axis).filter((atom) => atom !== flow));
  if (flow) {
    const own = withoutBatch(item.axes.find((axis) => axis.includes(flow)) ?? [flow]);
    return arrange(
      ctx,
      where,
      item,
      own,
      rest.filter((atom) => !own.includes(atom)),
    );
  }
  const timed = rest.filter(({ kind }) => kind === 'steps');
  const time = item.axes.length > 2 ? (timed.length > 0 ? timed : rest.filter((atom) => item.time.includes(atom))) : [];
  return arrange(
    ctx,
    where,
    item,
    time,
    rest.filter((atom) => !time.includes(atom)),
  );
}

/** Gives outputs the file's own names. */
function finish(
  ctx: Context,
  inputs: readonly InputSpec[],
  outputs: readonly (readonly [name: string, value: string])[],
  carries: readonly CarrySpec[],
  name: string,
): ModelSpec {
  const names = outputs.map(([wanted, value]) => {
    if (wanted === value) return value;
    const taken =
      ctx.nodes.some((node) => node.name === wanted || node.outputs?.includes(wanted)) ||
      inputs.some((input) => input.name === wanted);
    // An identity that carries the name.
    return taken ? value : ctx.add({ type: 'dropout', inputs: [value] }, wanted);
  });
  const unique = names.map((value, index) =>
    names.indexOf(value) === index ? value : ctx.add({ type: 'dropout', inputs: [value] }, `${outputs[index]?.[0]}`),
  );
  const final = unique.map((value) =>
    inputs.some((input) => input.name === value)
      ? ctx.add({ type: 'dropout', inputs: [value] }, `${value}.output`)
      : value,
  );
  return ctx.spec({ inputs, outputs: final, ...(carries.length > 0 && { carries }), ...(name !== '' && { name }) });
}

function decode(bytes: Uint8Array): Model {
  try {
    return decodeModel(bytes);
  } catch (cause) {
    throw new ImportError('not an ONNX model', {
      where: 'file',
      expected: 'a ModelProto',
      got: (cause as Error).message,
      cause,
    });
  }
}

/** Whether an input is read as sequence_lens and as nothing else. */
function onlyLengths(graph: NonNullable<Model['graph']>, name: string): boolean {
  const uses = graph.node.flatMap(({ opType, input, attribute }) => {
    const inside = attribute.some(({ g }) => g?.node.some((node) => node.input.includes(name)));
    return [
      ...input.flatMap((one, index) =>
        one === name ? [['LSTM', 'GRU', 'RNN', 'DynamicQuantizeLSTM'].includes(opType) && index === 4] : [],
      ),
      ...(inside ? [false] : []),
    ];
  });
  return uses.length > 0 && uses.every(Boolean);
}

function scalarDims(graph: NonNullable<Model['graph']>, name: string): number[] {
  return (graph.input.find((input) => input.name === name)?.type?.tensorType?.shape?.dim ?? []).map(() => 1);
}

/** Ways to read all inputs together, the likeliest first; those that are `agreed`. */
function combinations(
  each: readonly (readonly AxisRole[][])[],
  agreed: (roles: readonly AxisRole[][]) => boolean,
): AxisRole[][][] {
  let all: { roles: AxisRole[][]; cost: number }[] = [{ roles: [], cost: 0 }];
  for (const ways of each) {
    all = all
      .flatMap(({ roles, cost }) => ways.map((way, order) => ({ roles: [...roles, way], cost: cost + order })))
      .filter(({ roles }) => agreed(roles))
      .sort((a, b) => a.cost - b.cost)
      .slice(0, MOST_TRIES);
  }
  return all.map(({ roles }) => roles);
}
