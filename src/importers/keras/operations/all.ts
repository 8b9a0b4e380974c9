import { tableOf } from '../../formats/record.js';
import { refuse } from '../../shared/refuse.js';
import type { Build, Flow } from '../build.js';
import type { OperationCall } from '../calls/operands.js';
import { type LayerEntry, OPERATION_LAYERS } from '../entries.js';
import { Arguments } from './arguments.js';
import { ELEMENTWISE } from './elementwise.js';
import { getItem } from './get-item.js';
import type { Operation } from './operation.js';
import { REDUCING } from './reduce.js';
import { SHAPING } from './shapes.js';
import { inWordsOfKeras } from './tensorflow.js';

// `y + e`, `y[:, -1]`, `keras.ops.mean(y, axis=1)` and their like in a functional model. They are no layers, even where a layer has
// the same name (`Add`): they hand no mask on, and broadcast as NumPy does.

/** Every operation that is honoured, by Keras' name. */
const OPERATIONS = /* @__PURE__ */ tableOf<Operation>(ELEMENTWISE, REDUCING, SHAPING, {
  __proto__: null as never,
  GetItem: getItem,
});

/** Whether an operation has that name; layers may have it too. */
export const isOperationName = (className: string): boolean =>
  OPERATIONS[className] !== undefined || MASKING.includes(className);
const MASKING = ['NotEqual', 'Any', 'LogicalOr', 'ZerosLike', 'OnesLike', 'ConvertToTensor'];

/**
 * What an operation makes.
 * @param name wanted for its node.
 * @throws {ImportError} an operation or argument that is not honoured.
 */
export function runOperation(
  build: Build,
  where: string,
  { className, config }: LayerEntry,
  name: string,
  call: OperationCall,
  inputs: readonly Flow[],
): Flow[] {
  const named = OPERATION_LAYERS.includes(className) ? String(config.function) : undefined;
  const own = named === undefined ? { name: className, call } : inWordsOfKeras(named, call);
  const operation = OPERATIONS[own.name];
  if (!operation)
    return refuse(
      where,
      'an operation that is not honoured',
      Object.keys(OPERATIONS).join(', '),
      named === undefined ? className : `tf.${named}`,
    );
  for (const x of inputs) if (x.ids) refuse(where, 'an operation on token ids', 'numbers', x.name);
  const values = inputs.map((x) => build.unmasked(x));
  return operation(new Arguments(build, where, name, values, own.call, config));
}
