import type { AnyCellConfig } from '../../src/spec.js';
import { type CellState, initialState, outputLength } from './cell.js';
import { makeCell } from './make-cell.js';
import type { Tensors } from './tensors.js';
import { row, type Value } from './value.js';
import { type Vector, zeros } from './vector.js';
import { type Walk, walk } from './walk.js';

/** A layer's state for a batch, row after row: h `[batch][units or projection]`, c `[batch][units]`. */
export interface BatchState {
  readonly h: Float64Array;
  readonly c?: Float64Array;
}

/** What one cell did, `[batch][time][n]` by the input's timesteps also where it walked backwards. */
export interface CellTrace {
  readonly layer: string;
  readonly type: AnyCellConfig['type'];
  /** After their activation, (units): `i f g o` or `r z n`. NaN at masked timesteps, where there is none. */
  readonly gates: Readonly<Record<string, Float64Array>>;
  /** After the timestep, also at masked ones. */
  readonly h: Float64Array;
  readonly c?: Float64Array;
}

export interface CellRun {
  readonly output: Value;
  readonly final: BatchState;
  readonly trace: CellTrace;
}

export interface CellRunOptions {
  readonly name: string;
  readonly backwards: boolean;
  /** Whether a backward walk's outputs stand in the order they were computed, or at their input's timestep. */
  readonly order: 'computed' | 'input';
  /** Whether the mask comes from sequence lengths, behind which the outputs are zeros (ONNX, PyTorch). */
  readonly zeroBehindLengths: boolean;
  readonly initial?: BatchState | undefined;
}

/** A cell unrolled over a batch of sequences. */
export function runCell(config: AnyCellConfig, x: Value, tensors: Tensors, options: CellRunOptions): CellRun {
  const cell = makeCell(config, tensors);
  const sequences = config.returnSequences ?? true;
  const zeroMasked = config.zeroOutputForMask === true || (options.zeroBehindLengths && sequences);
  const walks = Array.from({ length: x.batch }, (_, b) => {
    const start = options.initial ? rowState(options.initial, b, x.batch) : initialState(config, tensors);
    return walk(cell, x, b, start, { backwards: options.backwards, zeroMasked });
  });

  const output: Value = {
    ...x,
    kind: sequences ? 'sequence' : 'vector',
    time: sequences ? x.time : 1,
    features: outputLength(config),
    data: zeros(x.batch * (sequences ? x.time : 1) * outputLength(config)),
    // Keras hands the mask on as it came, also where goBackwards has turned the outputs round.
    mask: sequences ? x.mask : undefined,
  };
  walks.forEach(({ outputs, timesteps }, b) => {
    if (sequences) {
      outputs.forEach((y, step) => {
        row(output, b, options.order === 'computed' ? step : (timesteps[step] as number)).set(y);
      });
    } else row(output, b, 0).set(outputs.at(-1) as Vector);
  });
  return {
    output,
    final: batchState(walks.map(({ final }) => final)),
    trace: trace(options.name, config, walks),
  };
}

const GATES: Readonly<Record<AnyCellConfig['type'], readonly string[]>> = {
  lstm: ['i', 'f', 'g', 'o'],
  gru: ['r', 'z', 'n'],
  rnn: [],
  fast_grnn: ['z', 'n'],
  min_gru: ['z', 'n'],
  min_lstm: ['i', 'f', 'n'],
  sru: ['f', 'r', 'n'],
  ssru: ['f', 'n'],
  qrnn: ['n', 'f', 'o', 'i'],
  layer_norm_lstm: ['i', 'f', 'g', 'o'],
  cfc: ['f', 'g', 't'],
  cfc_pure: ['f'],
  slstm: ['i', 'f', 'z', 'o'],
  ltc: [],
};

function trace(layer: string, config: AnyCellConfig, walks: readonly Walk[]): CellTrace {
  const byTime = walks.flatMap(({ steps, timesteps }) =>
    steps.map((step, index) => ({ ...step, t: timesteps[index] as number })).sort((a, b) => a.t - b.t),
  );
  const all = GATES[config.type];
  const names = config.type === 'qrnn' ? all.slice(0, { f: 2, fo: 3, ifo: 4 }[config.pooling]) : all;
  const none = new Float64Array(config.units).fill(Number.NaN);
  const gates = names.map((gate) => [gate, join(byTime.map(({ step }) => step?.gates[gate] ?? none))]);
  return {
    layer,
    type: config.type,
    gates: Object.fromEntries(gates),
    ...batchState(byTime.map(({ state }) => state)),
  };
}

function rowState({ h, c }: BatchState, b: number, batch: number): CellState {
  const part = (all: Float64Array): Vector => all.slice((b * all.length) / batch, ((b + 1) * all.length) / batch);
  return c ? { h: part(h), c: part(c) } : { h: part(h) };
}

function batchState(states: readonly CellState[]): BatchState {
  const h = join(states.map((state) => state.h));
  return states[0]?.c ? { h, c: join(states.map((state) => state.c as Vector)) } : { h };
}

function join(rows: readonly Vector[]): Float64Array {
  const all = zeros(rows.reduce((n, part) => n + part.length, 0));
  let from = 0;
  for (const part of rows) {
    all.set(part, from);
    from += part.length;
  }
  return all;
}
