import type { Context } from './context.js';
import type { Run } from './ops/run.js';
import type { Graph, LocalFunction, Node } from './proto/messages.js';
import type { Sources } from './tensor.js';
import type { Item } from './value.js';

/** Names to items, with those of the graphs around. */
export class Scope {
  readonly #own = new Map<string, Item>();
  constructor(private readonly outer?: Scope) {}

  get(name: string): Item | undefined {
    return this.#own.get(name) ?? this.outer?.get(name);
  }

  set(name: string, item: Item): void {
    this.#own.set(name, item);
  }

  /** Lets go of what nothing reads any more. */
  drop(name: string): void {
    this.#own.delete(name);
  }
}

/** A node and what its inputs are. */
export interface Call {
  readonly node: Node;
  readonly inputs: readonly (Item | undefined)[];
}

/** Operators that ONNX does not have: a domain, and its tables. */
export interface OwnOperators {
  readonly domain: string;
  readonly operators: Readonly<Record<string, Run>>;
  /** Those that another operator says once it is known what the inputs are: how many axes, which numbers. */
  readonly rewrites?: Readonly<Record<string, (call: Call, where: string) => Call>>;
}

/** Works out the outputs of a graph of the file, of which a scope holds the inputs. */
export type RunGraph = (env: Environment, graph: Graph, outputs: readonly string[], scope: Scope) => Item[];

/** What holds for all nodes of a graph. */
export interface Environment {
  readonly ctx: Context;
  readonly sources: Sources;
  readonly opsets: ReadonlyMap<string, number>;
  /** Operators that the file defines, by `functionKey`. */
  readonly functions: ReadonlyMap<string, LocalFunction>;
  readonly own?: OwnOperators | undefined;
  /** How many nodes of graphs within the graph may still come. */
  readonly inner: { left: number };
  /** How many nodes of the file were worked out: of several ways to read it, the one that comes furthest is the likeliest. */
  readonly done: { nodes: number };
  /** Graphs around this one. */
  readonly depth: number;
  /** Handed over, so that the operators that hold graphs need not know who runs them. */
  readonly runGraph: RunGraph;
}

/** As `runGraph`, of a graph that a node holds. */
export const runInner: RunGraph = (env, graph, outputs, scope) =>
  env.runGraph({ ...env, depth: env.depth + 1 }, graph, outputs, scope);
