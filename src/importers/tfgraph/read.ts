import type { ModelSpec } from '../../spec.js';
import { type FileBytes, viewModel } from '../formats/bytes.js';
import type { AxisRole } from '../onnx/axes.js';
import { filesByPath } from '../onnx/external.js';
import { OPTIONS, readGraph } from '../onnx/read.js';
import type { OnnxState } from '../onnx/states/find.js';
import { Budget, type ImportLimits } from '../shared/budget.js';
import { checkConfig, type Field, type Fields, nonEmptyText, texts } from '../shared/fields.js';
import { limitsField } from '../shared/limits.js';
import { refuse } from '../shared/refuse.js';
import type { Imported } from '../shared/report.js';
import { openBundle } from '../tensorflow/bundle.js';
import { valueInfo } from '../translated/messages.js';
import { INDEX } from './beside.js';
import { Builder, type Translation } from './builder.js';
import { openTfFile, type TfFile } from './file.js';
import { INPUT, inputNode, type Level, type Operator, type Ref, Resolver } from './resolve.js';
import { DOMAIN, REWRITES } from './rewrites.js';
import { type Port, signatureOf, signatureOfFrozen } from './signature.js';
import { translateAll } from './translate.js';
import { variableNames, variableOf } from './variables.js';

export interface TfGraphOptions {
  /** Of a SavedModel: what is run. Default: `serving_default`, or the only one. */
  readonly signature?: string;
  /** Of a frozen graph: nodes whose values come out, `name` or `name:1`. Default: those that no other node reads. */
  readonly outputs?: readonly string[];
  /** Sizes of inputs that the file leaves open and that decide its shape; null leaves one open. */
  readonly shapes?: Readonly<Record<string, readonly (number | null)[]>>;
  /** What the axes of an input are: at most one batch, and one time or fixed number of timesteps. Default: found by trying. */
  readonly axes?: Readonly<Record<string, readonly AxisRole[]>>;
  /** Outputs that are inputs of the next call, kept inside a stream. Default: those whose names say so, or that are layers' final states; `[]` for none. */
  readonly states?: readonly OnnxState[];
  /** The files beside `saved_model.pb`, by their paths: `variables/variables.index` and its shards. */
  readonly files?: Readonly<Record<string, FileBytes>>;
  /** Most that the import may take. Default: in proportion to the size of the files. */
  readonly limits?: ImportLimits;
}

const FIELDS: Fields = {
  __proto__: null as never,
  signature: nonEmptyText,
  outputs: texts,
  shapes: OPTIONS.shapes as Field,
  axes: OPTIONS.axes as Field,
  states: OPTIONS.states as Field,
  files: OPTIONS.files as Field,
  limits: limitsField,
};

/** The operator set of ONNX that graphs are translated to. */
const OPSET = 18;

/**
 * A model from TensorFlow's graph: a SavedModel (`saved_model.pb`, with `options.files` what stands beside it), as Keras' `export` and `save` and
 * `tf.saved_model.save` write it, or a frozen graph (a GraphDef whose variables are constants).
 *
 * Inputs and outputs go by the signature's names, a frozen graph's by those of nodes. What comes and goes with a shape (`{ data, shape }`) has the file's own axes.
 *
 * @param bytes a SavedModel or a GraphDef.
 * @throws {ImportError} malformed bytes; an operator, attribute, type or shape that cannot be honoured exactly, with the node's name; a variable that is not in
 *   the checkpoint, or that a run changes; more than `limits` allow.
 */
export function fromTfGraph(bytes: FileBytes, options: TfGraphOptions = {}): ModelSpec {
  return readTfGraph(bytes, options).spec;
}

