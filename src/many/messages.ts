import type { Build, Input, ModelSpec, NamedOutput } from '../index.js';
import type { Floats } from '../typed.js';
import type { ErrorText } from './errors.js';

/** What the pool and its workers say to each other, as structured clones. */

/** One sequence: an input as `model.run` takes it, or inputs by name as `model.runNamed` does. */
export type Sequence = Input | Readonly<Record<string, Input>>;

/** What one sequence gives: flat `[time, outputs]` (or `[outputs]`) as `model.run`, or results by name as `model.runNamed`. */
export type Output = Floats | Record<string, NamedOutput>;

/** How the sequences of a model may share a run: not at all, those of the same length, or also those of nearly the same. */
export type Sharing = 'none' | 'equal' | 'padded';

/** What the pool must know of the model that its workers made. */
export interface Facts {
  readonly sharing: Sharing;
  /** Numbers of a timestep of the only input; undefined if there are several, or it is no sequence of the run's time. */
  readonly features: number | undefined;
  /** Numbers of all outputs in a timestep. */
  readonly outputs: number;
  /** Bytes of the weights: where they exceed a core's cache, running sequences together pays most. */
  readonly weightBytes: number;
}

export interface WorkerModelOptions {
  readonly build?: Build;
  readonly memoryLimit?: number;
}

export type Request =
  | { readonly type: 'model'; readonly spec: ModelSpec; readonly options: WorkerModelOptions }
  /** `together`: as one batch, shorter ones padded. */
  | { readonly type: 'run'; readonly rows: readonly Sequence[]; readonly together: boolean };

export type Reply =
  | { readonly type: 'ready'; readonly facts: Facts }
  | { readonly type: 'refused'; readonly error: ErrorText }
  /** One for each row, in their order. */
  | { readonly type: 'done'; readonly results: readonly RowResult[] };

export type RowResult = { readonly output: Output } | { readonly error: ErrorText };
