import { refuse } from '../../shared/refuse.js';
import { FLOAT, typeName } from '../proto.js';
import type { Site, Translate } from '../site.js';

/** One input to one output, under another name in ONNX. */
const unary =
  (type: string): Translate =>
  (site) =>
    site.arity(1).add(type, [site.input(0)]);

/** Two inputs, broadcast. */
const binary =
  (type: string): Translate =>
  (site) =>
    site.arity(2).add(type, site.inputs());

/** As `binary`, of floats: whole numbers are rounded in another way. */
const floats =
  (type: string): Translate =>
  (site) => {
    expectFloat(site);
    site.arity(2).add(type, site.inputs());
  };

function expectFloat(site: Site): void {
  const type = site.attributes.type('T');
  if (type !== FLOAT) refuse(site.where, 'whole numbers', typeName(FLOAT), typeName(type));
}

const compare =
  (type: string, negated = false): Translate =>
  (site) => {
    // What happens where shapes do not fit, which here is refused.
    site.attributes.ignore('incompatible_shape_error');
    site.arity(2);
    if (negated) site.add('Not', [site.emit(type, site.inputs())]);
    else site.add(type, site.inputs());
  };

function leakyRelu(site: Site): void {
  const alpha = site.attributes.float('alpha', Math.fround(0.2));
  site.arity(1).add('LeakyRelu', [site.input(0)], undefined, { alpha: { f: alpha } });
}

const rsqrt: Translate = (site) => site.arity(1).add('Reciprocal', [site.emit('Sqrt', [site.input(0)])]);

/** What is left of 1. */
const erfc: Translate = (site) => site.arity(1).add('Sub', [site.number('one', 1), site.emit('Erf', [site.input(0)])]);

const square: Translate = (site) => site.arity(1).add('Mul', [site.input(0), site.input(0)]);

function squaredDifference(site: Site): void {
  const d = site.arity(2).emit('Sub', site.inputs());
  site.add('Mul', [d, d]);
}

/** Whole numbers are rounded downwards, as they are in ONNX where none is below 0. */
function floorDiv(site: Site): void {
  const type = site.attributes.type('T');
  if (type === FLOAT) site.arity(2).add('Floor', [site.emit('Div', site.inputs())]);
  else site.arity(2).later('FloorDiv', site.inputs());
}

/** Biases of the last axis. */
function biasAdd(site: Site): void {
  const format = site.attributes.string('data_format', 'NHWC');
  if (format !== 'NHWC') refuse(site.where, 'channels first', 'data_format NHWC', format);
  site.arity(2).add('Add', site.inputs());
}

const relu6: Translate = (site) =>
  site.arity(1).add('Clip', [site.input(0), site.number('low', 0), site.number('high', 6)]);

function clip(site: Site): void {
  const [x, low, high] = site.arity(3).inputs() as [string, string, string];
  site.add('Min', [site.emit('Max', [x, low]), high]);
}

const softmax =
  (type: string): Translate =>
  (site) =>
    site.arity(1).add(type, [site.input(0)], undefined, { axis: { i: -1 } });

function addN(site: Site): void {
  const count = site.attributes.int('N');
  site.arity(count).add('Sum', site.inputs());
}

const like =
  (value: number): Translate =>
  (site) => {
    expectFloat(site);
    site.arity(1).add('Expand', [site.number('value', value), site.emit('Shape', [site.input(0)])]);
  };

export const ELEMENTWISE: Readonly<Record<string, Translate>> = {
  __proto__: null as never,
  Abs: unary('Abs'),
  Add: binary('Add'),
  AddN: addN,
  AddV2: binary('Add'),
  BiasAdd: biasAdd,
  BiasAddV1: binary('Add'),
  Ceil: unary('Ceil'),
  ClipByValue: clip,
  Div: floats('Div'),
  Elu: unary('Elu'),
  Equal: compare('Equal'),
  Erf: unary('Erf'),
  Erfc: erfc,
  Exp: unary('Exp'),
  Floor: unary('Floor'),
  FloorDiv: floorDiv,
  Greater: compare('Greater'),
  GreaterEqual: compare('GreaterOrEqual'),
  Inv: unary('Reciprocal'),
  LeakyRelu: leakyRelu,
  Less: compare('Less'),
  LessEqual: compare('LessOrEqual'),
  Log: unary('Log'),
  LogSoftmax: softmax('LogSoftmax'),
  LogicalAnd: binary('And'),
  LogicalNot: unary('Not'),
  LogicalOr: binary('Or'),
  Maximum: binary('Max'),
  Minimum: binary('Min'),
  Mul: binary('Mul'),
  Neg: unary('Neg'),
  NotEqual: compare('Equal', true),
  OnesLike: like(1),
  Pow: floats('Pow'),
  RealDiv: floats('Div'),
  Reciprocal: unary('Reciprocal'),
  Relu: unary('Relu'),
  Relu6: relu6,
  Rint: unary('Round'),
  Round: unary('Round'),
  Rsqrt: rsqrt,
  Select: (site) => site.arity(3).later('Select', site.inputs()),
  SelectV2: (site) => site.arity(3).add('Where', site.inputs()),
  Selu: unary('Selu'),
  Sigmoid: unary('Sigmoid'),
  Sign: unary('Sign'),
  Softmax: softmax('Softmax'),
  Softplus: unary('Softplus'),
  Softsign: unary('Softsign'),
  Sqrt: unary('Sqrt'),
  Square: square,
  SquaredDifference: squaredDifference,
  Sub: binary('Sub'),
  Tanh: unary('Tanh'),
  ZerosLike: like(0),
};
