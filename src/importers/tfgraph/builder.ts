import type { NamedArray } from '../formats/npy.js';
import type { Budget } from '../shared/budget.js';
import type { AttributeRow } from '../shared/report.js';
import { GraphBuilder } from '../translated/graph-builder.js';
import { tensor } from '../translated/messages.js';
import type { Numbers } from './constants.js';
import type { NodeDef } from './proto.js';
import { INPUT, type Level, type Operator, type Ref, type Resolver } from './resolve.js';

/** What the translation of a file draws on and tells. */
export interface Translation {
  readonly resolver: Resolver;
  readonly budget: Budget;
  readonly attributes: AttributeRow[];
  readonly notes: Set<string>;
  /** Nodes of the graph that others wait for, which were looked at. */
  readonly waitedFor: Set<NodeDef>;
  /** The array that the checkpoint has for a node that is a variable. @throws {ImportError} none. */
  readonly variable: (node: Operator) => { readonly name: string; readonly array: NamedArray };
}

/**
 * A graph, or a loop's body, being translated to ONNX' operators. Values go by the names of their nodes, the second and later ones of a node with their number
 * behind it.
 */
export class Builder extends GraphBuilder {
  readonly #names = new Map<Operator, string[]>();
  readonly #waiting: Operator[] = [];
  /** Loops that were translated: each of version 1 has several nodes. */
  readonly loops = new Set<object>();

  /** @param outer the graph around. */
  constructor(
    readonly file: Translation,
    where: string,
    readonly level: Level,
    readonly outer?: Builder,
  ) {
    super(file.budget, where, outer?.taken ?? new Set());
  }

  /** The name of a value. What makes it is translated after what is being translated. */
  need({ node, output }: Ref): string {
    if (node.level !== this.level && this.outer) return this.outer.need({ node, output });
    const names = this.#names.get(node) ?? [];
    if (names.length === 0 && node.type !== INPUT) this.#waiting.push(node);
    this.#names.set(node, names);
    const known = names[output] ?? this.fresh(output === 0 ? node.name : `${node.name}:${output}`);
    names[output] = known;
    return known;
  }

  /** A name for a value that is put in. */
  name(node: Operator, name: string): void {
    this.taken.add(name);
    this.#names.set(node, [name]);
  }

  /** A node whose operator is to be translated; undefined once all are. */
  next(): Operator | undefined {
    return this.#waiting.pop();
  }

  readonly #variables = new Map<Operator, string>();

  /** The name of a variable's numbers, which are made when they are first asked for. */
  variable(node: Operator, wanted: string, make: () => Numbers): string {
    const known = this.#variables.get(node);
    if (known !== undefined) return known;
    const name = this.fresh(wanted);
    this.#variables.set(node, name);
    this.numbers(name, make());
    return name;
  }

  readonly #ends = new Map<object, Map<number, string>>();

  /** The name of what a loop carries in the end, where the file has none for it. */
  endOf(loop: object, place: number, wanted: string): string {
    const ends = this.#ends.get(loop) ?? new Map<number, string>();
    this.#ends.set(loop, ends);
    const name = ends.get(place) ?? this.fresh(wanted);
    ends.set(place, name);
    return name;
  }

  /** Numbers of the file under a name that is taken. */
  numbers(name: string, { type, dims, bytes }: Numbers): void {
    this.initialise(name, () => tensor(name, type, dims, bytes));
  }
}
