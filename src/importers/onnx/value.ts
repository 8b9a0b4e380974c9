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

/** A factor of a value's size. Told apart by identity: two blocks of 3 are two atoms. */
export interface Atom {
  readonly kind: /** The batch of the run. */
    | 'batch'
    /** The run's timesteps, or a number of them that depends on the run's. */
    | 'time'
    /** Timesteps of fixed number, wherever they stand: what outputs show as their time. */
    | 'steps'
    /** Anything else: features, or what they are split into. */
    | 'block';
  readonly size: Num;
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
  /** Token ids; of those with something added, nothing can be made. */
  readonly ids?: 'plain' | 'shifted' | undefined;
  readonly type: number;
  /** Made of state that the file carries, by other than recurrent layers. */
  readonly carried?: boolean;
}

export type Item = Constant | Filled | Value;

export const INT64 = 7;
export const BOOL = 9;

export const totalSize = (atoms: readonly Atom[]): Num => product(atoms.map(({ size }) => size)) as Num;

export const dimsOf = (item: Item): readonly Num[] => (item.kind === 'value' ? item.axes.map(totalSize) : item.dims);

/** Numbers of fixed atoms. */
export const count = (atoms: readonly Atom[]): number => totalSize(atoms) as number;

export const hasBatch = (atoms: readonly Atom[] = []): boolean => atoms.some(({ kind }) => kind === 'batch');

export const withoutBatch = (atoms: readonly Atom[]): Atom[] => atoms.filter(({ kind }) => kind !== 'batch');

/** The one atom of time that depends on the run, if the value has one. */
export const runTime = ({ time }: Value): Atom | undefined => time.find(({ kind }) => kind === 'time');

export const constant = (dims: readonly number[], data: ArrayLike<Num>, type: number): Constant => ({
  kind: 'constant',
  dims,
  data,
  type,
});
