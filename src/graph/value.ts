import type { NodeSpec, ValueLayout } from '../spec.js';
import type { Clock } from './clock.js';

/** What is known of a value before its batch and time are. */
export interface ValueInfo {
  readonly name: string;
  readonly features: number;
  readonly kind: 'sequence' | 'vector';
  readonly dtype: 'float32' | 'int32';
  /** Sequences: how many timesteps. Undefined: as many as the run has. */
  readonly time?: Clock | undefined;
}

export type Shape = Omit<ValueInfo, 'name'>;

export interface InputInfo extends ValueInfo {
  /** Token ids must be below this. */
  readonly vocabulary: number;
}

/** A node that names all the values it makes. */
export type GraphNode = NodeSpec & { readonly outputs: readonly string[] };

/** A carried state: an input that starts each run as what the output was after the last one. */
export interface Carry {
  readonly input: ValueInfo;
  readonly output: ValueInfo;
  readonly initial: string | undefined;
}

/** A model's structure, checked, with every value's shape worked out. Holds no weights. */
export interface Graph {
  readonly name: string | undefined;
  /** Those that callers give. */
  readonly inputs: readonly InputInfo[];
  readonly carries: readonly Carry[];
  /** In topological order. */
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly ValueInfo[];
  /** Every value by its name. */
  readonly values: ReadonlyMap<string, ValueInfo>;
  /** The file's own axes of inputs and outputs, where it has others. */
  readonly layouts: ReadonlyMap<string, ValueLayout>;
}
