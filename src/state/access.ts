import type { Holder, StatePlace } from '../layers/recurrent/slot.js';
import type { Floats } from '../typed.js';
import type { Arena } from '../wasm/arena.js';
import { TINY } from '../wasm/tiny.js';
import type { Hash } from './hash.js';

/** A layer's state, the field's h and c: `[batch][outputLength]` and, for LSTM, `[batch][units]`. */
export interface LayerState {
  /** The layer's name, for reading; states are matched by order, so that a decoder takes an encoder's. */
  readonly layer: string;
  readonly h: Floats;
  readonly c?: Floats;
}

/** The same as it may be given: any numbers. */
export interface LayerStateInput {
  readonly layer?: string;
  readonly h: ArrayLike<number>;
  readonly c?: ArrayLike<number>;
}

/** Whose state it is: a model's engine. */
export interface StateOwner {
  readonly arena: Arena;
  /** Bytes from one row's slot to the next. */
  readonly slotBytes: number;
  /** In the order of the model. */
  readonly holders: readonly Holder[];
  /** Tells this model's saved states from another's. */
  readonly fingerprint: Hash;
}

/** One vector of state: `length` floats at `offset` bytes of each row's slot. */
export interface StateVector {
  readonly offset: number;
  readonly length: number;
}

/** All that a holder's state consists of: h, c (LSTM), and last the output that a masked timestep would repeat. */
export function stateVectors({ parts, output }: StatePlace): StateVector[] {
  return output === undefined ? [...parts] : [...parts, { offset: output, length: parts[0].length }];
}

/** What the holder takes for 0: a cell what is tiny, as its kernel does; what the model carries otherwise stays as it is. */
export const leastOf = ({ output }: StatePlace): number => (output === undefined ? 0 : TINY);

/** Copies one vector of each row `[batch][length]` out of the slots from `state` on, to `out` from `start` on. */
export function readVector(
  { arena, slotBytes }: StateOwner,
  state: number,
  batch: number,
  { offset, length }: StateVector,
  out: Float32Array,
  start = 0,
): void {
  for (let b = 0; b < batch; b++) {
    const from = (state + b * slotBytes + offset) / 4;
    out.set(arena.f32.subarray(from, from + length), start + b * length);
  }
}

/** The way back; zeros without `data`, and for what is below `least` in magnitude. */
export function writeVector(
  { arena, slotBytes }: StateOwner,
  state: number,
  batch: number,
  { offset, length }: StateVector,
  data: ArrayLike<number> | undefined,
  least: number,
  start = 0,
): void {
  for (let b = 0; b < batch; b++) {
    const to = (state + b * slotBytes + offset) / 4;
    for (let i = 0; i < length; i++) {
      const x = data ? (data[start + b * length + i] as number) : 0;
      arena.f32[to + i] = Math.abs(x) < least ? 0 : x;
    }
  }
}

/** Copies the state out, one entry per recurrent layer in the order of the model, then the carried inputs. */
export function readState(owner: StateOwner, state: number, batch: number): LayerState[] {
  return owner.holders.map(({ name, place }) => {
    const [h, c] = place.parts.map((part) => {
      const out = new Float32Array(batch * part.length);
      readVector(owner, state, batch, part, out);
      return out;
    }) as [Floats, Floats?];
    return { layer: name, h, ...(c && { c }) };
  });
}

/** Sets the state from what has been checked (`call/state.ts`); the last output becomes zeros as at a start. */
export function writeState(owner: StateOwner, state: number, batch: number, given: readonly LayerStateInput[]): void {
  owner.holders.forEach(({ place }, index) => {
    const { h, c } = given[index] as LayerStateInput;
    const least = leastOf(place);
    stateVectors(place).forEach((vector, part) => {
      writeVector(owner, state, batch, vector, part < place.parts.length ? [h, c][part] : undefined, least);
    });
  });
}
