import { type Num, product } from './num.js';

// ONNX gives every value axes in any order and moves them about; the model has one storage, `[batch][time][features]`. Between the two
// stand atoms. A worked example, a bidirectional GRU of 8 units and what PyTorch puts behind it:
//
//     operator                 shape in ONNX          axes                storage           node
//     GRU                      [time, 2, batch, 8]    [T] [D] [B] [H]     [B][T][D H]       the layer
//     Transpose 0 2 1 3        [time, batch, 2, 8]    [T] [B] [D] [H]     the same          none
//     Reshape 0 0 -1           [time, batch, 16]      [T] [B] [D H]       the same          none
//     MatMul [16, 5]           [time, batch, 5]       [T] [B] [F]         [B][T][F]         dense
//
// with the atoms B (the batch), T (the run's time) and the blocks D of 2, H of 8, F of 5. Had there been a Transpose to
// [time, batch, 8, 2] before the Reshape, its axis would be [H D]: the product needs the features in that order, and `layout.ts` would
// put a `rearrange` in between. An axis of size 1 is a product of no atoms.

/** Numbers known now: a weight, or what is computed of shapes, whose elements may depend on batch and time. */
export interface Constant {
  readonly kind: 'constant';
  readonly dims: readonly number[];
  readonly data: ArrayLike<Num>;
  /** ONNX' number of the element type. */
  readonly type: number;
  /** The initialiser it is, unchanged; for the report. */
  readonly tensor?: string | undefined;
}

/** One number everywhere, in a shape that depends on batch or time. */
export interface Filled {
  readonly kind: 'filled';
  readonly dims: readonly Num[];
  readonly value: Num;
  readonly type: number;
}

/**
 * A factor of a value's size, told apart by identity: two blocks of 3 are two atoms. Kinds:
 * `batch`, the batch of the run; `time`, the run's timesteps, or a number of them that depends on the run's;
 * `steps`, timesteps of fixed number, wherever they stand: what outputs show as their time; `block`, anything else.
 */
export interface Atom {
  readonly kind: 'batch' | 'time' | 'steps' | 'block';
  readonly size: Num;
}

/** A value of the model: the atoms of its storage, in order, and of its axes. The batch is an atom of axes alone. */
export interface Value {
  readonly kind: 'value';
  /** Its name in the spec. */
  readonly name: string;
  /** None: a vector. */
  readonly time: readonly Atom[];
  readonly features: readonly Atom[];
  readonly axes: readonly (readonly Atom[])[];
  /** What it says of rows, if it is followed instead of computed; it has no name then. */
  readonly rows?: RowNumbers;
  /** What it says of timesteps beside one another, if it is followed instead of computed; its name is `PAIRS` then. */
  readonly pairs?: Pairs;
  /** Whole numbers in floating point: a quotient of them may be rounded, so it is one. */
  readonly whole?: boolean;
  readonly type: number;
  /** Made of state that the file carries, by other than recurrent layers. */
  readonly carried?: boolean;
}

/** An order of the batch's rows that a run brings about, told apart by identity. */
export interface RowOrder {
  /** What makes it, for errors. */
  readonly by: string;
}

/**
 * Whole numbers that are followed, one for each row of the batch. `rows`: 0, 1, 2, …; `order`: which row comes at each place of an
 * order, or (`inverse`) the place at which each row comes; `scaled`: the row's number times `by`; `flat`: that and a timestep, added,
 * which is where they stand on one axis of rows and timesteps; `stepped`: the timestep times the number of rows, from which `flat` comes
 * where timesteps are first; `pair`: the row's number and a timestep, side by side.
 */
export type RowNumbers =
  | { readonly kind: 'rows' }
  | { readonly kind: 'order'; readonly order: RowOrder; readonly inverse: boolean }
  | { readonly kind: 'scaled'; readonly by: Num }
  | { readonly kind: 'stepped'; readonly step: Value }
  | { readonly kind: 'flat'; readonly timeFirst: boolean; readonly by: Num; readonly step: Value }
  | { readonly kind: 'pair'; readonly timeFirst: boolean; readonly step: Value };

/**
 * Numbers for each timestep with each other, which the model has no place for, followed as far as attention is made of them. `scores`: those of
 * queries with keys, by heads, times `scale`, without (`causal`) those of later keys; `weights`: their softmax has been taken. `triangle`: a number up to
 * the timestep itself, and another above. `sums`: of every query with every key, feature by feature, `[…, T, S, size]`.
 */
export type Pairs =
  | {
      readonly kind: 'scores';
      readonly q: Value;
      readonly k: Value;
      /** The axes of heads, as q has them. */
      readonly heads: readonly Atom[];
      /** The axis of the keys' timesteps, told apart from that of the queries'. */
      readonly keys: Atom;
      readonly scale: number;
      readonly causal: boolean;
      readonly weights: boolean;
      /** Additive: what weighs the tanh of each sum, and the constant that it is of; ones if none does. */
      readonly sums?: { readonly weight?: SumWeights };
    }
  | {
      readonly kind: 'sums';
      readonly q: Value;
      readonly k: Value;
      readonly keys: Atom;
      /** Whether their tanh has been taken, and what it is multiplied by. */
      readonly tanh: boolean;
      readonly weight?: SumWeights;
    }
  | { readonly kind: 'triangle'; readonly on: number; readonly above: number };

/** One number for each feature. */
export interface SumWeights {
  readonly data: Float32Array;
  readonly constant: Constant;
}

/** In the place of the name of a value that is followed. */
export const PAIRS = '\0pairs';

export type Item = Constant | Filled | Value;

export const INT64 = 7;
export const BOOL = 9;

/** The product of the sizes. */
export const totalSize = (atoms: readonly Atom[]): Num => product(atoms.map(({ size }) => size));

export const dimsOf = (item: Item): readonly Num[] => (item.kind === 'value' ? item.axes.map(totalSize) : item.dims);

/** The same of atoms whose sizes are known. */
export const count = (atoms: readonly Atom[]): number => totalSize(atoms) as number;

export const hasBatch = (atoms: readonly Atom[] = []): boolean => atoms.some(({ kind }) => kind === 'batch');

export const withoutBatch = (atoms: readonly Atom[]): Atom[] => atoms.filter(({ kind }) => kind !== 'batch');

/** The one atom of time that depends on the run, if the value has one. */
export const runTime = ({ time }: Value): Atom | undefined => time.find(({ kind }) => kind === 'time');

export const constant = (dims: readonly number[], data: ArrayLike<Num>, type: number, tensor?: string): Constant => ({
  kind: 'constant',
  dims,
  data,
  type,
  tensor,
});
