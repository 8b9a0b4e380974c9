import type { TensorSpec } from '../../spec.js';
import { type Stored, tensorAt } from '../formats/safetensors.js';
import { Chain, type LayerNode } from '../shared/chain.js';
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';
import { fromOf, howOf } from './origin.js';

type Sizes = readonly (number | undefined)[];

/** A tensor of the file. */
export interface Part extends TensorSpec {
  /** Its name there. */
  readonly from: string;
  /** What became of its values, for the report. */
  readonly values: string;
}

/**
 * Where a layer is built: what it reads from, the file's tensors, and what is there so far. Hands tensors out by name and
 * shape, and knows at the end which were never asked for.
 */
export class Site extends Chain {
  vector = false;
  /** How many frequencies the features are of, where there is an axis for them. */
  frequencies: number | undefined;
  /** Whether the file has them before the time: the rows of an image before its columns. */
  turned = false;
  /** The layer that is built: its name, its module's prefix with the dot, its place in the config. */
  name = '';
  prefix = '';
  where = '';

  constructor(
    reporter: Reporter,
    readonly left: Map<string, Stored>,
    features: number,
    /** Timesteps, if their number is fixed. */
    public time: number | undefined,
  ) {
    super(reporter, features);
  }

  /** A node that reads what the one before it makes. */
  layer(node: LayerNode, name = this.name, features = this.features): void {
    this.append(name, node, features, this.where);
  }

  needSequence(): void {
    if (this.vector) refuse(this.where, 'reads a sequence', 'returnSequences in the layer before', 'a vector');
  }

  /**
   * A tensor of the layer's module, for the node.
   * @param shape sizes; `undefined` where the file decides.
   * @param change what the model has instead of the file's tensor.
   * @returns the tensor's name.
   * @throws {ImportError} missing, of another shape, without elements, or already taken by another layer.
   */
  take(
    tensor: string,
    shape: Sizes,
    field: string,
    how = '',
    owner = this.name,
    change = (tensor: TensorSpec) => tensor,
  ): string {
    const becomes = `${owner}.${field}`;
    const part = this.read(tensor, shape, field, owner);
    const origin = { tensor: part.from, shape: part.shape, becomes, how: how ? `${how}; ${part.values}` : part.values };
    return this.keep(this.prefix + tensor, change(part), origin);
  }

  /**
   * A tensor of the layer's module that a tensor of the node is made of, with others or in other ways than `take` has.
   * @throws {ImportError} as `take`.
   */
  read(tensor: string, shape: Sizes, field: string, owner = this.name): Part {
    const name = this.prefix + tensor;
    const becomes = `${owner}.${field}`;
    const stored = this.left.get(name);
    if (!stored) {
      if (this.tensors[name]) refuse(tensorAt(name), 'used by two layers', 'one layer per tensor', becomes);
      const unused = `unused tensors: ${names(this.left)}`;
      refuse(tensorAt(name), `missing; needed as ${becomes}`, `a tensor of shape ${shapeText(shape)}`, unused);
    }
    const { shape: got, dtype } = stored;
    if (got.length !== shape.length || got.some((size, axis) => size === 0 || (shape[axis] ?? size) !== size))
      refuse(tensorAt(name), `not the shape that ${becomes} has`, shapeText(shape), shapeText(got));
    this.left.delete(name);
    const values = howOf(stored) ?? (dtype === 'F32' ? 'values unchanged' : `values ${dtype} → float32`);
    return { from: fromOf(stored, name), shape: got, data: stored.read(), values };
  }

  /**
   * A tensor of the node that is made of others.
   * @param fill is given its numbers, all 0.
   * @returns its name.
   * @throws {ImportError} more bytes than the budget has.
   */
  made(
    field: string,
    shape: readonly number[],
    of: readonly Part[],
    how: string,
    fill: (data: Float32Array) => void,
    owner = this.name,
  ): string {
    const becomes = `${owner}.${field}`;
    const count = shape.reduce((product, size) => product * size, 1);
    this.reporter.budget.bytes(4 * count, becomes);
    this.reporter.budget.operations(count, becomes);
    const data = new Float32Array(count);
    fill(data);
    for (const { from, shape, values } of of) this.reporter.tensor(from, shape, becomes, `${how}; ${values}`);
    return this.keep(becomes, { shape, data });
  }

  /** @throws {ImportError} tensors are left that no layer uses. */
  refuseUnused(): void {
    if (this.left.size > 0)
      refuse('file', 'unused tensors', 'every tensor in a layer or in config.ignore', names(this.left));
  }
}

const shapeText = (shape: Sizes): string => `(${shape.map((size) => size ?? 'any').join(', ')})`;

function names(left: ReadonlyMap<string, unknown>): string {
  const list = [...left.keys()];
  return list.length > 12 ? `${list.slice(0, 12).join(', ')} and ${list.length - 12} more` : list.join(', ') || 'none';
}
