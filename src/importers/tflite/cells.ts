import type {
  ActivationSpec,
  IntegerLstmConfig,
  IntegerScale,
  LayerNormLstmConfig,
  LstmConfig,
  RnnConfig,
  RoundedLstmConfig,
  RoundingRule,
} from '../../spec.js';
import { type Context, known, numbers, type Op } from '../onnx/context.js';
import { withFeatures } from '../onnx/layout.js';
import type { Run } from '../onnx/ops/run.js';
import { sequenceOf } from '../onnx/ops/sequence.js';
import { value } from '../onnx/stretch.js';
import { type Atom, type Constant, count, type Item } from '../onnx/value.js';
import { refuse } from '../shared/refuse.js';
import { rescale } from './rescale.js';

// Fused recurrent layers as the spec has them, in a graph that is otherwise ONNX'. Inputs: x, then what `ops/recurrent.ts` says.

const FUNCTIONS: Readonly<Record<string, ActivationSpec>> = {
  __proto__: null as never,
  NONE: 'linear',
  RELU: 'relu',
  RELU_N1_TO_1: { type: 'clip', alpha: -1, beta: 1 },
  RELU6: { type: 'clip', alpha: 0, beta: 6 },
  TANH: 'tanh',
  SIGMOID: 'sigmoid',
};

/** Gates of a tensor of the spec, one below the other. */
interface Gates {
  readonly field: string;
  readonly what: string;
  /** Of one gate. */
  readonly dims: readonly number[];
  readonly parts: readonly (Constant | undefined)[];
  /** What each is multiplied by. */
  readonly signs?: readonly number[];
}

/** A tensor of all gates, zeros for those that have none. */
function stacked(op: Op, ctx: Context, { field, what, dims, parts, signs = [] }: Gates): string {
  const size = dims.reduce((product, n) => product * n, 1);
  op.budget.bytes(4 * size * parts.length, op.where);
  const data = new Float32Array(size * parts.length);
  parts.forEach((part, gate) => {
    if (!part) return;
    if (`${part.dims}` !== `${dims}`) refuse(op.where, `${what} of the wrong shape`, `[${dims}]`, `[${part.dims}]`);
    const own = numbers(op.where, part);
    data.set((signs[gate] ?? 1) === 1 ? own : own.map((n) => -n), gate * size);
  });
  const [rows = 0, ...rest] = dims;
  const name = ctx.tensor(`${op.name}.${field}`, [rows * parts.length, ...rest], data);
  parts.forEach((part, gate) => {
    const negated = (signs[gate] ?? 1) === 1 ? '' : ', negated';
    if (part?.tensor !== undefined)
      ctx.reporter.tensor(part.tensor, part.dims, `${op.name}.${field}`, `rows of gate ${GATES[gate]}${negated}`);
  });
  return name;
}

const GATES = 'ifgo';

/** `kNormalizationConstant` of TensorFlow Lite's kernels, added to the variance. */
const EPSILON = 1e-8;

/** Constants of the node's inputs from `at` on; undefined for those left out. */
const constants = (op: Op, at: number, length: number, what: string): (Constant | undefined)[] =>
  Array.from({ length }, (_, i) => (op.inputs[at + i] ? known(op.where, op.inputs[at + i], what) : undefined));

/** The layer over x, whose output has x' axes but the last. */
function addSequence(
  op: Op,
  ctx: Context,
  config: (inputs: number) => LstmConfig | LayerNormLstmConfig | IntegerLstmConfig | RoundedLstmConfig | RnnConfig,
  units: number,
): Item[] {
  const timeMajor = op.attributes.flag('time_major', false);
  const backwards = op.attributes.flag('backwards', false);
  const { x, batch, time } = sequenceOf(op, ctx, timeMajor);
  const fields = {
    ...config(count(x.features)),
    inputs: [x.name],
    ...(backwards && { goBackwards: true, outputOrder: 'input' as const }),
  };
  const unit: Atom = { kind: 'block', size: units };
  const hidden = units === 1 ? [] : [unit];
  const axes = timeMajor ? [time, batch, hidden] : [batch, time, hidden];
  return [{ kind: 'value', name: ctx.add(fields, op.name), time: x.time, features: [unit], axes, type: x.type }];
}