/** As `fromTfGraph`, with the account of which tensor became what. */
export function readTfGraph(bytes: FileBytes, options: TfGraphOptions = {}): Imported {
  checkConfig(options, 'options', FIELDS);
  const view = viewModel(bytes);
  const files = filesByPath(options.files ?? {});
  const size = [...files.values()].reduce((sum, { length }) => sum + length, view.length);
  const budget = new Budget(size, options.limits);
  const file = openTfFile(view, budget);
  const { inputs, outputs } = portsOf(file, options);
  const names = file.kind === 'saved' ? variableNames(file.meta) : new Map<string, string>();
  const index = files.get(INDEX);
  const shards = [...files.keys()].filter((path) => /^variables\/variables\.data-\d+-of-\d+$/.test(path)).sort();
  const arrays =
    index &&
    openBundle(
      index,
      shards.map((path) => files.get(path) as Uint8Array),
      budget,
    );
  const translation: Translation = {
    resolver: new Resolver(file.graph, budget),
    budget,
    attributes: [],
    notes: new Set(),
    waitedFor: new Set(),
    variable: (node) => variableOf(node, names, arrays),
  };
  const graph = translated(translation, inputs, outputs);
  const onnx = {
    graph,
    opsets: new Map([['', OPSET]]),
    model: { producerName: '', producerVersion: '', graph, opsetImport: [], functions: [] },
  };
  const own = { domain: DOMAIN, operators: NONE, rewrites: REWRITES };
  const { shapes, axes, states } = options;
  const { spec, report } = readGraph(
    onnx,
    { ...(shapes && { shapes }), ...(axes && { axes }), states, own },
    new Map(),
    budget,
  );
  return {
    spec,
    report: {
      format: formatOf(file),
      tensors: report.tensors,
      attributes: [...translation.attributes, ...report.attributes],
      notes: [...translation.notes, ...report.notes],
    },
  };
}

const NONE = Object.freeze(Object.create(null) as Record<string, never>);

function portsOf(file: TfFile, { signature, outputs }: TfGraphOptions) {
  if (file.kind === 'frozen') {
    if (signature !== undefined) refuse('options.signature', 'a frozen graph has none', 'options.outputs', signature);
    return signatureOfFrozen(file.graph, outputs);
  }
  if (outputs !== undefined)
    refuse('options.outputs', 'a SavedModel has signatures', 'options.signature', `${outputs}`);
  return signatureOf(file.meta, signature);
}

function formatOf(file: TfFile): string {
  if (file.kind === 'frozen') return 'TensorFlow, frozen graph';
  const version = file.meta.info?.tensorflowVersion ?? '';
  return `TensorFlow SavedModel${version && ` (TensorFlow ${version})`}`;
}

/** The graph from what goes in to what comes out. */
function translated(file: Translation, inputs: readonly Port[], outputs: readonly Port[]) {
  const level: Level = {};
  const builder = new Builder(file, 'graph', level);
  const nodes = new Map<Port, Operator>(inputs.map((port) => [port, inputNode(port.name, level)]));
  const read = new Set<Port>();
  const given = new Map(
    inputs.map((port) => {
      const ref = { node: nodes.get(port) as Operator, output: 0 };
      return [
        port.tensor,
        () => {
          read.add(port);
          return ref;
        },
      ] as const;
    }),
  );
  for (const [{ name }, node] of nodes) builder.name(node, name);
  const scope = file.resolver.top(level, given);
  const refs = outputs.map(({ tensor }) => file.resolver.resolve(scope, tensor));
  // A frozen graph's go by the names of their nodes. Other names are taken before any node has them.
  const same = outputs.map(({ name }, i) => {
    const { node, output } = refs[i] as Ref;
    return node.name === name && output === 0 && node.type !== INPUT;
  });
  const early = outputs.map(({ name }, i) => (same[i] ? builder.need(refs[i] as Ref) : builder.fresh(name)));
  const made = early.map((name, i) => ({ name, ref: refs[i] as Ref }));
  for (const { name, ref } of made)
    if (builder.need(ref) !== name) builder.add('Identity', 'Identity', [builder.need(ref)], [name]);
  translateAll(builder);
  return builder.graphOf(
    'graph',
    inputs
      .filter((port) => read.has(port))
      .map(({ name, type, dims }) => valueInfo(name, type, dims && sizesOf(name, dims))),
    made.map(({ name }, i) => {
      const { type = 0, dims } = outputs[i] ?? {};
      return valueInfo(name, type, dims && sizesOf(name, dims));
    }),
  );
}

/** Sizes, and names for open ones: the first is the batch. */
const sizesOf = (name: string, dims: readonly number[]): (number | string)[] =>
  dims.map((size, axis) => (size >= 0 ? size : axis === 0 && dims.length > 1 ? 'batch' : `${name}.${axis}`));
