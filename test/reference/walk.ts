import type { Cell, CellState, CellStep } from './cell.js';
import { masked, row, type Value } from './value.js';
import { type Vector, zeros } from './vector.js';

export interface WalkOptions {
  /** From the last timestep to the first. */
  readonly backwards: boolean;
  /** Masked timesteps output zeros instead of the previous output. */
  readonly zeroMasked: boolean;
}

/** One batch row's walk over time, in the order walked. */
export interface Walk {
  /** Each timestep's output, (units) or (projection). */
  readonly outputs: readonly Vector[];
  readonly final: CellState;
  /** The input's timestep of each step. */
  readonly timesteps: readonly number[];
  /** What the cell did, `undefined` where it was masked; and the state after the step. */
  readonly steps: readonly { readonly step: CellStep | undefined; readonly state: CellState }[];
}

/**
 * One cell over one row's timesteps, with the meaning that Keras 3 gives a mask (`keras.backend.rnn`):
 * a masked timestep leaves the state as it is, and its output repeats the output of the step before
 * (zeros at the first step, whatever the initial state), or is zeros where that is asked for.
 */
export function walk(cell: Cell, x: Value, b: number, start: CellState, options: WalkOptions): Walk {
  const timesteps = Array.from({ length: x.time }, (_, i) => (options.backwards ? x.time - 1 - i : i));
  const outputs: Vector[] = [];
  const steps: Walk['steps'][number][] = [];
  let state = start;
  let output = zeros(start.h.length);
  for (const t of timesteps) {
    const step = masked(x, b, t) ? undefined : cell(row(x, b, t), state);
    if (step) {
      state = step.state;
      output = step.state.h;
    } else if (options.zeroMasked) output = zeros(output.length);
    outputs.push(output);
    steps.push({ step, state });
  }
  return { outputs, final: state, timesteps, steps };
}
