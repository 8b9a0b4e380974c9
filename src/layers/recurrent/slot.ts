import { rowBytes } from '../../wasm/abi.js';

/** One vector of a cell's state: float32 `(length)` at `offset` bytes from its slot's start. */
export interface StatePart {
  readonly key: 'h' | 'c';
  readonly offset: number;
  readonly length: number;
}

/** Where one cell's state lies within a slot. */
export interface StatePlace {
  /** h, and c for LSTM. For LSTM and simple RNN, x lies directly in front of h. */
  readonly parts: readonly [StatePart, ...StatePart[]];
  /** The last output, as long as h, in bytes from the slot's start; masked timesteps repeat it. Cells only. */
  readonly output?: number;
}

/** What has state in a slot: a recurrent cell, a layer that keeps frames of the past, or a carried input. */
export interface Holder {
  readonly name: string;
  readonly place: StatePlace;
  /** Names of the tensors that its state starts from, part by part; zeros where there is none. */
  readonly initial: readonly (string | undefined)[];
}

/** Lays out a slot: the state of every cell of the model, for one row of a batch. */
export class SlotLayout {
  #bytes = 0;

  /** Slots stand on cache lines, an odd number of them: rows a power of two apart would share few places of a first-level cache. */
  get bytes(): number {
    return (Math.ceil(this.#bytes / 64) * 64) | 64;
  }

  /**
   * @param front floats of x kept in front of h.
   * @param c length of c, or 0.
   */
  place(front: number, h: number, c: number): StatePlace {
    this.#take(front);
    const part: StatePart = { key: 'h', offset: this.#take(h), length: h };
    const offset = this.#take(c);
    return { parts: c > 0 ? [part, { key: 'c', offset, length: c }] : [part], output: this.#take(h) };
  }

  /** A vector that lasts from run to run outside of cells. */
  carry(length: number): StatePlace {
    return { parts: [{ key: 'h', offset: this.#take(length), length }] };
  }

  #take(floats: number): number {
    const offset = this.#bytes;
    this.#bytes += rowBytes(floats);
    return offset;
  }
}
