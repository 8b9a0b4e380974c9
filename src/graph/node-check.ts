import { onlyKeys } from '../checks.js';
import { badSpec, describe, record } from '../refuse.js';
import type { ModelSpec, NodeSpec, TensorSpec } from '../spec.js';
import type { ValueInfo } from './value.js';

/** Tensors by their field, with the shape that each must have; fields ending in `?` may be absent, strings stand for any size. */
export type TensorShapes = Readonly<Record<string, readonly (number | string)[]>>;

/** What a layer asks when it checks a node of its kind: the node's inputs, and tensors by name. */
export class NodeCheck {
  readonly inputs: readonly ValueInfo[];
  /** The node, for errors. */
  readonly where: string;
  readonly #tensors: ModelSpec['tensors'];

  /** @throws {SpecError} an input that no earlier node makes, or of the wrong dtype. */
  constructor(node: NodeSpec, where: string, tensors: ModelSpec['tensors'], values: ReadonlyMap<string, ValueInfo>) {
    this.where = where;
    this.#tensors = tensors;
    const ids = node.type === 'embedding';
    this.inputs = node.inputs.map((name) => {
      const value = findValue(`${where}, inputs`, name, values);
      if ((value.dtype === 'int32') !== ids) {
        badSpec(where, `input ${describe(name)} has the wrong type`, ids ? 'int32 token ids' : 'float32', value.dtype);
      }
      return value;
    });
  }

  /** The node's single input. */
  only(): ValueInfo {
    const [x, ...more] = this.inputs;
    if (!x || more.length > 0) this.wrongInputs('1');
    return x;
  }

  /** A value that must have timesteps. */
  sequence(x: ValueInfo): ValueInfo {
    if (x.kind !== 'sequence') badSpec(this.where, `input ${describe(x.name)} has no time`, 'a sequence', 'a vector');
    return x;
  }

  wrongInputs(expected: string, message = 'wrong number of inputs'): never {
    badSpec(this.where, message, expected, describe(this.inputs.map(({ name }) => name)));
  }

  /** Checks that a record names exactly these tensors. @returns the tensors by field. */
  tensors(names: object, shapes: TensorShapes, where = this.where): Record<string, TensorSpec> {
    const fields = Object.keys(shapes).map((field) => field.replace('?', ''));
    record(names, where, 'no tensors', `tensors: ${Object.keys(shapes).join(', ')}`);
    onlyKeys(names, fields, `${where}, tensors`);
    const found: Record<string, TensorSpec> = {};
    Object.entries(shapes).forEach(([optional, shape], index) => {
      const field = fields[index] as string;
      const name = (names as Record<string, unknown>)[field];
      if (name === undefined && field !== optional) return;
      if (typeof name !== 'string' || !Object.hasOwn(this.#tensors, name)) {
        badSpec(where, `no tensor for ${field}`, 'the name of a tensor in spec.tensors', describe(name));
      }
      const tensor = this.#tensors[name] as TensorSpec;
      if (
        tensor.shape.length !== shape.length ||
        !shape.every((n, axis) => typeof n === 'string' || n === tensor.shape[axis])
      ) {
        badSpec(
          where,
          `tensor ${describe(name)} (${field}) has the wrong shape`,
          `[${shape.join(', ')}]`,
          describe(tensor.shape),
        );
      }
      found[field] = tensor;
    });
    return found;
  }
}

/** @throws {SpecError} no such value has been made yet. */
export function findValue(where: string, name: string, values: ReadonlyMap<string, ValueInfo>): ValueInfo {
  return (
    values.get(name) ??
    badSpec(
      where,
      `no value ${describe(name)} before this point`,
      [...values.keys()].join(', ') || 'a value',
      describe(name),
    )
  );
}
