import type { ModelSpec, NodeSpec, TensorSpec } from '../../spec.js';
import { BYTES_PER_OBJECT } from './budget.js';
import type { Reporter } from './report.js';

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Unnamed<N> = N extends unknown ? Omit<N, 'name'> : never;
/** A node that is to be added: its builder names it. */
export type NewNode = Unnamed<NodeSpec>;

/** What of the file a tensor was, for the report. */
interface Origin {
  /** Its name in the file. */
  readonly tensor: string;
  /** Its shape there. */
  readonly shape: readonly number[];
  /** As `TensorRow.how`. */
  readonly how: string;
  /** Field of the model's layer. Default: the tensor's name in the spec. */
  readonly becomes?: string;
}

/**
 * A spec in the making, which every importer fills: nodes under names of their own, tensors, and the report of where these came
 * from. What a format adds of its own (axes, masks, the next layer's input) stands in a class that extends this one.
 */
export class SpecBuilder {
  readonly nodes: Mutable<NodeSpec>[] = [];
  /** Without a prototype, whatever a file calls its tensors. */
  readonly tensors: Record<string, TensorSpec> = Object.create(null);
  readonly #names: Set<string>;
  /** The number to try next behind a name that was wanted before. */
  readonly #next = new Map<string, number>();

  /** @param around for a part that is built apart (a loop's body): none of its names is one of this builder's. */
  constructor(
    readonly reporter: Reporter,
    around?: SpecBuilder,
  ) {
    this.#names = new Set(around ? around.#names : []);
  }

  /** The wanted name if nothing has it yet, else with a number behind. It is taken from now on. @throws {ImportError} more characters than the budget has. */
  unique(wanted: string): string {
    let name = wanted || 'value';
    if (this.#names.has(name)) {
      let n = this.#next.get(wanted) ?? 1;
      do name = `${wanted}_${n++}`;
      while (this.#names.has(name));
      this.#next.set(wanted, n);
    }
    this.reporter.budget.characters(name.length, `node ${name.slice(0, 80)}`);
    this.#names.add(name);
    return name;
  }

  /** @returns the name of the node's first output, which is the node's own unless it names its outputs. */
  add(node: NewNode, wanted: string): string {
    const name = this.unique(wanted);
    this.reporter.budget.nodes(1, `node ${name.slice(0, 80)}`);
    this.reporter.budget.bytes(2 * BYTES_PER_OBJECT, `node ${name.slice(0, 80)}`);
    // A spread would give every node a hidden class of its own, as large as the node.
    const made = Object.assign({}, node) as Mutable<NodeSpec>;
    made.name = name;
    this.nodes.push(made);
    return node.outputs?.[0] ?? name;
  }

  /** Keeps a tensor under this very name. @returns the name. */
  keep(name: string, { shape, data }: TensorSpec, origin?: Origin): string {
    this.tensors[name] = { shape: [...shape], data };
    if (origin) this.reporter.tensor(origin.tensor, origin.shape, origin.becomes ?? name, origin.how);
    return name;
  }

  spec(rest: Omit<ModelSpec, 'nodes' | 'tensors'>): ModelSpec {
    return { ...rest, nodes: this.nodes, tensors: this.tensors };
  }
}
