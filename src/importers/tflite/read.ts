import type { ModelSpec } from '../../spec.js';
import { type FileBytes, viewModel } from '../formats/bytes.js';
import type { AxisRole } from '../onnx/axes.js';
import { OPTIONS, readGraph } from '../onnx/read.js';
import type { OnnxState } from '../onnx/states/find.js';
import { Budget, type ImportLimits } from '../shared/budget.js';
import { checkConfig, type Field, type Fields } from '../shared/fields.js';
import { limitsField } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import type { Imported } from '../shared/report.js';
import { DOMAIN, MOST_INNER, type Translation } from './builder.js';
import { CELLS } from './cells.js';
import { readModel } from './model.js';
import { translate } from './translate.js';

export interface TfliteOptions {
  /** Sizes of inputs that the file leaves open and that decide its shape; null leaves one open. */
  readonly shapes?: Readonly<Record<string, readonly (number | null)[]>>;
  /** What the axes of an input are: at most one batch, and one time or fixed number of timesteps. Default: found by trying. */
  readonly axes?: Readonly<Record<string, readonly AxisRole[]>>;
  /**
   * Outputs that are inputs of the next call, kept inside a stream. Default: those that a cell's formula proves (the new state is the old one times a
   * gate, plus something), else those whose names say so; `[]` for none.
   */
  readonly states?: readonly OnnxState[];
  /** Most that the import may take. Default: in proportion to the size of the file. */
  readonly limits?: ImportLimits;
}

const FIELDS: Fields = {
  __proto__: null as never,
  shapes: OPTIONS.shapes as Field,
  axes: OPTIONS.axes as Field,
  states: OPTIONS.states as Field,
  limits: limitsField,
};

/** The operator set of ONNX that graphs are translated to. */
const OPSET = 18;

/**
 * A model from a TensorFlow Lite file (`.tflite`, schema version 3): its first subgraph.
 *
 * Variables that layers keep (the state of fused ones) are the state of a stream; a run starts from zeros. What comes and goes with a shape (`{ data, shape }`) has the file's own axes. An
 * input or output of quantised numbers is these whole numbers, as in the interpreter: q stands for scale·(q - zero point).
 *
 * @param bytes a FlatBuffer whose identifier is TFL3.
 * @throws {ImportError} malformed bytes; an operator, option, type or shape that cannot be honoured exactly, with the operator's name and number; more than
 *   `limits` allow.
 */
export function fromTflite(bytes: FileBytes, options: TfliteOptions = {}): ModelSpec {
  return readTflite(bytes, options).spec;
}

/** As `fromTflite`, with the account of which tensor became what. */
export function readTflite(bytes: FileBytes, options: TfliteOptions = {}): Imported {
  checkConfig(options, 'options', FIELDS);
  const view = viewModel(bytes);
  const budget = new Budget(view.length, options.limits);
  const model = readModel(view, budget);
  const file: Translation = { model, budget, attributes: [], notes: new Set(), inner: { left: MOST_INNER } };
  const { graph, variables, states } = translate(file, 0);
  const onnx = {
    graph,
    opsets: new Map([['', OPSET]]),
    model: { producerName: '', producerVersion: '', graph, opsetImport: [], functions: [] },
  };
  const own = { domain: DOMAIN, operators: CELLS };
  const all = [...variables, ...(options.states ?? states)];
  const carried = options.states || all.length > 0 ? all : undefined;
  const { spec, report } = readGraph(onnx, { ...options, states: carried, own }, new Map(), budget);
  for (const { input } of spec.carries ?? []) {
    const place = model.graphs[0]?.inputs[graph.input.findIndex(({ name }) => name === input)] ?? -1;
    const [zero = 0] = model.graphs[0]?.tensors[place]?.zeros ?? [];
    if (zero !== 0)
      refuse(
        `input ${JSON.stringify(input)}`,
        'a state whose zero is another number',
        'zero point 0; options.states: []',
        `${zero}`,
      );
  }
  const by = model.description === '' ? '' : ` (${model.description})`;
  return {
    spec,
    report: {
      format: `TensorFlow Lite, schema ${model.version}${by}`,
      tensors: report.tensors,
      attributes: [...file.attributes, ...report.attributes],
      notes: [...file.notes, ...report.notes],
    },
  };
}
