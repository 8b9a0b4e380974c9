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
  /** Masks that it is given by name, of its values in order: null says that there is none, undefined nothing. */
  readonly masks: readonly (Reference | null | undefined)[];
  /** Layers of attention: whether timesteps after that of the query are left out. */
  readonly causal?: boolean;
}

/** All that a call reads, values and masks. */
export const readsOf = ({ values, masks }: CallReferences): Reference[] => [
  ...values,
  ...masks.filter((mask) => mask !== null && mask !== undefined),
];

/** Layers of attention, by how many arguments they take in order: a list of query, value and key, or these one by one. */
const ATTENDING: Readonly<Record<string, number>> = {
  __proto__: null as never,
  Attention: 1,
  AdditiveAttention: 1,
  MultiHeadAttention: 3,
};
const ASKED = ['query', 'value', 'key'];

/** Keras 3 writes `{args, kwargs}`, Keras 2 lists of `[layer, node, tensor, kwargs]`. @param className of what is called. */
export function callReferences(node: unknown, where: string, className: string): CallReferences {
  const most = ATTENDING[className];
  const { values, masks, named } = isObject(node) ? ofKeras3(node, where, most) : ofKeras2(node, where, most);
  return {
    values: [...values, ...ASKED.flatMap((key) => named.get(key) ?? [])],
    masks,
    ...(named.has('use_causal_mask') && { causal: true }),
  };
}

/** What a layer of attention is called with by name: values, and under `use_causal_mask` none if it is causal. */
type Named = Map<string, Reference[]>;

/** @returns whether it is an argument of a layer of attention alone. */
function takeNamed(named: Named, key: string, value: unknown, where: string): boolean {
  if (key === 'use_causal_mask' && typeof value === 'boolean') {
    if (value) named.set(key, []);
    return true;
  }
  if (!ASKED.includes(key)) return false;
  const found: Reference[] = [];
  if (isReference(value)) found.push(value);
  else collect(value, found, where, 0);
  named.set(key, found);
  return true;
}

function ofKeras3({ args, kwargs }: Record<string, unknown>, where: string, most: number | undefined) {
  if (most !== undefined && Array.isArray(args) && args.length > most)
    refuse(where, 'called with masks by position', `${most === 1 ? 'a list' : 'query, value, key'}`, show(args.length));
  const values = argumentReferences(args, where);
  const masks: (Reference | null | undefined)[] = [];
  const named: Named = new Map();
  for (const [key, value] of Object.entries(isObject(kwargs) ? kwargs : {})) {
    const position = ASKED.indexOf(key.replace(/_mask$/, ''));
    if (key === 'initial_state') collect(value, values, where, 0);
    else if (isHarmless(key, value)) continue;
    else if (key === 'mask') masks.push(...maskReferences(value, where));
    else if (most !== undefined && takeNamed(named, key, value, where)) continue;
    else if (most === 3 && position >= 0) [masks[position]] = maskReferences(value, where);
    else refuse(where, `called with ${key}`, 'its inputs and initial_state', show(value));
  }
  return { values, masks: Array.from(masks), named };
}

/** A mask, or one for each of several values; null where the file says that there is none. */
function maskReferences(value: unknown, where: string): (Reference | null)[] {
  return (Array.isArray(value) ? value : [value]).flatMap((item) => {
    const found: Reference[] = [];
    collect(item, found, where, 1);
    return item === null ? [null] : found;
  });
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

function ofKeras2(node: unknown, where: string, most: number | undefined) {
  const named: Named = new Map();
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
      } else if (!isHarmless(key, value) && !(most !== undefined && takeNamed(named, key, value, where)))
        refuse(where, `called with ${key}`, 'its inputs and initial_state', show(value));
    }
  }
  return { values: [...values, ...states], masks: [], named };
}

/** Arguments of a call that change nothing at inference. */
const isHarmless = (key: string, value: unknown): boolean =>
  value === null ||
  value === undefined ||
  (key === 'training' && value === false) ||
  (key === 'mask' && Array.isArray(value) && value.every((item) => item === null));
