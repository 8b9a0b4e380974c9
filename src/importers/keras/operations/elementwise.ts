import type { ActivationSpec, BinaryMerge } from '../../../spec.js';
import { show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import type { Flow } from '../build.js';
import { broadcast } from '../layers/merging.js';
import { type Arguments, type Constant, isConstant } from './arguments.js';
import { axesOf, roleOf } from './axes.js';
import type { Operation } from './operation.js';

const unary =
  (make: (args: Arguments) => ActivationSpec): Operation =>
  (args) => {
    const x = args.value();
    const y = args.build.activate(x, args.name, make(args));
    args.finish(1);
    return [y];
  };
const plain = (activation: ActivationSpec): Operation => unary(() => activation);

/** Over the features alone. */
const normalised =
  (type: 'softmax' | 'log_softmax'): Operation =>
  (args) => {
    const x = args.value();
    const axis = args.setting('axis') ?? -1;
    if (roleOf(args.where, x, axis) !== 'features')
      refuse(args.where, 'axis is not honoured', '-1, the features', show(axis));
    args.finish(1);
    return [args.build.activate(x, args.name, type)];
  };

const identity: Operation = (args) => {
  const x = args.value();
  args.finish(1);
  return [x];
};

const cast: Operation = (args) => {
  const x = args.value();
  const dtype = args.setting('dtype', 1);
  if (dtype !== 'float32') refuse(args.where, 'dtype is not honoured', 'float32', show(dtype));
  args.finish(2);
  return [x];
};

/** `x ∘ number` as one function of x, where there is one. */
const BY_NUMBER: Readonly<Partial<Record<BinaryMerge, (c: number, first: boolean) => ActivationSpec | undefined>>> = {
  add: (c) => ({ type: 'affine', alpha: 1, beta: c }),
  subtract: (c, first) => (first ? { type: 'affine', alpha: -1, beta: c } : { type: 'affine', alpha: 1, beta: -c }),
  multiply: (c) => ({ type: 'affine', alpha: c, beta: 0 }),
  power: (c, first) => (first ? undefined : c === 2 ? 'square' : c === 0.5 ? 'sqrt' : undefined),
};

const binary =
  (type: BinaryMerge): Operation =>
  (args) => {
    const [a, b] = pair(args);
    return [combine(args, args.name, type, a, b)];
  };

/** Two operands, of which one at least is a value. */
function pair(args: Arguments): [Flow | Constant, Flow | Constant] {
  const operands: [Flow | Constant, Flow | Constant] = [args.operand(0, 'x1'), args.operand(1, 'x2')];
  valueAmong(args, operands);
  args.finish(2);
  return operands;
}

/** @throws {ImportError} numbers alone. */
const valueAmong = ({ where }: Arguments, operands: readonly (Flow | Constant)[]): Flow =>
  operands.find((operand): operand is Flow => !isConstant(operand)) ??
  refuse(where, 'an operation on numbers alone', 'a value of the model');

/** Two values, or a value and numbers, broadcast as NumPy does. */
function combine(args: Arguments, name: string, type: BinaryMerge, a: Flow | Constant, b: Flow | Constant): Flow {
  const { build } = args;
  const value = valueAmong(args, [a, b]);
  const constant = [a, b].find(isConstant);
  const number = constant?.data.length === 1 ? constant.data[0] : undefined;
  const single = number === undefined ? undefined : BY_NUMBER[type]?.(number, constant === a);
  if (single) return build.activate(value, name, single);
  const operands = beside(args, [a, b], value);
  const shape = alike(args, operands, [a, b]);
  return { ...shape, name: build.add({ type, inputs: operands.map((operand) => operand.name) }, name) };
}

/** Operands, numbers among them as values that stand beside `value`. */
const beside = (args: Arguments, operands: readonly (Flow | Constant)[], value: Flow): Flow[] =>
  operands.map((operand) => (isConstant(operand) ? constantBeside(args, operand, value) : operand));

/** Numbers as a value that stands beside another one. */
function constantBeside({ build, name, where }: Arguments, { shape, data }: Constant, x: Flow): Flow {
  const axes = axesOf(x);
  const padded = [...axes.map(() => 1), ...shape].slice(-Math.max(axes.length, shape.length));
  const size = (role: 'time' | 'features'): number => padded[axes.indexOf(role)] ?? 1;
  const [time, features] = [axes.includes('time') ? size('time') : 1, axes.includes('features') ? size('features') : 1];
  const fits =
    padded.length === axes.length &&
    padded[0] === 1 &&
    (features === 1 || features === x.features) &&
    (time === 1 || (x.time !== undefined && build.times.fix(where, x.time) === time));
  if (!fits)
    refuse(where, 'numbers of a shape that is not honoured', 'one, or one per feature', `(${shape.join(', ')})`);
  const tensor = build.keep(build.unique(`${name}.constant`), {
    shape: time === 1 ? [features] : [time, features],
    data,
  });
  build.reporter.tensor(`${name} (constant)`, shape, tensor, 'as it is');
  const node = build.add({ type: 'constant', inputs: [], tensors: { value: tensor } }, `${name}.constant`);
  // A single timestep stands beside all of them as a vector does.
  return {
    ...x,
    name: node,
    features,
    ...(time === 1 && { kind: 'vector', time: undefined, bare: x.kind === 'sequence' ? false : x.bare }),
  } as Flow;
}

/**
 * The shape of values that stand beside one another, as NumPy does it: axes from the last.
 * @param given which of them are numbers, whose axes fit by now.
 * @throws {ImportError}
 */
function alike({ build, where }: Arguments, operands: readonly Flow[], given: readonly (Flow | Constant)[]): Flow {
  const forms = new Set(given.flatMap((operand) => (isConstant(operand) ? [] : [axesOf(operand).join(', ')])));
  if (forms.size > 1) refuse(where, 'values of different axes', 'the same axes', `(${[...forms].join('), (')})`);
  const features = Math.max(...operands.map((x) => x.features));
  for (const x of operands)
    if (x.features !== features && x.features !== 1)
      refuse(where, 'values of different shapes', `${features} features, or 1`, `${x.features}`);
  return { ...broadcast(build, where, operands), features };
}

const where: Operation = (args) => {
  const operands = [args.operand(0), args.operand(1, 'x'), args.operand(2, 'y')];
  const value = valueAmong(args, operands);
  args.finish(3);
  const flows = beside(args, operands, value);
  const shape = alike(args, flows, operands);
  return [{ ...shape, name: args.build.add({ type: 'where', inputs: flows.map((x) => x.name) }, args.name) }];
};

const squaredDifference: Operation = (args) => {
  const [a, b] = pair(args);
  return [args.build.activate(combine(args, `${args.name}.difference`, 'subtract', a, b), args.name, 'square')];
};

const divide: Operation = (args) => {
  const [a, b] = pair(args);
  if (isConstant(a) && a.data.length === 1 && !isConstant(b) && a.data[0] === 1)
    return [args.build.activate(b, args.name, 'reciprocal')];
  return [combine(args, args.name, 'divide', a, b)];
};

/** Operations on numbers one by one. */
export const ELEMENTWISE: Readonly<Record<string, Operation>> = {
  __proto__: null as never,
  Add: binary('add'),
  Subtract: binary('subtract'),
  Multiply: binary('multiply'),
  Divide: divide,
  TrueDivide: divide,
  Power: binary('power'),
  Maximum: binary('maximum'),
  Minimum: binary('minimum'),
  Equal: binary('equal'),
  Less: binary('less'),
  LessEqual: binary('less_equal'),
  Greater: binary('greater'),
  GreaterEqual: binary('greater_equal'),
  SquaredDifference: squaredDifference,
  Where: where,
  Negative: plain({ type: 'affine', alpha: -1, beta: 0 }),
  Absolute: plain('abs'),
  Abs: plain('abs'),
  Exp: plain('exp'),
  Log: plain('log'),
  Sqrt: plain('sqrt'),
  Square: plain('square'),
  Reciprocal: plain('reciprocal'),
  Rsqrt: (args) => {
    const root = args.build.activate(args.value(), `${args.name}.root`, 'sqrt');
    args.finish(1);
    return [args.build.activate(root, args.name, 'reciprocal')];
  },
  Erf: plain('erf'),
  Sign: plain('sign'),
  Floor: plain('floor'),
  Tanh: plain('tanh'),
  Sigmoid: plain('sigmoid'),
  Relu: plain('relu'),
  Relu6: plain({ type: 'clip', alpha: 0, beta: 6 }),
  ReLU: unary((args) => {
    const [slope, most, threshold] = [
      args.number('negative_slope', 0),
      args.setting('max_value'),
      args.number('threshold', 0),
    ];
    if (threshold !== 0 || (most !== undefined && slope !== 0))
      refuse(
        args.where,
        'a ReLU that is not honoured',
        'a negative_slope, or a max_value',
        show([slope, most, threshold]),
      );
    if (most !== undefined) return { type: 'clip', alpha: 0, beta: args.number('max_value') };
    return slope === 0 ? 'relu' : { type: 'leaky_relu', alpha: slope };
  }),
  LeakyRelu: unary((args) => ({ type: 'leaky_relu', alpha: args.number('negative_slope', 0.2) })),
  Elu: unary((args) => ({ type: 'elu', alpha: args.number('alpha', 1) })),
  Selu: plain('selu'),
  Softplus: plain('softplus'),
  Softsign: plain('softsign'),
  Silu: plain('silu'),
  LogSigmoid: plain('log_sigmoid'),
  HardSigmoid: plain({ type: 'hard_sigmoid', alpha: 1 / 6, beta: 0.5 }),
  HardSilu: plain('hard_silu'),
  HardTanh: plain({ type: 'clip', alpha: -1, beta: 1 }),
  Gelu: unary((args) => (args.flag('approximate', true) ? 'gelu_tanh' : 'gelu')),
  Softmax: normalised('softmax'),
  LogSoftmax: normalised('log_softmax'),
  Clip: unary((args) => ({
    type: 'clip',
    alpha: args.number('x_min', undefined, 1),
    beta: args.number('x_max', undefined, 2),
  })),
  Cast: cast,
  Identity: identity,
  StopGradient: identity,
};
