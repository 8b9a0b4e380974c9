import { badSpec, describe, requireObject } from '../refuse.js';
import { onlyKeys } from './field-checks.js';
import type { ValueInfo } from './value.js';

/** Tensors of any type, by name. */
export type Shaped = Readonly<Record<string, { readonly shape: readonly number[] }>>;

/** What surrounds a node that is being checked. */
export interface NodeContext {
  /** Names the node in errors. */
  readonly where: string;
  readonly inputs: readonly ValueInfo[];
  readonly tensors: Shaped;
}

/** Tensors by their field, with the shape that each must have; fields ending in `?` may be absent, strings stand for any size. */
export type TensorShapes = Readonly<Record<string, readonly (number | string)[]>>;

/** @throws {SpecError} always. */
export function wrongInputs({ where, inputs }: NodeContext, message: string, expected: string): never {
  badSpec(where, message, expected, describe(inputs.map(({ name }) => name)));
}

/** The node's single input. @throws {SpecError} */
export function onlyInput(context: NodeContext): ValueInfo {
  const [x, ...more] = context.inputs;
  if (!x || more.length > 0) wrongInputs(context, 'wrong number of inputs', '1');
  return x;
}

/** A value that must have timesteps. @throws {SpecError} */
export function sequence({ where }: NodeContext, x: ValueInfo): ValueInfo {
  if (x.kind !== 'sequence') badSpec(where, `input ${describe(x.name)} has no time`, 'a sequence', 'a vector');
  return x;
}

/**
 * Checks that a record names exactly these tensors.
 * @returns the tensors by field.
 * @throws {SpecError}
 */
export function namedTensors({ tensors }: NodeContext, names: object, shapes: TensorShapes, where: string): Shaped {
  const fields = Object.keys(shapes);
  requireObject(names, where, 'no tensors', `tensors: ${fields.join(', ')}`);
  const withoutMark = (field: string): string => field.replace('?', '');
  onlyKeys(names, fields.map(withoutMark), `${where}, tensors`);
  const found: Record<string, Shaped[string]> = { __proto__: null as never };
  for (const [field, shape] of Object.entries(shapes)) {
    const key = withoutMark(field);
    const name = (names as Record<string, unknown>)[key];
    if (name === undefined && key !== field) continue;
    if (typeof name !== 'string' || !Object.hasOwn(tensors, name)) {
      badSpec(where, `no tensor for ${key}`, 'the name of a tensor in spec.tensors', describe(name));
    }
    const tensor = tensors[name] as Shaped[string];
    const fits = shape.every((n, axis) => typeof n === 'string' || n === tensor.shape[axis]);
    if (!fits || tensor.shape.length !== shape.length) {
      const message = `tensor ${describe(name)} (${key}) has the wrong shape`;
      badSpec(where, message, `[${shape.join(', ')}]`, describe(tensor.shape));
    }
    found[key] = tensor;
  }
  return found;
}
