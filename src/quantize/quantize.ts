import { InputError } from '../errors.js';
import type { Model, ModelSource } from '../index.js';
import type { ModelSpec, NodeSpec, TensorSpec } from '../spec.js';
import { CHOICES, type Choice, chooseLayers, chooseShifts } from './choose.js';
import { type Covariance, covariances } from './covariance.js';
import { Errors, type LayerReport, type QuantizeReport, withText } from './report.js';
import { type Rounded, roundTensor } from './round.js';
import type { Sample } from './sample.js';
import { withShifts } from './shift.js';

export interface QuantizeOptions {
  /** Default, and all there is: `'int8'`. */
  readonly weights?: 'int8';
  /** Runs on which both models are compared. Typical ones, as long as those to come. They change no weight without `compensate`. */
  readonly samples?: readonly Sample[];
  /**
   * Round the matrices of recurrent and dense layers so that what they make of the samples changes least, not each weight by itself. It
   * takes seconds for a thousand units. The report is then of samples that the weights have seen.
   */
  readonly compensate?: boolean;
  /**
   * Most weights of an output of a recurrent or dense layer that share a scale: a multiple of 4, 4 to 2048. Fewer lose less where few weights
   * are far larger than the others, and cost time at every timestep: docs/int8.md. Default: all of them.
   */
  readonly block?: number;
  /** Names of layers that stay float32. */
  readonly keep?: readonly string[];
  /**
   * Which of the others become int8: those that it makes faster; all, for the sake of the bytes; or those whose weights are integers of
   * 8 bits times a scale already, as a quantised file's are, so that none changes. Default `'faster'`.
   */
  readonly layers?: 'faster' | 'all' | 'exact';
}

const OPTIONS = ['weights', 'samples', 'compensate', 'block', 'keep', 'layers'];

/**
 * The model with int8 weights: the same spec, its matrices rounded with one scale for each output, and an account of it. Outputs whose
 * weights are integers of 8 bits times a scale already, since the file was quantised by others, keep these integers.
 *
 * @param source a spec, or the `{ spec, report }` that importers give; it is not changed.
 * @throws {InputError} an unknown option or layer, a sample that the model does not take.
 * @throws {SpecError} a spec that `createModel` refuses, a weight that is not finite.
 */
export async function quantize(
  source: ModelSource,
  options: QuantizeOptions = {},
): Promise<{ spec: ModelSpec; report: QuantizeReport }> {
  const { samples = [], compensate = false, block, keep = [], layers = 'faster' } = checkOptions(options);
  const spec = 'spec' in source ? source.spec : source;
  // Fetched, so that an import of the package's first entry is of that file alone.
  const createModel = (await import('../index.js')).createModel;
  const open = (one: ModelSpec): Promise<Model> => createModel(one, { build: 'simd' });
  const model = await open(spec);
  const choices = chooseLayers(spec, model, keep, layers);
  const known = compensate ? await covariances(spec, choices, samples, open) : new Map<string, Covariance>();
  const shifts = chooseShifts(spec, choices);
  const rounded = roundAll(spec, choices, known, shifts, block);
  const quantized = withInt8(spec, rounded, shifts);
  const compared = samples.length > 0 ? await compare(spec, quantized, choices, samples, open) : undefined;
  model.dispose();
  const reports = choices.map((choice) => layerReport(spec, rounded, choice, compared?.layers.get(choice.node.name)));
  const report = withText({
    layers: reports,
    ...(compared && { outputs: compared.outputs.all() }),
    bytes: bytesOf(
      spec,
      rounded,
      choices.flatMap(({ tensors }) => tensors),
    ),
  });
  return { spec: quantized, report };
}

function checkOptions(options: QuantizeOptions): QuantizeOptions {
  const refuse = (where: string, message: string, expected: string, got: unknown): never => {
    throw new InputError(message, { where, expected, got: JSON.stringify(got) ?? String(got) });
  };
  for (const key of Object.keys(options)) {
    if (!OPTIONS.includes(key)) refuse('quantize', `unknown option ${JSON.stringify(key)}`, OPTIONS.join(', '), key);
  }
  const { weights = 'int8', samples = [], compensate = false, block = 4, keep = [], layers = 'faster' } = options;
  if (weights !== 'int8') refuse('quantize, weights', 'no such type of weights', 'int8', weights);
  if (!CHOICES.includes(layers)) refuse('quantize, layers', 'no such choice', CHOICES.join(', '), layers);
  if (!Array.isArray(samples)) refuse('quantize, samples', 'not a list', 'an array of runs', typeof samples);
  if (typeof compensate !== 'boolean') refuse('quantize, compensate', 'not a yes or no', 'true or false', compensate);
  if (compensate && samples.length === 0) refuse('quantize, compensate', 'nothing to go by', 'samples', samples);
  if (!Number.isInteger(block / 4) || block < 4 || block > 2048)
    refuse('quantize, block', 'not a number of weights', 'a multiple of 4, 4 to 2048', block);
  if (!Array.isArray(keep)) refuse('quantize, keep', 'not a list', 'an array of layers', keep);
  return options;
}

