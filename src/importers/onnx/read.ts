import { ImportError } from '../../errors.js';
import type { ModelSpec } from '../../spec.js';
import { type FileBytes, viewBytes } from '../formats/bytes.js';
import { refuse } from '../shared/refuse.js';
import type { Imported } from '../shared/report.js';
import { attempt } from './attempt.js';
import { type AxisRole, agree, candidates, combinations, hasOpenTime } from './axes.js';
import type { FixedInputs } from './bind.js';
import { openFile } from './file.js';
import { MOST_INNER } from './graph.js';
import { declared, isLengths, type OnnxInput, usesOf } from './inputs.js';
import { findStates, type OnnxState } from './states.js';
import type { Files } from './tensor.js';

export interface OnnxOptions {
  /** Inputs that are constants of this model: a sample rate, a flag. A number, or a list for a tensor. */
  readonly inputs?: FixedInputs;
  /** Sizes of inputs that the file leaves open and that decide its shape; null leaves one open. */
  readonly shapes?: Readonly<Record<string, readonly (number | null)[]>>;
  /** What the axes of an input are. Default: found by trying. */
  readonly axes?: Readonly<Record<string, readonly AxisRole[]>>;
  /** Outputs that are inputs of the next call, kept inside a stream. Default: those whose names say so; `[]` for none. */
  readonly states?: readonly OnnxState[];
  /** Files beside the model that hold its numbers (external data), by the location that the model names. */
  readonly files?: Files;
}

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
  const file = openFile(viewBytes(bytes));
  const { graph } = file;
  const { inputs: fixed = {}, shapes = {}, axes = {}, files = {} } = options;
  const initial = new Set(graph.initializer.map(({ name }) => name));
  const all = graph.input.filter(({ name }) => !initial.has(name));
  for (const name of [fixed, shapes, axes].flatMap(Object.keys)) {
    if (!all.some((input) => input.name === name))
      refuse('options', 'no such input', all.map((input) => input.name).join(', '), name);
  }
  const uses = usesOf(graph);
  const inputs = all
    .filter(({ name }) => !Object.hasOwn(fixed, name))
    .map((info) => declared(info, shapes, uses(info.name)));
  const outputs = graph.output.map(({ name, type }) => ({
    name,
    dims: type?.tensorType?.shape?.dim.map(({ dimValue, dimParam }) => (dimValue > 0 ? dimValue : dimParam)),
  }));
  const states = findStates(options.states, inputs, outputs).map(({ input, output }) => ({
    input: inputs.find(({ name }) => name === input) as OnnxInput,
    output,
  }));
  const lengths = inputs.flatMap(({ name }) => (isLengths(graph, name) ? [name] : []));
  const main = inputs.filter(
    (input) => !lengths.includes(input.name) && !states.some((state) => state.input === input),
  );
  const openTime = main.some(hasOpenTime);
  const ways = combinations(
    main.map((input) => candidates(input, axes[input.name], openTime)),
    (roles) => options.axes !== undefined || agree(main, roles),
  );
  if (ways.length === 0)
    refuse('inputs', 'open sizes that cannot be told apart', 'options.axes', main.map(({ name }) => name).join(', '));
  const names = outputs.map(({ name }) => name);
  const reading = { inner: { left: MOST_INNER }, files, fixed, main, lengths, states, outputs: names };
  let first: unknown;
  for (const roles of ways) {
    try {
      return attempt(file, { ...reading, roles });
    } catch (error) {
      if (!(error instanceof ImportError)) throw error;
      first ??= error;
    }
  }
  throw first;
}
