import type { ModelEngine } from './engine.js';
import { checkLength, checkNumbers } from './input.js';
import type { Cell } from './layers/cell.js';
import { Port } from './port.js';
import { badInput, describe } from './refuse.js';

/** A layer's state, the field's h and c: `[batch][outputLength]` and, for LSTM, `[batch][units]`. */
export interface LayerState {
  /** The layer's name, for reading; states are matched by order, so that a decoder takes an encoder's. */
  readonly layer: string;
  readonly h: Float32Array;
  readonly c?: Float32Array;
}

/** The same as it may be given: any numbers. */
export interface LayerStateInput {
  readonly layer?: string;
  readonly h: ArrayLike<number>;
  readonly c?: ArrayLike<number>;
}

/** A cell's state, for a batch: h, c (LSTM), and last the output that a masked timestep would repeat. */
export function statePorts({ arena, slotBytes }: ModelEngine, { place }: Cell, state: number, batch: number): Port[] {
  const { parts, output } = place;
  return [...parts, { offset: output, length: parts[0].length }].map(
    ({ offset, length }) =>
      new Port(
        arena,
        { address: state + offset, stride: slotBytes, rows: batch, features: length, kind: 'vector', mask: 0 },
        'float32',
      ),
  );
}

/** Copies the state out, one entry per recurrent layer in the order of the model. */
export function readState(engine: ModelEngine, state: number, batch: number): LayerState[] {
  return engine.cells.map((cell) => {
    const ports = statePorts(engine, cell, state, batch);
    const [h, c] = cell.place.parts.map((_, index) => (ports[index] as Port).readAll()) as [
      Float32Array,
      Float32Array?,
    ];
    return { layer: cell.name, h, ...(c && { c }) };
  });
}

/**
 * Sets the state; the last output becomes zeros as at a start.
 * @throws {InputError} wrong number of layers, wrong lengths, c missing or too much; nothing has changed then.
 */
export function writeState(engine: ModelEngine, state: number, batch: number, given: readonly LayerStateInput[]): void {
  const { cells } = engine;
  if (!Array.isArray(given) || given.length !== cells.length) {
    badInput(
      'state',
      'wrong number of layers',
      `${cells.length} entries (${cells.map(({ name }) => name).join(', ')})`,
      Array.isArray(given) ? `${given.length}` : describe(given),
    );
  }
  cells.forEach(({ name, place }, index) => {
    const layer: Partial<LayerStateInput> = given[index] ?? {};
    const where = `state of layer ${describe(name)}`;
    for (const { key, length } of place.parts) {
      const data = layer[key];
      checkLength(data, batch * length, `${where}, ${key}`, `batch ${batch} · ${length}`);
      checkNumbers(data as ArrayLike<number>, `${where}, ${key}`);
    }
    if (place.parts.length === 1 && layer.c !== undefined) badInput(where, 'this layer has no c', 'h alone', 'h and c');
  });
  cells.forEach((cell, index) => {
    const layer = given[index] as LayerStateInput;
    statePorts(engine, cell, state, batch).forEach((port, part) => {
      const key = cell.place.parts[part]?.key;
      port.write((key && layer[key]) ?? new Float32Array(port.length));
    });
  });
}