/** The tensors of the layers that are chosen, by name. */
function roundAll(
  spec: ModelSpec,
  choices: readonly Choice[],
  known: ReadonlyMap<string, Covariance>,
  shifts: ReadonlyMap<string, number>,
  block: number | undefined,
): Map<string, Rounded> {
  const names = choices.flatMap(({ why, tensors }) => (why === undefined ? tensors : []));
  // A row of a table has one scale, as has what slides over several timesteps.
  const tables = choices.flatMap(({ node, tensors }) => (node.type === 'embedding' ? tensors : []));
  const round = (name: string): Rounded => {
    const { shape, data } = spec.tensors[name] as TensorSpec;
    const shift = shifts.get(name);
    const own = shift === undefined ? data : data.map((n) => n - shift);
    const blocked = shape.length === 2 && !tables.includes(name) ? block : undefined;
    return roundTensor(name, { shape, data: own }, { known: known.get(name), block: blocked });
  };
  return new Map([...new Set(names)].map((name) => [name, round(name)]));
}

function withInt8(
  spec: ModelSpec,
  rounded: ReadonlyMap<string, Rounded>,
  shifts: ReadonlyMap<string, number>,
): ModelSpec {
  if (rounded.size === 0) return spec;
  const inputs = spec.inputs.map(({ name }) => name);
  const nodes = shifts.size === 0 ? spec.nodes : withShifts(spec.nodes, shifts, inputs);
  const floats = Object.entries(spec.tensors).filter(([name]) => !rounded.has(name));
  const int8 = [...rounded].map(([name, { tensor }]) => [name, tensor] as const);
  return {
    ...spec,
    nodes,
    tensors: { __proto__: null as never, ...Object.fromEntries(floats) },
    int8: { __proto__: null as never, ...spec.int8, ...Object.fromEntries(int8) },
  };
}

/** Of these tensors, each once, before and after. */
function bytesOf(
  spec: ModelSpec,
  rounded: ReadonlyMap<string, Rounded>,
  tensors: readonly string[],
): [before: number, now: number] {
  const total: [number, number] = [0, 0];
  for (const name of new Set(tensors)) {
    const before = (spec.tensors[name] as TensorSpec).data.byteLength;
    const int8 = rounded.get(name)?.tensor;
    total[0] += before;
    total[1] += int8 ? int8.data.byteLength + int8.scales.byteLength : before;
  }
  return total;
}

function layerReport(
  spec: ModelSpec,
  rounded: ReadonlyMap<string, Rounded>,
  { node, tensors, why }: Choice,
  errors: Errors | undefined,
): LayerReport {
  const own = [...new Set(tensors)].map((name) => rounded.get(name) as Rounded);
  const sum = (of: (one: Rounded) => number): number => own.reduce((total, one) => total + of(one), 0);
  return {
    name: node.name,
    type: node.type,
    int8: why === undefined,
    ...(why === undefined
      ? { exact: [sum(({ exact }) => exact), sum(({ tensor }) => tensor.shape[0] as number)] as const }
      : { why }),
    bytes: bytesOf(spec, rounded, tensors),
    ...(errors && { errors: errors.all() }),
  };
}

/** Runs both models, and gathers how far the int8 one is from the other. */
async function compare(
  spec: ModelSpec,
  quantized: ModelSpec,
  choices: readonly Choice[],
  samples: readonly Sample[],
  open: (spec: ModelSpec) => Promise<Model>,
): Promise<{ layers: Map<string, Errors>; outputs: Errors }> {
  const outputs = new Errors();
  const layers = new Map(choices.map(({ node }): [string, Errors] => [node.name, new Errors()]));
  // What layers without a state make is seen where it is an output.
  const seen = choices.filter(({ node }) => !isRecurrent(node)).map(({ node }) => node.outputs?.[0] ?? node.name);
  const shown = [...new Set([...spec.outputs, ...seen])];
  const [expected, got] = (await Promise.all([spec, quantized].map((one) => open({ ...one, outputs: shown })))) as [
    Model,
    Model,
  ];
  for (const sample of samples) {
    const [a, b] = [got.trace(sample), expected.trace(sample)];
    for (const name of spec.outputs) outputs.add(name, dataOf(a.outputs, name), dataOf(b.outputs, name));
    b.layers.forEach((trace, index) => {
      for (const [name, errors] of layers) {
        const prefix = prefixOf(trace.layer, name);
        if (prefix !== undefined) errors.addTrace(prefix, a.layers[index] as typeof trace, trace);
      }
    });
    for (const { node } of choices) {
      if (isRecurrent(node)) continue;
      const name = node.outputs?.[0] ?? node.name;
      layers.get(node.name)?.add('y', dataOf(a.outputs, name), dataOf(b.outputs, name));
    }
  }
  expected.dispose();
  got.dispose();
  return { layers, outputs };
}

const RECURRENT = ['lstm', 'gru', 'rnn', 'bidirectional'];
const isRecurrent = ({ type }: NodeSpec): boolean => RECURRENT.includes(type);

const dataOf = (outputs: Readonly<Record<string, { readonly data: Float32Array }>>, name: string): Float32Array =>
  (outputs[name] as { readonly data: Float32Array }).data;

/** `''` for the layer itself, `forward.` or `backward.` for a half of it. */
function prefixOf(traced: string, layer: string): string | undefined {
  if (traced === layer) return '';
  const half = traced.slice(layer.length + 1);
  return traced.startsWith(`${layer}.`) && (half === 'forward' || half === 'backward') ? `${half}.` : undefined;
}
