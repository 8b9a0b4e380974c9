import type { CheckedInt8 } from '../graph/int8.js';
import type { AnyNode, NodeKind } from '../graph/kind.js';
import type { Graph, GraphNode } from '../graph/value.js';
import type { ModelSpec, NodeSpec } from '../spec.js';
import type { Kernels } from '../wasm/abi.js';
import type { Arena } from '../wasm/arena.js';
import type { Int8Packing, LinearPacking } from '../wasm/linear.js';
import type { Build } from '../wasm/module.js';
import type { CellParts } from './recurrent/cell-parts.js';
import type { Holder, SlotLayout } from './recurrent/slot.js';

/** What a layer needs once, when the model is made: to pack its weights and claim its state. */
export interface BuildContext extends LinearPacking {
  readonly slot: Pick<SlotLayout, 'place' | 'carry'>;
  /** How many numbers a tensor of the spec has. */
  size(tensor: string): number;
  /** Of a model with int8 weights. */
  readonly int8?: Int8Layers | undefined;
}

/** What a model with int8 weights needs; `loadInt8` of `gatewise/int8`. */
export interface Int8Support {
  /** The integer kernels' build. Both give the same bits. */
  readonly build: Build;
  /**
   * The int8 tensors of a spec, read and checked; undefined where it has none.
   * @throws {SpecError}
   */
  tensors(spec: ModelSpec): Int8Tensors | undefined;
  /** Integer kernels on the memory of a model. @param kernels the float32 ones on it, `simd`. */
  bind(arena: Arena, kernels: Kernels, tensors: Int8Tensors): Int8Layers;
}

export type Int8Tensors = Readonly<Record<string, CheckedInt8>>;

/** What layers ask that have more to do with int8 weights than to multiply by them. */
export interface Int8Layers extends Int8Packing {
  /** Weights of fewer bytes are no faster for rows together than one by one. */
  readonly leastBytes: number;
  /** A cell with its kernel around integer sums; undefined where the weights are float32. */
  cell(parts: CellParts, units: number): CellParts | undefined;
  /** Rows of an int8 table, `[vocabulary][features]`, by number; undefined where it is float32. */
  lookUp(table: string, features: number): LookUp | undefined;
}

/** Writes the rows of a table that `ids` name, `[rows]` int32, to `[rows][pad4(features)]`. */
export type LookUp = (ids: number, rows: number, to: number) => void;

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

/** What a type of cell is called, for `explain`. */
export interface CellWords {
  /** With its article, e.g. `an LSTM`. */
  readonly title: string;
  /** Its gates, in the order of its weights' rows, and what each of them is; none where the weights are of one kind. */
  readonly gates: Readonly<Record<string, string>>;
  /** Tensors beyond weights and biases, and what their numbers are. */
  readonly extras: Readonly<Record<string, string>>;
}

/** A recurrent cell as those see it who know no type of cell: the keepers of state, trace, summary and explain. */
export interface CellInfo extends Holder {
  /** The layer's name; `.forward` or `.backward` added in a bidirectional one. */
  readonly name: string;
  readonly type: string;
  readonly inputs: number;
  readonly units: number;
  /** Traced gates in the order of a raw row's vectors within each group of 4 units. */
  readonly gates: readonly string[];
  readonly words: CellWords;
  /** How many numbers each of its tensors has, by field. */
  readonly sizes: Readonly<Record<string, number>>;
  /** Of its matrix products, for one timestep. */
  readonly multiplyAdds: number;
}

/** What one timestep of one cell has left in memory; strides are from one row of the batch to the next. */
export interface StepRecord {
  readonly cell: CellInfo;
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

/**
 * One piece of a layer's work; `state` is the address of the first row's slot. It runs at every step, so it allocates nothing:
 * no arrays or closures, and no functions that are handed single numbers, which would box them.
 */
export type Op = (state: number) => void;

/** What a node's packed weights can do. */
export interface Work {
  /** The recurrent cells whose state a stream keeps; absent if there are none. */
  readonly cells?: readonly CellInfo[];
  /** All that keeps state in a stream, where that is not its cells. */
  readonly holders?: readonly Holder[];
  /** Multiply-adds of its matrix products for one timestep; absent if it has none. */
  readonly multiplyAdds?: number;
  plan(context: PlanContext): readonly Op[];
}

/** What is known from outside of a layer of a model. */
export interface LayerInfo {
  readonly node: GraphNode;
  /** Numbers learned in training. */
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Its recurrent cells, whose state a stream keeps. */
  readonly cells: readonly CellInfo[];
  /** What its type has to say of itself. */
  readonly words: LayerWords | undefined;
}

/** Sentences for `explain`, to follow the layer's name. */
export interface LayerWords {
  readonly opening?: string;
  /** After what is said of its cells. */
  readonly closing?: string;
}

/** A node with its weights packed. */
export interface Layer extends LayerInfo, Pick<Work, 'holders'> {
  plan(context: PlanContext): readonly Op[];
}

/** All there is to know of one type of node. One file per kind of layer. */
export interface LayerKind<Node extends AnyNode = NodeSpec> extends NodeKind<Node> {
  /**
   * Packs the weights of a checked node.
   * @param inputs features of its first input, 0 without one.
   * @param outputs features of its first output.
   * @param graph the whole model; undefined for a layer inside another. So are `kinds`, all types of its nodes.
   */
  make(node: Node, context: BuildContext, inputs: number, outputs: number, graph?: Graph, kinds?: LayerKinds): Work;
  /** It asks where numbers stand, and may be given a value that has no place of its own: `around/views.ts`. */
  readonly takesViews?: boolean;
  /** What `explain` says beyond type and sizes. */
  words?(node: Node, inputs: number): LayerWords | undefined;
}

/** Types of node by name. */
export type LayerKinds = Readonly<Record<string, LayerKind<never>>>;
