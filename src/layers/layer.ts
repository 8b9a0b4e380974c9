import type { Fields } from '../graph/field-checks.js';
import type { NodeCheck } from '../graph/node-check.js';
import type { GraphNode, Shape, ValueInfo } from '../graph/value.js';
import type { NodeSpec } from '../spec.js';
import type { Kernels } from '../wasm/abi.js';
import type { Arena } from '../wasm/arena.js';
import type { Packing } from '../wasm/pack.js';
import type { Cell } from './recurrent/cell.js';
import type { SlotLayout } from './recurrent/slot.js';

/** What a layer needs once, when the model is made: to pack its weights and claim its state. */
export interface BuildContext extends Packing {
  readonly slot: SlotLayout;
}

/** A value's place in memory for one batch and time: rows of `features` float32 padded to whole vectors. */
export interface ValueBuffer {
  readonly address: number;
  /** Bytes from one row to the next. int32 ids are not padded. */
  readonly stride: number;
  /** batch · time (sequence) or batch (vector), row = batch index · time + timestep. */
  readonly rows: number;
  readonly features: number;
  readonly kind: 'sequence' | 'vector';
  /** Timesteps; 1 for a vector. */
  readonly time: number;
  /** Address of `[batch][time]` bytes, 0 at masked timesteps; 0 if nothing is masked. */
  readonly mask: number;
}

/** What one timestep of one cell has left in memory; strides are from one row of the batch to the next. */
export interface StepRecord {
  readonly cell: Cell;
  readonly timestep: number;
  /** Activated gates `[groups of 4 units][gates][4]`. */
  readonly raw: number;
  readonly rawStride: number;
  /** First row's slot. */
  readonly state: number;
  /** First row's mask byte, or 0 for no mask. */
  readonly mask: number;
  readonly maskStride: number;
}
export type Watch = (record: StepRecord) => void;

/** What a layer needs to lay out its work for one batch and time. */
export interface PlanContext {
  readonly arena: Arena;
  readonly kernels: Kernels;
  readonly batch: number;
  /** Bytes from one row's state to the next. */
  readonly slotBytes: number;
  /** Masked timesteps output zeros in every layer (per-row sequence lengths). */
  readonly zeroMasked: boolean;
  readonly inputs: readonly ValueBuffer[];
  /** Room for one of the node's outputs; undefined if the node has no such output. */
  output(index: 0, mask?: number): ValueBuffer;
  output(index: number, mask?: number): ValueBuffer | undefined;
  /** The output is the input itself. */
  alias(buffer: ValueBuffer): void;
  /** A block of the plan's own. */
  alloc(bytes: number): number;
  /** A block that other layers use too: its content lasts for this layer's turn only. */
  shared(bytes: number): number;
  /** Address of the mask given with the run, `[batch][time]` bytes; 0 without one. */
  readonly mask: number;
  /** Called after each timestep of each cell, if somebody watches. */
  readonly watch: Watch | undefined;
}

/** One piece of a layer's work; `state` is the address of the first row's slot. */
export type Op = (state: number) => void;

/** What a node's packed weights can do. */
export interface Work {
  /** The recurrent cells whose state a stream keeps; absent if there are none. */
  readonly cells?: readonly Cell[];
  /** Multiply-adds of its matrix product for one timestep; absent if it has none of its own. */
  readonly multiplyAdds?: number;
  plan(context: PlanContext): readonly Op[];
}

/** A node with its weights packed. */
export interface Layer extends Work {
  readonly cells: readonly Cell[];
  readonly node: GraphNode;
  /** Numbers learned in training. */
  readonly parameters: number;
}

/** All there is to know of one type of node. One file per kind of layer. */
export interface LayerKind<Node extends NodeSpec = NodeSpec> {
  /** Fields beyond name, type, inputs and outputs. */
  readonly fields: Fields;
  /**
   * Checks what goes beyond single fields.
   * @returns the shape of each value the node can make.
   * @throws {SpecError}
   */
  check(node: Node, at: NodeCheck): readonly Shape[];
  /**
   * Packs the weights of a checked node.
   * @param inputs features of its first input.
   * @param outputs features of its first output.
   */
  make(node: Node, context: BuildContext, inputs: number, outputs: number): Work;
  /** Why the node cannot run timestep by timestep, to follow its name; undefined if it can. */
  obstacle?(node: Node, inputs: readonly ValueInfo[]): string | undefined;
}
