import { type Num, product } from './num.js';

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

/** A factor of a value's size: the batch, its time, or a block of timesteps or features. Told apart by identity. */
export interface Atom {
  readonly size: Num;
  /** The batch of the run. */
  readonly batch?: true;
  /** A time that depends on the run's. */
  readonly flows?: true;
  /** Timesteps of fixed number, wherever they stand: what outputs show as their time. */
  readonly timed?: true;
}

/**
 * A value of the model. In storage it is `[batch][time][features]`; the atoms say what these consist of, in order, and
 * `axes` how ONNX sees it: each axis is a product of some atoms, of none if its size is 1.
 */
export interface Value {
  readonly kind: 'value';
  /** Its name in the spec. */
  readonly name: string;
  readonly time: readonly Atom[];
  readonly features: readonly Atom[];
  readonly axes: readonly (readonly Atom[])[];
  /** Token ids. */
  readonly ids?: boolean;
  /** Token ids with something added: nothing can be done with them. */
  readonly shifted?: boolean;
  readonly type: number;
  /** Made of state that the file carries, by other than recurrent layers. */
  readonly carried?: boolean;
}

export type Item = Constant | Filled | Value;

export const FLOAT = 1;
export const INT64 = 7;
export const BOOL = 9;

export const sizeOf = (atoms: readonly Atom[]): Num => product(atoms.map(({ size }) => size)) as Num;

export const dimsOf = (item: Item): readonly Num[] => (item.kind === 'value' ? item.axes.map(sizeOf) : item.dims);

/** Numbers of fixed atoms. */
export const count = (atoms: readonly Atom[]): number => sizeOf(atoms) as number;

export const isBatch = (axis: readonly Atom[]): boolean => axis.length === 1 && axis[0]?.batch === true;

/** The one atom of time that depends on the run, if the value has one. */
export const flowing = ({ time }: Value): Atom | undefined => time.find(({ flows }) => flows);

export const constant = (dims: readonly number[], data: ArrayLike<Num>, type: number): Constant => ({
  kind: 'constant',
  dims,
  data,
  type,
});
