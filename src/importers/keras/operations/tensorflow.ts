import type { OperationCall } from '../calls/operands.js';

/** Functions of TensorFlow whose names are not those of Keras' operations, but for case and scope. */
const OTHERWISE: Readonly<Record<string, string>> = {
  __proto__: null as never,
  getitem: 'GetItem',
  truediv: 'TrueDivide',
  pow: 'Power',
  concat: 'Concatenate',
  clip_by_value: 'Clip',
  reverse: 'Flip',
};
/** Arguments of such functions by their names in Keras. */
const WORDS: Readonly<Record<string, string>> = {
  __proto__: null as never,
  alpha: 'negative_slope',
  clip_value_min: 'x_min',
  clip_value_max: 'x_max',
};

/** An operation of tf.keras in the words of `keras.ops`: `math.reduce_mean` is `Mean`, `nn.leaky_relu` is `LeakyRelu`. */
export function inWordsOfKeras(named: string, { args, kwargs }: OperationCall): { name: string; call: OperationCall } {
  const own = named.replace(/^(__operators__|math|nn|linalg|compat\.v1)\./, '').replace(/^reduce_/, '');
  const name = OTHERWISE[own] ?? own.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  const words: Record<string, unknown> = { __proto__: null as never };
  for (const [word, value] of Object.entries(kwargs)) {
    // The second operand is y, but where a condition stands before it.
    words[word === 'y' && name !== 'Where' ? 'x2' : (WORDS[word] ?? word)] = value;
  }
  // TensorFlow's gelu is exact unless told otherwise, Keras' is not.
  if (name === 'Gelu') words.approximate ??= false;
  return { name, call: { args, kwargs: words } };
}
