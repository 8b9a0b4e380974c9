import { describe } from './activations.js';
import type { ModelEngine } from './engine.js';
import { InputError } from './errors.js';
import { checkLength, checkNumbers } from './input.js';

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

/** Copies the state out, one entry per recurrent layer in the order of the model. */
export function readState({ arena, cells, slotBytes }: ModelEngine, state: number, batch: number): LayerState[] {
  const rows = (offset: number, n: number): Float32Array => {
    const out = new Float32Array(batch * n);
    for (let b = 0; b < batch; b++) {
      const at = (state + b * slotBytes + offset) / 4;
      out.set(arena.f32.subarray(at, at + n), b * n);
    }
    return out;
  };
  return cells.map(({ name, place, outputLength, units }) => ({
    layer: name,
    h: rows(place.h, outputLength),
    ...(place.c === undefined ? {} : { c: rows(place.c, units) }),
  }));
}

/**
 * Sets the state; the last output, which a masked timestep would repeat, becomes zeros as at a start.
 * @throws {InputError} wrong number of layers, wrong lengths, c missing or too much; nothing has changed then.
 */
export function writeState(
  { arena, cells, slotBytes }: ModelEngine,
  state: number,
  batch: number,
  given: readonly LayerStateInput[],
): void {
  if (!Array.isArray(given) || given.length !== cells.length) {
    throw new InputError('wrong number of layers', {
      where: 'state',
      expected: `${cells.length} entries (${cells.map((cell) => cell.name).join(', ')})`,
      got: Array.isArray(given) ? String(given.length) : describe(given),
    });
  }
  cells.forEach((cell, index) => {
    const { h, c } = (given[index] ?? {}) as Partial<LayerStateInput>;
    checkPart(h, batch, cell.outputLength, `state of layer ${describe(cell.name)}, h`);
    if (cell.place.c !== undefined) checkPart(c, batch, cell.units, `state of layer ${describe(cell.name)}, c`);
    else if (c !== undefined) {
      throw new InputError('this layer has no c', {
        where: `state of layer ${describe(cell.name)}`,
        expected: 'h alone',
        got: 'h and c',
      });
    }
  });
  cells.forEach(({ place, outputLength, units }, index) => {
    const { h, c } = given[index] as LayerStateInput;
    for (let b = 0; b < batch; b++) {
      const slot = state + b * slotBytes;
      copy(h, b * outputLength, outputLength, arena.f32, (slot + place.h) / 4);
      if (c && place.c !== undefined) copy(c, b * units, units, arena.f32, (slot + place.c) / 4);
      const y = (slot + place.y) / 4;
      arena.f32.fill(0, y, y + outputLength);
    }
  });
}

function checkPart(data: ArrayLike<number> | undefined, batch: number, n: number, where: string): void {
  checkLength(data, batch * n, where, `batch ${batch} · ${n}`);
  checkNumbers(data as ArrayLike<number>, where);
}

function copy(from: ArrayLike<number>, at: number, n: number, to: Float32Array, target: number): void {
  for (let i = 0; i < n; i++) to[target + i] = from[at + i] as number;
}
