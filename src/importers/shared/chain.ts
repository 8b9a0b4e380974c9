import type { ModelSpec, NodeSpec, TensorSpec } from '../../spec.js';
import { refuse } from './refuse.js';
import type { Reporter } from './report.js';

// biome-ignore lint/suspicious/noExplicitAny: distributes over the union of node types
type NewNode = NodeSpec extends infer N ? (N extends any ? Omit<N, 'name' | 'inputs'> : never) : never;

/** A model whose layers follow one another: what formats without a graph describe. */
export class Chain {
  readonly #nodes: NodeSpec[] = [];
  readonly #tensors: Record<string, TensorSpec> = {};
  #value = 'input';

  constructor(
    readonly reporter: Reporter,
    private readonly inputs: number,
    public features = inputs,
  ) {}

  /** Adds a layer after the last one. @param features of what it makes. */
  add(name: string, node: NewNode, features = this.features): void {
    this.#nodes.push({ ...node, name, inputs: [this.#value] } as NodeSpec);
    this.#value = name;
    this.features = features;
  }

  /** @throws {ImportError} the numbers do not have the shape they came in. */
  tensor(
    name: string,
    shape: readonly number[],
    data: Float32Array,
    from: string,
    stored: readonly number[],
    how: string,
  ): string {
    this.#tensors[name] = { shape: [...shape], data };
    this.reporter.tensor(from, stored, name, how);
    return name;
  }

  spec(name?: string): ModelSpec {
    return {
      ...(name && { name }),
      inputs: [{ name: 'input', features: this.inputs }],
      nodes: this.#nodes,
      outputs: [this.#value],
      tensors: this.#tensors,
    };
  }
}

/** @throws {ImportError} another shape. */
export function sameShape(where: string, got: readonly number[], expected: readonly number[]): void {
  if (`${got}` !== `${expected}`)
    refuse(where, 'has the wrong shape', `(${expected.join(', ')})`, `(${got.join(', ')})`);
}