/** An LSTM's operands, and the tensors that are made of them. */
interface LstmParts {
  readonly units: number;
  /** Length of h. */
  readonly outputs: number;
  readonly projected: boolean;
  /** Without an input gate. */
  readonly coupled: boolean;
  tensors(inputs: number): LstmConfig['tensors'];
  /** The same of gates that are normalised, whose biases are added after; undefined where they are not. */
  readonly normalised: ((inputs: number) => LayerNormLstmConfig['tensors']) | undefined;
}

/** @param signs what gates' numbers are multiplied by where there is no input gate. */
function lstmParts(op: Op, ctx: Context, instead: readonly [of: number | undefined, sign: number]): LstmParts {
  const { where } = op;
  const [w, r] = [constants(op, 1, 4, 'a weight'), constants(op, 5, 4, 'a recurrent weight')];
  const [p, b] = [constants(op, 9, 3, 'a peephole'), constants(op, 12, 4, 'a bias')];
  const projection = constants(op, 16, 1, 'the projection')[0];
  const units = w[1]?.dims[0] ?? 0;
  const outputs = projection ? (projection.dims[0] ?? 0) : units;
  const coupled = w[0] === undefined;
  if (coupled !== (r[0] === undefined) || w.slice(1).some((one) => !one) || r.slice(1).some((one) => !one))
    refuse(
      where,
      'weights that do not go together',
      'those of all gates, or of all but the input gate',
      `${w.map(Boolean)}; ${r.map(Boolean)}`,
    );
  const [of, sign] = instead;
  const signs = coupled ? [sign, 1, 1, 1] : [1, 1, 1, 1];
  const gates = <T>(own: readonly (T | undefined)[]): (T | undefined)[] =>
    coupled ? [of === undefined ? undefined : own[of], ...own.slice(1)] : [...own];
  const all = (
    field: string,
    what: string,
    dims: readonly number[],
    parts: readonly (Constant | undefined)[],
  ): string => stacked(op, ctx, { field, what, dims, parts: gates(parts), signs });
  const weights = (inputs: number) => ({
    weightIh: all('weightIh', 'weights', [units, inputs], w),
    weightHh: all('weightHh', 'recurrent weights', [units, outputs], r),
    // Peepholes are those of i f o.
    ...(p.some(Boolean) && { peephole: all('peephole', 'peepholes', [units], p) }),
    ...(projection && {
      weightHr: ctx.tensor(`${op.name}.weightHr`, [outputs, units], numbers(where, projection), {
        constant: projection,
        becomes: `${op.name}.weightHr`,
        how: 'as it is',
      }),
    }),
  });
  const coefficients = constants(op, 17, 4, 'a coefficient');
  return {
    units,
    outputs,
    projected: projection !== undefined,
    coupled,
    tensors: (inputs) => ({ ...weights(inputs), biasIh: all('biasIh', 'biases', [units], b) }),
    normalised: coefficients.some(Boolean)
      ? (inputs) => ({
          ...weights(inputs),
          // What is normalised changes its sign with the sum: coefficients keep theirs.
          gamma: stacked(op, ctx, { field: 'gamma', what: 'coefficients', dims: [units], parts: gates(coefficients) }),
          beta: all('beta', 'biases', [units], b),
        })
      : undefined,
  };
}

