import { isObject, show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';

/** Which output of which call of which layer. */
export type Reference = readonly [layer: string, node: number, tensor: number];

export const isReference = (value: unknown): value is [string, number, number] =>
  Array.isArray(value) &&
  typeof value[0] === 'string' &&
  Number.isSafeInteger(value[1]) &&
  Number.isSafeInteger(value[2]);

const isReferences = (value: unknown): value is [string, number, number][] =>
  Array.isArray(value) && value.every(isReference);

/** A model's inputs or outputs: `[["x", 0, 0], …]`, or one such triple, or a record of them. */
export function references(value: unknown, where: string): readonly Reference[] {
  if (isReference(value)) return [value];
  const all = isObject(value) ? Object.values(value) : value;
  if (!isReferences(all))
    return refuse(where, 'its inputs or outputs cannot be told', '[[layer, node, tensor], …]', show(value));
  return all;
}

/** What a layer is called with. */
export interface CallReferences {
  readonly values: readonly Reference[];
  /** Masks that it is given by name, of its values in order. */
  readonly masks: readonly Reference[];
}

/** Keras 3 writes `{args, kwargs}`, Keras 2 lists of `[layer, node, tensor, kwargs]`. */
export function callReferences(node: unknown, where: string): CallReferences {
  return isObject(node) ? ofKeras3(node, where) : ofKeras2(node, where);
}

function ofKeras3({ args, kwargs }: Record<string, unknown>, where: string): CallReferences {
  const values = argumentReferences(args, where);
  const masks: Reference[] = [];
  for (const [key, value] of Object.entries(isObject(kwargs) ? kwargs : {})) {
    if (key === 'initial_state') collect(value, values, where, 0);
    else if (key === 'mask' && !isHarmless(key, value)) collect(value, masks, where, 0);
    else if (!isHarmless(key, value)) refuse(where, `called with ${key}`, 'its inputs and initial_state', show(value));
  }
  return { values, masks };
}

/** @throws {ImportError} constants. */
function argumentReferences(args: unknown, where: string): Reference[] {
  const found: Reference[] = [];
  collect(args, found, where, 0);
  return found;
}

function collect(value: unknown, into: Reference[], where: string, depth: number): void {
  if (depth > 4) refuse(where, 'arguments within arguments', 'lists of values');
  if (Array.isArray(value)) {
    for (const item of value) collect(item, into, where, depth + 1);
    return;
  }
  if (
    isObject(value) &&
    value.class_name === '__keras_tensor__' &&
    isObject(value.config) &&
    isReference(value.config.keras_history)
  ) {
    into.push(value.config.keras_history);
    return;
  }
  if (value !== null && value !== undefined)
    refuse(where, 'called with a constant', 'values of the model', show(value));
}

function ofKeras2(node: unknown, where: string): CallReferences {
  if (!Array.isArray(node)) return refuse(where, 'a call that cannot be read', 'a list', show(node));
  const values: Reference[] = [];
  const states: Reference[] = [];
  for (const argument of isReference(node) ? [node] : node) {
    if (!isReference(argument)) refuse(where, 'a call that cannot be read', '[layer, node, tensor, …]', show(argument));
    values.push(argument);
    const kwargs = (argument as unknown[])[3];
    for (const [key, value] of Object.entries(isObject(kwargs) ? kwargs : {})) {
      if (key === 'initial_state' && value) {
        const all = isReference(value) ? [value] : value;
        if (!isReferences(all))
          return refuse(where, 'an initial_state that cannot be read', '[[layer, node, tensor], …]', show(value));
        states.push(...all);
      } else if (!isHarmless(key, value))
        refuse(where, `called with ${key}`, 'its inputs and initial_state', show(value));
    }
  }
  return { values: [...values, ...states], masks: [] };
}

/** Arguments of a call that change nothing at inference. */
const isHarmless = (key: string, value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (key === 'training' && value === false) ||
  (key === 'mask' && Array.isArray(value) && value.every((item) => item === null));
