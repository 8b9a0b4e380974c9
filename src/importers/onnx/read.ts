import { ImportError } from '../../errors.js';
import type { ModelSpec } from '../../spec.js';
import { type FileBytes, isBytes, viewModel } from '../formats/bytes.js';
import { isObject } from '../formats/json.js';
import { Budget, type ImportLimits } from '../shared/budget.js';
import { checkConfig, type Field, type Fields } from '../shared/fields.js';
import { limitsField } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import type { Imported } from '../shared/report.js';
import { attempt } from './attempt.js';
import { type AxisRole, candidates, hasOpenTime, ROLES, rolesOfLengths } from './axes.js';
import type { FixedInputs } from './bind.js';
import type { OwnOperators } from './environment.js';
import { type Files, filesByPath } from './external.js';
import { type OnnxFile, openFile } from './file.js';
import { MOST_INNER } from './graph.js';
import { declared, type OnnxInput, usesOf } from './inputs.js';
import { readings } from './readings.js';
import { findStates, type OnnxState } from './states/find.js';

export interface OnnxOptions {
  /** Inputs that are constants of this model: a sample rate, a flag. A number, or a list for a tensor. */
  readonly inputs?: FixedInputs;
  /** Sizes of inputs that the file leaves open and that decide its shape; null leaves one open. */
  readonly shapes?: Readonly<Record<string, readonly (number | null)[]>>;
  /** What the axes of an input are: at most one batch, and one time or fixed number of timesteps. Default: found by trying. */
  readonly axes?: Readonly<Record<string, readonly AxisRole[]>>;
  /**
   * Outputs that are inputs of the next call, kept inside a stream. Default: those whose names say so, or that are the final state of
   * layers of which the input is the initial one, if their names do not speak against it; `[]` for none.
   */
  readonly states?: readonly OnnxState[];
  /** Files beside the model that hold its numbers (external data), by their path from its folder, as the model names them. */
  readonly files?: Readonly<Record<string, FileBytes>>;
  /** Most that the import may take. Default: in proportion to the size of the files. */
  readonly limits?: ImportLimits;
}

const record = (expected: string, holds: (value: unknown) => boolean): Field => [
  expected,
  (given) => isObject(given) && Object.values(given).every(holds),
];
const listOf =
  (holds: (value: unknown) => boolean) =>
  (value: unknown): boolean =>
    Array.isArray(value) && value.every(holds);

/** Checks of the options, those of formats too that are read as ONNX' graphs. */
export const OPTIONS: Fields = {
  __proto__: null as never,
  inputs: record(
    'a number, or a list of numbers, by name',
    (value) => Number.isFinite(value) || listOf(Number.isFinite)(value),
  ),
  shapes: record(
    'a list of sizes of at least 1, null for open ones, by name',
    listOf((size) => size === null || (Number.isSafeInteger(size) && (size as number) > 0)),
  ),
  axes: record(
    `a list of ${ROLES.join(', ')}, by name`,
    listOf((role) => ROLES.includes(role as AxisRole)),
  ),
  states: [
    'a list of { input, output }',
    listOf(
      (state) =>
        isObject(state) &&
        Object.keys(state).sort().join() === 'input,output' &&
        Object.values(state).every((name) => typeof name === 'string'),
    ),
  ],
  files: record('bytes by name', isBytes),
  limits: limitsField,
};

/**
 * A model from an ONNX file (operator sets 7 to 28).
 *
 * What comes and goes with a shape (`{ data, shape }`) has the file's own axes, which `spec.layouts` and `model.inputs` say; flat and nested
 * numbers are `[batch, time, features]`, whatever the file has.
 *
 * @param bytes a ModelProto.
 * @throws {ImportError} malformed bytes; an operator, attribute or shape that cannot be honoured exactly, with the node's name.
 */
export function fromOnnx(bytes: FileBytes, options: OnnxOptions = {}): ModelSpec {
  return readOnnx(bytes, options).spec;
}

/** As `fromOnnx`, with the account of which tensor became what. */
export function readOnnx(bytes: FileBytes, options: OnnxOptions = {}): Imported {
  checkConfig(options, 'options', OPTIONS);
  const { inputs: fixed = {}, shapes = {}, axes = {}, files: beside = {} } = options;
  const files = filesByPath(beside);
  const model = viewModel(bytes);
  const size = [...files.values()].reduce((sum, { length }) => sum + length, model.length);
  const budget = new Budget(size, options.limits);
  return readGraph(openFile(model, budget), { fixed, shapes, axes, states: options.states }, files, budget);
}

/** How a graph is to be read. */
export interface GraphOptions extends Pick<OnnxOptions, 'shapes' | 'axes'> {
  readonly fixed?: FixedInputs;
  readonly states?: readonly OnnxState[] | undefined;
  /** Operators of a domain of its own, of a graph that was translated from another format. */
  readonly own?: OwnOperators;
}

/** A model of a graph, whichever format it stood in. @param files with numbers that the graph keeps elsewhere, by path. */
export function readGraph(
  file: OnnxFile,
  { fixed = {}, shapes = {}, axes = {}, states: given, own }: GraphOptions,
  files: Files,
  budget: Budget,
): Imported {
  const { graph } = file;
  const initial = new Set(graph.initializer.map(({ name }) => name));
  const all = graph.input.filter(({ name }) => !initial.has(name));
  const names = new Set(all.map(({ name }) => name));
  for (const name of [fixed, shapes, axes].flatMap(Object.keys))
    if (!names.has(name)) refuse('options', 'no such input', [...names].join(', '), name);
  const uses = usesOf(graph, budget);
  const inputs = all
    .filter(({ name }) => !Object.hasOwn(fixed, name))
    .map((info) => declared(info, shapes, uses(info.name)));
  const outputs = graph.output.map(({ name, type }) => ({
    name,
    dims: type?.tensorType?.shape?.dim.map(({ dimValue, dimParam }) => (dimValue > 0 ? dimValue : dimParam)),
  }));
  const byName = new Map(inputs.map((input) => [input.name, input]));
  const states = findStates(given, inputs, outputs, graph, budget).map(({ input, output }) => ({
    input: byName.get(input) as OnnxInput,
    output,
  }));
  const carried = new Set(states.map(({ input }) => input));
  const main = inputs.filter((input) => !carried.has(input));
  const lengths = rolesOfLengths(graph);
  const known = { openTime: main.some(hasOpenTime), carries: states.length > 0 };
  const ways = readings(
    main,
    main.map((input) => candidates(input, Object.hasOwn(axes, input.name) ? axes[input.name] : lengths(input), known)),
    Object.keys(axes).length > 0,
  );
  if (ways.length === 0)
    refuse('inputs', 'open sizes that cannot be told apart', 'options.axes', main.map(({ name }) => name).join(', '));
  const sources = { files, budget, read: new Map(), external: new Map() };
  const made = outputs.map(({ name }) => name);
  const reading = { own, inner: { left: MOST_INNER }, sources, fixed, main, states, outputs: made };
  // What stands against the way that comes furthest; of several, the likeliest.
  let [worst, most]: [unknown, number] = [undefined, -1];
  for (const way of ways) {
    const done = { nodes: 0 };
    try {
      return attempt(file, { ...reading, ...way, done });
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      if (done.nodes > most) [worst, most] = [error, done.nodes];
    }
  }
  throw worst;
}
