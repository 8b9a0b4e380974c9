import type { InputSpec, ModelSpec } from '../../spec.js';
import { refuse } from '../shared/refuse.js';
import type { Reporter } from '../shared/report.js';
import { SpecBuilder } from '../shared/spec-builder.js';
import type { Stored } from './files/stored.js';
import type { Activation, Dialect } from './layers/activations.js';

/** A value on its way through the layers. */
export interface Flow {
  readonly name: string;
  readonly kind: 'sequence' | 'vector';
  readonly features: number;
  /** Timesteps, where the file states them. */
  readonly time?: number | undefined;
  /** Whether its time is the same for all runs, whatever that of the inputs. */
  readonly fixed?: boolean;
  /** Which mask it carries: values with one name have the same mask. */
  readonly mask?: string | undefined;
  /** Whether it holds token ids. */
  readonly ids?: boolean;
}

/** The spec being made. */
export class Build extends SpecBuilder {
  /** Where the masks that values carry are true, by their names. */
  readonly masks = new Map<string, string>();
  /** The model's inputs, with the timesteps that the file states. */
  readonly #inputs = new Map<string, { readonly input: InputSpec; readonly time: number | undefined }>();
  /** Whether inputs have the timesteps of the file, or any number. */
  #timeIsFixed = false;

  constructor(
    readonly dialect: Dialect,
    reporter: Reporter,
    /** Inputs that hold token ids. */
    readonly ids: ReadonlySet<string>,
  ) {
    super(reporter);
  }

  /** @param time timesteps that the file states. */
  addInput(input: InputSpec, time?: number): Flow {
    const { name, features, kind = 'sequence', dtype } = input;
    this.#inputs.set(name, { input, time });
    return { name, kind, features, time, ...(dtype === 'int32' && { ids: true }) };
  }

  isInput(name: string): boolean {
    return this.#inputs.has(name);
  }

  /** Inputs get the timesteps that the file states: a layer needs to know how many there are. */
  fixTime(): void {
    this.#timeIsFixed = true;
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

  /** The whole spec. */
  finish(name: string, outputs: readonly string[]): ModelSpec {
    if (this.#timeIsFixed)
      this.reporter.note('inputs have the number of timesteps that the file states: a layer needs to know it');
    const inputs = [...this.#inputs.values()].map(({ input, time }) => ({
      ...input,
      ...(this.#timeIsFixed && time !== undefined && { time }),
    }));
    return this.spec({ ...(name && { name }), inputs, outputs });
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
export function fixedSteps(where: string, x: Flow, build: Build): number {
  if (x.kind === 'vector') return 1;
  if (x.time === undefined) refuse(where, 'needs a known number of timesteps', 'an input shape with its time', 'None');
  if (!x.fixed) build.fixTime();
  return x.time;
}

export const sequence = (where: string, x: Flow): Flow =>
  x.kind === 'sequence'
    ? x
    : refuse(where, 'its input has no timesteps', '(batch, time, features)', '(batch, features)');
