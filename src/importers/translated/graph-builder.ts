import type { Graph, Node, Tensor } from '../onnx/proto/messages.js';
import type { Budget } from '../shared/budget.js';
import { type AttributeValue, graph, node, tensor } from './messages.js';

/** A graph of ONNX in the making, in the place of one of another format. No name of it is taken twice. */
export class GraphBuilder {
  readonly nodes: Node[] = [];
  readonly #initializers = new Map<string, Tensor>();

  /**
   * @param where for errors: which graph it is.
   * @param taken names that are given already. Graphs within a graph share it, so that none hides another's.
   */
  constructor(
    protected readonly budget: Budget,
    readonly where: string,
    protected readonly taken: Set<string>,
  ) {}

  /** Numbers that are known, of a name that is taken; but once. */
  initialise(name: string, make: () => Tensor): void {
    if (!this.#initializers.has(name)) this.#initializers.set(name, make());
  }

  /** A constant that the file does not have under a name. @returns its name. */
  constant(wanted: string, type: number, dims: readonly number[], data: ArrayBufferView): string {
    this.budget.bytes(data.byteLength, this.where);
    const name = this.fresh(wanted);
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#initializers.set(name, tensor(name, type, dims, bytes));
    return name;
  }

  /** Whole numbers as a constant: axes, sizes. */
  integers(wanted: string, values: readonly number[], dims: readonly number[] = [values.length]): string {
    return this.constant(wanted, 7, dims, BigInt64Array.from(values, BigInt));
  }

  number(wanted: string, value: number): string {
    return this.constant(wanted, 1, [], Float32Array.of(value));
  }

  /** A name that nothing has yet. */
  fresh(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.taken.has(name); i++) name = `${wanted}_${i}`;
    this.budget.characters(name.length, this.where);
    this.taken.add(name);
    return name;
  }

  /** @param source what the file has where the node stands, for errors. @param name the node's. Default: its first output's. */
  add(
    type: string,
    source: string,
    inputs: readonly string[],
    outputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
    domain = '',
    name = outputs[0] ?? '',
  ): void {
    this.budget.nodes(1, this.where);
    this.nodes.push({ ...node(type, domain, source, inputs, outputs, attributes), name });
  }

  /** As `add`, of one output of a fresh name, which is returned. */
  emit(
    type: string,
    source: string,
    inputs: readonly string[],
    wanted: string,
    attributes?: Readonly<Record<string, AttributeValue>>,
  ): string {
    const name = this.fresh(wanted);
    this.add(type, source, inputs, [name], attributes);
    return name;
  }

  /** A graph of what was added. */
  graphOf(name: string, inputs: Graph['input'], outputs: Graph['output']): Graph {
    return graph(name, {
      node: this.nodes,
      initializer: [...this.#initializers.values()],
      input: inputs,
      output: outputs,
    });
  }
}
