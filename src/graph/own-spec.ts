import { SpecError } from '../errors.js';
import { badSpec, describe, reading } from '../refuse.js';
import type { ModelSpec } from '../spec.js';
import { arrayType, plainFloats } from '../typed.js';

/** A spec is not nested deeper: spec, nodes, node, half, activations, gate, parameter. */
const DEEPEST = 12;

/** A spec, or what importers give that account for it. */
export type ModelSource = ModelSpec | { readonly spec: ModelSpec; readonly report?: unknown };

/**
 * A model description read once: a copy that nobody else holds, frozen, whose records have no prototype. The numbers of the tensors
 * are not copied.
 * @throws {SpecError} it cannot be read, or is none: bytes, a path, a promise.
 */
export const ownSpec = (source: ModelSource): ModelSpec =>
  reading(SpecError, 'spec', () => {
    const is = (value: unknown, key: string): boolean => typeof value === 'object' && value !== null && key in value;
    const spec = is(source, 'spec') ? (source as { readonly spec: unknown }).spec : source;
    if (!is(spec, 'nodes') && !is(spec, 'tensors')) {
      badSpec(
        'spec',
        'no model spec',
        'a spec or { spec }, awaited; open bytes with load() of gatewise/load',
        describe(spec),
      );
    }
    return copy(spec, 0, new Map()) as ModelSpec;
  });

/** @param known copies of what has been met: what stands in many places is read once. */
function copy(value: unknown, depth: number, known: Map<object, unknown>): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (known.has(value)) return known.get(value);
  if (depth > DEEPEST) badSpec('spec', 'nested too deeply');
  const own = copyObject(value, depth, known);
  known.set(value, own);
  return own;
}

function copyObject(value: object, depth: number, known: Map<object, unknown>): unknown {
  if (arrayType(value) === 'Float32Array') return plainFloats(value);
  if (ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) {
    const { length } = value;
    const list: unknown[] = [];
    // What is not there is no part of any list of a spec, however long it says to be.
    for (let i = 0; i < length && (i === 0 || list[i - 1] !== undefined); i++)
      list.push(copy(value[i], depth + 1, known));
    return Object.freeze(list);
  }
  const record: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) record[key] = copy(value[key as never], depth + 1, known);
  return Object.freeze(record);
}

/**
 * Freezes a value and all records and lists that it is made of, so that those who are shown it cannot change it. Instances of
 * classes and numbers in typed arrays stay as they are.
 */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype && !Array.isArray(value)) return value;
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
  return value;
}
