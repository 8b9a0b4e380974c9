import type { InputSpec } from '../../spec.js';
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';
import { SpecBuilder } from '../shared/spec-builder.js';
import { NeedsFixedTime } from './again.js';
import type { Stored } from './files/weights.js';
import type { Activation, Dialect } from './layers/activations.js';

/** A value on its way through the layers. */
export interface Flow {
  readonly name: string;
  readonly kind: 'sequence' | 'vector';
  readonly features: number;
  /** Timesteps, where the file states them. */
  readonly time?: number | undefined;
  /** Whether the spec's value has fixed time. */
  readonly fixed?: boolean;
  /** Which mask it carries: values with one name have the same mask. */
  readonly mask?: string | undefined;
  /** The model input it is, if nothing has happened to it. */
  readonly input?: string;
  readonly ids?: boolean;
}

/** The spec being made. */
export class Build extends SpecBuilder {
  readonly inputs: InputSpec[] = [];
  /** Calls of layers so far. */
  calls = 0;
  /** Where the masks that values carry are true, by their names. */
  readonly masks = new Map<string, string>();

  constructor(
    readonly dialect: Dialect,
    reporter: Reporter,
    /** Whether inputs have the timesteps of the file, or any number. */
    readonly fixedTime: boolean,
    /** Inputs that hold token ids. */
    readonly ids: ReadonlySet<string>,
  ) {
    super(reporter);
  }

  /** A tensor of the spec, made once however often its layer is called. */
  tensor(
    stored: Stored,
    becomes: string,
    shape: readonly number[],
    how: string,
    make: (data: Float32Array) => Float32Array = (data) => data,
  ): string {
    if (this.tensors[becomes]) return becomes;
    return this.keep(becomes, { shape, data: make(stored.data) }, { tensor: stored.name, shape: stored.shape, how });
  }

  /** What follows a layer that has an activation: a node, or nothing for `linear`. */
  activate(x: Flow, wanted: string, activation: Activation): Flow {
    if (activation === 'linear') return x;
    const inputs = [x.name];
    if (activation === 'softmax' || activation === 'log_softmax')
      return { ...x, name: this.add({ type: activation, inputs }, wanted) };
    return { ...x, name: this.add({ type: 'activation', inputs, activation }, wanted) };
  }
}

/** @throws {ImportError} another shape. */
export function shaped(where: string, { name, shape }: Stored, expected: readonly (number | undefined)[]): void {
  if (shape.length !== expected.length || expected.some((n, axis) => n !== undefined && n !== shape[axis])) {
    refuse(
      where,
      `weight ${JSON.stringify(name)} has the wrong shape`,
      `(${expected.map((n) => n ?? 'any').join(', ')})`,
      `(${shape.join(', ')})`,
    );
  }
}

/** The number of timesteps, for layers that need to know it. */
export function fixedSteps(where: string, x: Flow): number {
  if (x.kind === 'vector') return 1;
  if (x.fixed && x.time !== undefined) return x.time;
  if (x.time === undefined) refuse(where, 'needs a known number of timesteps', 'an input shape with its time', 'None');
  throw new NeedsFixedTime('needs a fixed number of timesteps', { where });
}

export const sequence = (where: string, x: Flow): Flow =>
  x.kind === 'sequence'
    ? x
    : refuse(where, 'its input has no timesteps', '(batch, time, features)', '(batch, features)');
