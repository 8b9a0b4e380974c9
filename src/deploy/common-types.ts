/** Declarations that all built files have, whatever their model: those of this package, written out, so that a file needs none. */
export const COMMON_TYPES = `/** Flat numbers, nested arrays, or numbers with their shape in the order that \`model.inputs\` tells. */
export type Input =
  | ArrayLike<number>
  | BigInt64Array
  | BigUint64Array
  | Nested
  | { readonly data: ArrayLike<number> | BigInt64Array | BigUint64Array; readonly shape: readonly number[] };
type Nested = readonly (number | Nested)[];

export interface NamedOutput {
  readonly data: Float32Array<ArrayBuffer>;
  readonly shape: readonly number[];
  readonly axes: readonly ('batch' | 'time' | number)[];
}

export interface ModelValue {
  readonly name: string;
  readonly kind: 'sequence' | 'vector';
  readonly features: number;
  readonly dtype: 'float32' | 'int32';
  readonly time?: number | string;
  readonly axes: readonly ('batch' | 'time' | number)[];
  readonly batch?: number;
}

export interface MaskOptions {
  /** \`[batch, time]\`; 0 or false marks a masked timestep. */
  readonly mask?: ArrayLike<number | boolean>;
  /** \`[batch]\`: each row's number of valid timesteps. */
  readonly lengths?: ArrayLike<number>;
}

export interface NamedRunOptions extends MaskOptions {
  /** Rows of flat inputs. Default 1. */
  readonly batch?: number;
  readonly initialState?: readonly LayerStateInput[];
}

export interface RunOptions extends NamedRunOptions {
  readonly out?: Float32Array;
}

export interface StreamRunOptions extends MaskOptions {
  readonly out?: Float32Array;
}

export interface LayerState {
  readonly layer: string;
  readonly h: Float32Array<ArrayBuffer>;
  readonly c?: Float32Array<ArrayBuffer>;
}

export interface LayerStateInput {
  readonly layer?: string;
  readonly h: ArrayLike<number>;
  readonly c?: ArrayLike<number>;
}
`;
