import type { NodeSpec } from '../spec.js';

/** What is known of a value before its batch and time are. */
export interface ValueInfo {
  readonly name: string;
  readonly features: number;
  readonly kind: 'sequence' | 'vector';
  readonly dtype: 'float32' | 'int32';
}

export type Shape = Omit<ValueInfo, 'name'>;

export interface InputInfo extends ValueInfo {
  /** Token ids must be below this. */
  readonly vocabulary: number;
}

/** A node that names all the values it makes. */
export type GraphNode = NodeSpec & { readonly outputs: readonly string[] };

/** A model's structure, checked, with every value's shape worked out. Holds no weights. */
export interface Graph {
  readonly name: string | undefined;
  readonly inputs: readonly InputInfo[];
  /** In topological order. */
  readonly nodes: readonly GraphNode[];
  readonly outputs: readonly ValueInfo[];
  /** Every value by its name. */
  readonly values: ReadonlyMap<string, ValueInfo>;
}
