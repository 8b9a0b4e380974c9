import { checkLength, checkNumbers } from '../call/input.js';
import type { ModelEngine } from '../engine/engine.js';
import { Port } from '../engine/port.js';
import type { StatePart, StatePlace } from '../layers/recurrent/slot.js';
import { badInput, describe } from '../refuse.js';

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

/** What holds state: a recurrent cell, or a carried input. */
export interface Holder {
  readonly name: string;
  readonly place: StatePlace;
}

/** A holder's state, for a batch: h, c (LSTM), and last the output that a masked timestep would repeat. */
export function statePorts({ arena, slotBytes }: ModelEngine, { place }: Holder, state: number, batch: number): Port[] {
  const { parts, output } = place;
  const all: Omit<StatePart, 'key'>[] = [...parts];
  if (output !== undefined) all.push({ offset: output, length: parts[0].length });
  return all.map(
    ({ offset, length }) =>
      new Port(
        arena,
        { address: state + offset, stride: slotBytes, rows: batch, features: length, kind: 'vector', time: 1, mask: 0 },
        'float32',
      ),
  );
}

/** Copies the state out, one entry per recurrent layer in the order of the model, then the carried inputs. */
export function readState(engine: ModelEngine, state: number, batch: number): LayerState[] {
  return engine.holders.map((holder) => {
    const ports = statePorts(engine, holder, state, batch);
    const [h, c] = holder.place.parts.map((_, index) => (ports[index] as Port).readAll()) as [
      Float32Array,
      Float32Array?,
    ];
    return { layer: holder.name, h, ...(c && { c }) };
  });
}

/**
 * Sets the state; the last output becomes zeros as at a start.
 * @throws {InputError} wrong number of layers, wrong lengths, c missing or too much; nothing has changed then.
 */
export function writeState(engine: ModelEngine, state: number, batch: number, given: readonly LayerStateInput[]): void {
  const { holders } = engine;
  if (!Array.isArray(given) || given.length !== holders.length) {
    badInput(
      'state',
      'wrong number of layers',
      `${holders.length} entries (${holders.map(({ name }) => name).join(', ')})`,
      Array.isArray(given) ? `${given.length}` : describe(given),
    );
  }
  holders.forEach(({ name, place }, index) => {
    const layer: Partial<LayerStateInput> = given[index] ?? {};
    const where = `state of layer ${describe(name)}`;
    for (const { key, length } of place.parts) {
      const data = layer[key];
      checkLength(data, batch * length, `${where}, ${key}`, `batch ${batch} · ${length}`);
      checkNumbers(data as ArrayLike<number>, `${where}, ${key}`);
    }
    if (place.parts.length === 1 && layer.c !== undefined) badInput(where, 'this layer has no c', 'h alone', 'h and c');
  });
  holders.forEach((holder, index) => {
    const layer = given[index] as LayerStateInput;
    statePorts(engine, holder, state, batch).forEach((port, part) => {
      const key = holder.place.parts[part]?.key;
      port.write((key && layer[key]) ?? new Float32Array(port.length));
    });
  });
}
