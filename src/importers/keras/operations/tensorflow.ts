import { refuse } from '../../shared/refuse.js';
import type { OperationCall } from '../calls/operands.js';

/** Operations of TensorFlow by those of Keras, and how their arguments are called there. */
const FUNCTIONS: Readonly<Record<string, readonly [name: string, words?: Readonly<Record<string, string>>]>> = {
  '__operators__.getitem': ['GetItem'],
  '__operators__.add': ['Add', { y: 'x2' }],
  'math.add': ['Add', { y: 'x2' }],
  'math.subtract': ['Subtract', { y: 'x2' }],
  'math.multiply': ['Multiply', { y: 'x2' }],
  'math.divide': ['Divide', { y: 'x2' }],
  'math.truediv': ['TrueDivide', { y: 'x2' }],
  'math.pow': ['Power', { y: 'x2' }],
  'math.maximum': ['Maximum', { y: 'x2' }],
  'math.minimum': ['Minimum', { y: 'x2' }],
  'math.squared_difference': ['SquaredDifference', { y: 'x2' }],
  'math.equal': ['Equal', { y: 'x2' }],
  'math.less': ['Less', { y: 'x2' }],
  'math.less_equal': ['LessEqual', { y: 'x2' }],
  'math.greater': ['Greater', { y: 'x2' }],
  'math.greater_equal': ['GreaterEqual', { y: 'x2' }],
  where: ['Where'],
  'math.negative': ['Negative'],
  'math.abs': ['Absolute'],
  'math.exp': ['Exp'],
  'math.log': ['Log'],
  'math.sqrt': ['Sqrt'],
  'math.square': ['Square'],
  'math.reciprocal': ['Reciprocal'],
  'math.rsqrt': ['Rsqrt'],
  'math.erf': ['Erf'],
  'math.sign': ['Sign'],
  'math.floor': ['Floor'],
  'math.tanh': ['Tanh'],
  'math.sigmoid': ['Sigmoid'],
  'nn.relu': ['Relu'],
  'nn.relu6': ['Relu6'],
  'nn.leaky_relu': ['LeakyRelu', { alpha: 'negative_slope' }],
  'nn.elu': ['Elu'],
  'nn.selu': ['Selu'],
  'nn.gelu': ['Gelu'],
  'nn.silu': ['Silu'],
  'math.softplus': ['Softplus'],
  'nn.softsign': ['Softsign'],
  'math.log_sigmoid': ['LogSigmoid'],
  'nn.softmax': ['Softmax'],
  'nn.log_softmax': ['LogSoftmax'],
  clip_by_value: ['Clip', { clip_value_min: 'x_min', clip_value_max: 'x_max' }],
  cast: ['Cast'],
  identity: ['Identity'],
  stop_gradient: ['StopGradient'],
  'math.reduce_mean': ['Mean'],
  'math.reduce_sum': ['Sum'],
  'math.reduce_max': ['Max'],
  'math.reduce_min': ['Min'],
  concat: ['Concatenate'],
  stack: ['Stack'],
  reshape: ['Reshape'],
  expand_dims: ['ExpandDims'],
  squeeze: ['Squeeze'],
  'compat.v1.squeeze': ['Squeeze'],
  transpose: ['Transpose'],
  'compat.v1.transpose': ['Transpose'],
  tile: ['Tile'],
  repeat: ['Repeat'],
  reverse: ['Flip'],
  'linalg.matmul': ['Matmul'],
};

/** An operation of tf.keras in the words of `keras.ops`. @throws {ImportError} one that is not honoured, by its own name. */
export function inWordsOfKeras(
  where: string,
  named: unknown,
  call: OperationCall,
): { name: string; call: OperationCall } {
  const key = String(named);
  if (!Object.hasOwn(FUNCTIONS, key))
    return refuse(where, 'an operation that is not honoured', Object.keys(FUNCTIONS).join(', '), `tf.${key}`);
  const [name, words = {}] = FUNCTIONS[key] as (typeof FUNCTIONS)[string];
  const kwargs = Object.fromEntries(Object.entries(call.kwargs).map(([word, value]) => [words[word] ?? word, value]));
  // TensorFlow's gelu is exact unless told otherwise, Keras' is not.
  if (name === 'Gelu') kwargs.approximate ??= false;
  return { name, call: { args: call.args, kwargs } };
}
