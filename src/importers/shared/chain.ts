import type { InputSpec, ModelSpec, NodeSpec } from '../../spec.js';
import { refuse } from './refuse.js';
import type { Reporter } from './report.js';
import { SpecBuilder } from './spec-builder.js';

type Body<N> = N extends unknown ? Omit<N, 'name' | 'inputs' | 'outputs'> : never;
/** A node that reads what the layer before it makes. */
export type LayerNode = Body<NodeSpec>;

/** A model whose layers follow one another: what formats without a graph describe. */
export class Chain extends SpecBuilder {
  /** What the next layer reads. */
  value = 'input';
  /** Features of the input. */
  readonly inputs: number;

  constructor(
    reporter: Reporter,
    /** Of what the next layer reads; at first, of the input. */
    public features: number,
  ) {
    super(reporter);
    this.inputs = features;
    this.unique(this.value);
  }

  /**
   * Adds a layer after the last one.
   * @param features of what it makes.
   * @throws {ImportError} two layers of one name.
   */
  append(name: string, node: LayerNode, features = this.features, where = `layer ${JSON.stringify(name)}`): void {
    if (this.unique(name) !== name) refuse(where, 'a name used twice', 'another name', JSON.stringify(name));
    this.nodes.push({ name, inputs: [this.value], ...node } as NodeSpec);
    this.value = name;
    this.features = features;
  }

  /** @param input what the one input is beside its name and number of features. */
  finish(name?: string, input: Partial<InputSpec> = {}): ModelSpec {
    return this.spec({
      ...(name && { name }),
      inputs: [{ name: 'input', features: this.inputs, ...input }],
      outputs: [this.value],
    });
  }
}

/** @throws {ImportError} another shape. */
export function sameShape(where: string, got: readonly number[], expected: readonly number[]): void {
  if (`${got}` !== `${expected}`)
    refuse(where, 'has the wrong shape', `(${expected.join(', ')})`, `(${got.join(', ')})`);
}
