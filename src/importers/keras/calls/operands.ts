import { isObject } from '../../formats/json.js';
import { recordOf } from '../../formats/record.js';
import { isReference, type Reference } from './references.js';

/** In the arguments of an operation, the place of a value of the model. */
export class Operand {
  constructor(
    /** Which of the values that the call reads. */
    readonly position: number,
  ) {}
}

/** What an operation is called with: numbers, texts, lists of these, with an `Operand` for each value. */
export interface OperationCall {
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
}

/** Arguments within arguments end somewhere; no operation has as many levels. */
const DEEPEST = 6;

/**
 * A call of an operation. Keras 3 writes `{args, kwargs}` with `__keras_tensor__` for values, Keras 2 a value or a list of them, each
 * `[layer, node, tensor, kwargs]`, or `["_CONSTANT_VALUE", -1, constant, kwargs]`.
 * @param values to which the values it reads are added.
 */
export function operationCall(node: unknown, values: Reference[]): OperationCall {
  const operand = (reference: Reference): Operand => new Operand(values.push(reference) - 1);
  if (isObject(node)) {
    const { args, kwargs } = node;
    const replace = replacing((value) =>
      isObject(value) &&
      value.class_name === '__keras_tensor__' &&
      isObject(value.config) &&
      isReference(value.config.keras_history)
        ? operand(value.config.keras_history)
        : undefined,
    );
    return {
      args: Array.isArray(args) ? args.map((value) => replace(value)) : [],
      kwargs: replace(isObject(kwargs) ? kwargs : {}) as Record<string, unknown>,
    };
  }
  const replace = replacing((value) => (isReference(value) && value.length === 3 ? operand(value) : undefined));
  const list = Array.isArray(node) ? node : [];
  const several = !(typeof list[0] === 'string');
  const read = (argument: unknown): unknown => {
    const [layer, index, value] = Array.isArray(argument) ? argument : [];
    if (layer === '_CONSTANT_VALUE' && index === -1) return value;
    return isReference(argument) ? operand([argument[0], argument[1], argument[2]]) : argument;
  };
  const last = several ? list.at(-1) : list;
  const kwargs: unknown = Array.isArray(last) ? last[3] : undefined;
  return {
    args: [several ? list.map(read) : read(list)],
    kwargs: replace(isObject(kwargs) ? kwargs : {}) as Record<string, unknown>,
  };
}

/** Puts operands in the place of references, at any depth. */
function replacing(operandOf: (value: unknown) => Operand | undefined): (value: unknown, depth?: number) => unknown {
  const replace = (value: unknown, depth = 0): unknown => {
    if (depth > DEEPEST) return value;
    const operand = operandOf(value);
    if (operand) return operand;
    if (Array.isArray(value)) return value.map((item) => replace(item, depth + 1));
    if (!isObject(value)) return value;
    return recordOf(Object.entries(value).map(([key, item]) => [key, replace(item, depth + 1)]));
  };
  return replace;
}
