import type { NodeBase, NodeSpec } from '../spec.js';
import type { Fields } from './field-checks.js';
import type { NodeContext, Shaped } from './node-context.js';
import type { Shape, ValueInfo } from './value.js';

/** A node of any type, also of one that a caller brings along. */
export type AnyNode = NodeBase & { readonly type: string };

/** Names of tensors by the field of the node that wants them. */
export type TensorNames = Readonly<Record<string, string | undefined>>;

/** What the graph has to know of one type of node: all that there is to check, and whether it streams. */
export interface NodeKind<Node extends AnyNode = NodeSpec> {
  /** Fields beyond name, type, inputs and outputs. */
  readonly fields: Fields;
  /**
   * Checks what goes beyond single fields.
   * @returns the shape of each value the node can make.
   * @throws {SpecError}
   */
  check(node: Node, context: NodeContext): readonly Shape[];
  /** All the values it can make must be named. Default: the first must, the others are made only where they are. */
  readonly namesAllOutputs?: true;
  /** What its inputs hold. Default float32. */
  readonly inputType?: ValueInfo['dtype'];
  /** Token ids of its first input must be below this. */
  vocabulary?(node: Node, tensors: Shaped): number;
  /** The parts of a node that name tensors. Default: the node itself, if it does. */
  parts?(node: Node): readonly { readonly tensors: object }[];
  /**
   * Why the node cannot run timestep by timestep, to follow its name; undefined if it can.
   * @param carried whether all vectors after the first input come from state that the model carries.
   */
  obstacle(node: Node, inputs: readonly ValueInfo[], carried: boolean): string | undefined;
}

/** Types of node by name. A node is handed to the kind of its own type only, whatever that makes of it. */
export type NodeKinds = Readonly<Record<string, NodeKind<never>>>;

/** For layers that turn each timestep by itself: nothing stands in the way of streaming. */
export const eachTimestep = (): undefined => undefined;

/** Tensors of a node, part by part: names by field, those left out not among them. */
export function tensorsOf(node: NodeSpec, kinds: NodeKinds): [field: string, name: string][][] {
  const parts = kinds[node.type]?.parts?.(node as never) ?? ('tensors' in node ? [node] : []);
  return parts.map(({ tensors }) => Object.entries(tensors as TensorNames).filter(hasName));
}

export const hasName = (entry: [string, string | undefined]): entry is [string, string] => entry[1] !== undefined;
