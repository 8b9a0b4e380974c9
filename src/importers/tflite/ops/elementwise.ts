import { refuse } from '../../shared/refuse.js';
import type { Site, Translate } from '../site.js';
import { integerLeakyRelu, integerMul } from './integer-sums.js';

/** One input to one output, under another name in ONNX. */
const unary =
  (type: string, options?: string): Translate =>
  (site) => {
    if (options) site.options.expect(options);
    site.arity(1).add(type, [site.float(0)], [site.target()]);
  };

/** Two inputs, broadcast, and a fused activation if the options have one. */
const binary =
  (type: string, options: string, fused = false): Translate =>
  (site) => {
    site.options.expect(options);
    const activation = fused ? site.fused() : 0;
    // How the integer kernels round; the numbers are the same to that rounding.
    if (type === 'Add' || type === 'Sub') site.options.ignore(1);
    site.arity(2);
    if (type === 'Mul' && integerMul(site, activation)) return;
    site.add(type, [site.float(0), site.float(1)], [site.target(0, activation)]);
  };

const compare =
  (type: string, options: string, negated = false): Translate =>
  (site) => {
    site.options.expect(options);
    const inputs = [site.arity(2).float(0), site.float(1)];
    if (negated) site.add('Not', [site.emit(type, inputs)], [site.outputName()]);
    else site.add(type, inputs, [site.outputName()]);
  };

const logical =
  (type: string, inputs: number, options: string): Translate =>
  (site) => {
    site.options.expect(options);
    site.arity(inputs).add(
      type,
      Array.from({ length: inputs }, (_, i) => site.raw(i)),
      [site.outputName()],
    );
  };

function leakyRelu(site: Site): void {
  const alpha = site.options.expect('LeakyRelu').float(0, 'alpha');
  site.arity(1);
  if (integerLeakyRelu(site, alpha)) return;
  site.add('LeakyRelu', [site.float(0)], [site.target()], { alpha: { f: alpha } });
}

function gelu(site: Site): void {
  const approximate = site.options.expect('Gelu').flag(0, 'approximate');
  site.arity(1).add('Gelu', [site.float(0)], [site.target()], { approximate: { s: approximate ? 'tanh' : 'none' } });
}

function rsqrt(site: Site): void {
  site.arity(1).add('Reciprocal', [site.emit('Sqrt', [site.float(0)])], [site.target()]);
}

const square = (site: Site): void => {
  site.options.expect('Square');
  const x = site.arity(1).float(0);
  site.add('Mul', [x, x], [site.target()]);
};

function squaredDifference(site: Site): void {
  site.options.expect('SquaredDifference');
  const d = site.emit('Sub', [site.arity(2).float(0), site.float(1)]);
  site.add('Mul', [d, d], [site.target()]);
}

const bounded =
  (low: number, high: number): Translate =>
  (site) =>
    site.clip(site.arity(1).float(0), site.target(), low, high);

/** Condition, and what is taken where it holds and where it does not. */
const select =
  (options: string): Translate =>
  (site) => {
    site.options.expect(options);
    const [condition, x] = [site.arity(3).tensor(0), site.tensor(1)];
    // The older one takes a vector to say it of whole rows, which is no broadcast.
    if (options === 'Select' && condition.shape.length > 0 && `${condition.shape}` !== `${x.shape}`)
      refuse(site.where, 'a condition for each row', `[${x.shape}]`, `[${condition.shape}]`);
    site.add('Where', [site.raw(0), site.float(1), site.float(2)], [site.target()]);
  };

function cast(site: Site): void {
  site.options.expect('Cast').ignore(0, 1);
  const type = site.builder.type(site.operator.outputs[0] as number);
  site.arity(1).add('Cast', [site.raw(0)], [site.outputName()], { to: { i: type } });
}

/** Values to whole numbers, or from one scale to another. */
function quantize(site: Site): void {
  site.options.expect('Quantize');
  const x = site.arity(1).float(0);
  site.add('Identity', [x], [site.target()]);
}

function dequantize(site: Site): void {
  site.options.expect('Dequantize');
  site.arity(1).add('Identity', [site.float(0)], [site.outputName()]);
}

function softmax(site: Site): void {
  const beta = site.options.expect('Softmax').float(0, 'beta');
  const x = site.arity(1).float(0);
  const scaled = beta === 1 ? x : site.emit('Mul', [x, site.builder.number(`${x}.beta`, beta)]);
  site.add('Softmax', [scaled], [site.target()], { axis: { i: -1 } });
}

function logSoftmax(site: Site): void {
  site.options.expect('LogSoftmax');
  site.arity(1).add('LogSoftmax', [site.float(0)], [site.target()], { axis: { i: -1 } });
}

function addN(site: Site): void {
  site.options.expect('AddN');
  const inputs = Array.from({ length: site.count }, (_, i) => site.float(i));
  site.add('Sum', inputs, [site.target()]);
}

function prelu(site: Site): void {
  site.arity(2).add('PRelu', [site.float(0), site.float(1)], [site.target()]);
}

export const ELEMENTWISE: Readonly<Record<string, Translate>> = {
  __proto__: null as never,
  ABS: unary('Abs', 'Abs'),
  ADD: binary('Add', 'Add', true),
  ADD_N: addN,
  CAST: cast,
  CEIL: unary('Ceil'),
  DEQUANTIZE: dequantize,
  DIV: binary('Div', 'Div', true),
  ELU: unary('Elu'),
  EQUAL: compare('Equal', 'Equal'),
  EXP: unary('Exp', 'Exp'),
  FLOOR: unary('Floor'),
  GELU: gelu,
  GREATER: compare('Greater', 'Greater'),
  GREATER_EQUAL: compare('GreaterOrEqual', 'GreaterEqual'),
  HARD_SWISH: unary('HardSwish', 'HardSwish'),
  LEAKY_RELU: leakyRelu,
  LESS: compare('Less', 'Less'),
  LESS_EQUAL: compare('LessOrEqual', 'LessEqual'),
  LOG: unary('Log'),
  LOGICAL_AND: logical('And', 2, 'LogicalAnd'),
  LOGICAL_NOT: logical('Not', 1, 'LogicalNot'),
  LOGICAL_OR: logical('Or', 2, 'LogicalOr'),
  LOGISTIC: unary('Sigmoid'),
  LOG_SOFTMAX: logSoftmax,
  MAXIMUM: binary('Max', 'MaximumMinimum'),
  MINIMUM: binary('Min', 'MaximumMinimum'),
  MUL: binary('Mul', 'Mul', true),
  NEG: unary('Neg', 'Neg'),
  NOT_EQUAL: compare('Equal', 'NotEqual', true),
  POW: binary('Pow', 'Pow'),
  PRELU: prelu,
  QUANTIZE: quantize,
  RELU: unary('Relu'),
  RELU6: bounded(0, 6),
  RELU_0_TO_1: bounded(0, 1),
  RELU_N1_TO_1: bounded(-1, 1),
  ROUND: unary('Round'),
  RSQRT: rsqrt,
  SELECT: select('Select'),
  SELECT_V2: select('SelectV2'),
  SIGN: unary('Sign', 'Sign'),
  SOFTMAX: softmax,
  SQRT: unary('Sqrt'),
  SQUARE: square,
  SQUARED_DIFFERENCE: squaredDifference,
  SUB: binary('Sub', 'Sub', true),
  TANH: unary('Tanh'),
};
