import type { ModelEngine, RunRequest } from './engine.js';
import type { Cell } from './layers/cell.js';
import type { StepRecord } from './layers/layer.js';

/**
 * What one recurrent layer did. Everything is `[batch, time, n]` flat, by the input's timesteps
 * also where the layer walked backwards.
 */
export interface LayerTrace {
  /** The layer's name; `.forward` or `.backward` added in a bidirectional one. */
  readonly layer: string;
  readonly type: 'lstm' | 'gru' | 'rnn';
  /**
   * Gates after their activation, n = units: `i f g o` (LSTM), `r z n` (GRU), none for a simple RNN.
   * NaN at masked timesteps, where none is computed.
   */
  readonly gates: Readonly<Record<string, Float32Array>>;
  /** Cell state after the timestep, n = units; LSTM only. */
  readonly c?: Float32Array;
  /** Hidden state after the timestep, n = units or projection. */
  readonly h: Float32Array;
}

/** Copies each timestep's gates and states out while a run passes over them. */
export class TraceRecorder {
  readonly layers: readonly LayerTrace[];
  readonly #byCell: ReadonlyMap<Cell, LayerTrace>;
  readonly #engine: ModelEngine;
  readonly #batch: number;
  readonly #time: number;

  constructor(engine: ModelEngine, { batch, time }: RunRequest) {
    this.#engine = engine;
    this.#batch = batch;
    this.#time = time;
    this.layers = engine.cells.map((cell) => emptyTrace(cell, batch * time));
    this.#byCell = new Map(engine.cells.map((cell, index) => [cell, this.layers[index] as LayerTrace]));
  }

  /** @param from the record's first timestep within the whole sequence. */
  record({ cell, timestep, raw, rawStride, state, mask, maskStride }: StepRecord, from: number): void {
    const { f32, u8 } = this.#engine.arena;
    const trace = this.#byCell.get(cell) as LayerTrace;
    const { units, place, gates } = cell;
    for (let b = 0; b < this.#batch; b++) {
      const row = b * this.#time + from + timestep;
      const slot = state + b * this.#engine.slotBytes;
      for (const { key, offset, length } of place.parts) {
        trace[key]?.set(f32.subarray((slot + offset) / 4, (slot + offset) / 4 + length), row * length);
      }
      const masked = mask !== 0 && u8[mask + b * maskStride] === 0;
      gates.forEach((gate, index) => {
        const target = trace.gates[gate] as Float32Array;
        for (let unit = 0; unit < units; unit++) {
          // raw [group][gate][4 lanes]
          const at = ((unit >> 2) * gates.length + index) * 4 + (unit & 3);
          target[row * units + unit] = masked ? Number.NaN : (f32[(raw + b * rawStride) / 4 + at] as number);
        }
      });
    }
  }
}

function emptyTrace({ name, config, gates, units, place }: Cell, rows: number): LayerTrace {
  const [h, c] = place.parts;
  return {
    layer: name,
    type: config.type,
    gates: Object.fromEntries(gates.map((gate) => [gate, new Float32Array(rows * units)])),
    ...(c && { c: new Float32Array(rows * c.length) }),
    h: new Float32Array(rows * h.length),
  };
}