function lstm(op: Op, ctx: Context): Item[] {
  const { attributes } = op;
  // Without an input gate it is what the forget gate lets go: i = 1 - f = σ(-a), of whose opposite the spec makes f = 1 - i again.
  const { units, outputs, projected, coupled, tensors, normalised } = lstmParts(op, ctx, [1, -1]);
  const output = FUNCTIONS[attributes.string('activation', 'TANH')] as ActivationSpec;
  const clip = attributes.float('cell_clip', 0);
  const rule = attributes.string('rule', '') as RoundingRule | '';
  return addSequence(
    op,
    ctx,
    (inputs) => {
      const fields = {
        units,
        ...(projected && { projection: outputs }),
        ...(coupled && { coupled: true }),
        ...(clip > 0 && { cellClip: clip }),
        activations: { i: 'sigmoid', f: 'sigmoid', g: output, o: 'sigmoid', output },
      } as const;
      if (normalised)
        return {
          type: 'layer_norm_lstm',
          normalised: 'gates',
          epsilon: EPSILON,
          ...fields,
          tensors: normalised(inputs),
        };
      return {
        ...(rule === '' ? { type: 'lstm' } : { type: 'rounded_lstm', rule }),
        ...fields,
        tensors: tensors(inputs),
      };
    },
    outputs,
  );
}

function integerLstm(op: Op, ctx: Context): Item[] {
  const { attributes } = op;
  const { units, outputs, coupled, tensors } = lstmParts(op, ctx, [undefined, 1]);
  const floats = (name: string): readonly number[] | undefined => attributes.floats(name);
  const scaleOf = (name: string): IntegerScale | undefined => {
    const [scale = 0, low = 0, high = 0] = floats(name) ?? [];
    return floats(name) && { scale, low, high };
  };
  const clip = attributes.int('cell_clip', 0);
  const [peepholeScales, projected] = [floats('peephole_scales'), scaleOf('projected')];
  return addSequence(
    op,
    ctx,
    (inputs) => ({
      type: 'integer_lstm',
      units,
      ...(projected && { projection: outputs, projected }),
      ...(coupled && { coupled: true }),
      cellBits: attributes.int('cell_bits', 0),
      ...(clip > 0 && { cellClip: clip }),
      inputScales: floats('input_scales') ?? [],
      recurrentScales: floats('recurrent_scales') ?? [],
      ...(peepholeScales && { peepholeScales }),
      hidden: scaleOf('hidden') as IntegerScale,
      tensors: tensors(inputs),
    }),
    outputs,
  );
}

function rnn(op: Op, ctx: Context): Item[] {
  const [w, r, b] = constants(op, 1, 3, 'a weight') as [Constant, Constant, Constant];
  const units = w.dims[0] ?? 0;
  const activation = FUNCTIONS[op.attributes.string('activation', 'TANH')] as ActivationSpec;
  op.attributes.ignore('cell_clip');
  const one = (field: string, what: string, dims: readonly number[], part: Constant): string =>
    stacked(op, ctx, { field, what, dims, parts: [part] });
  return addSequence(
    op,
    ctx,
    (inputs) => ({
      type: 'rnn',
      units,
      activation,
      tensors: {
        weightIh: one('weightIh', 'weights', [units, inputs], w),
        weightHh: one('weightHh', 'recurrent weights', [units, units], r),
        biasIh: one('biasIh', 'biases', [units], b),
      },
    }),
    units,
  );
}

/** Rows of the last axis, each rounded to 8 bits. */
function roundRows(op: Op, ctx: Context): Item[] {
  const given = value(ctx, op.where, op.inputs[0], 'x');
  const x = withFeatures(ctx, op.where, given, [given.axes.length - 1]);
  const rule = op.attributes.string('rule', 'xnnpack') as RoundingRule;
  return [{ ...x, name: ctx.add({ type: 'round_rows', inputs: [x.name], rule }, op.outputs[0] as string) }];
}

export const CELLS: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  IntegerLstm: integerLstm,
  Lstm: lstm,
  Rescale: rescale,
  Rnn: rnn,
  RoundRows: roundRows,
};
