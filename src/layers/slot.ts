import { rowBytes, VECTOR_BYTES } from '../wasm/abi.js';

/** Where one cell's state lies within a slot, in bytes from the slot's start. */
export interface StatePlace {
  /** h `(outputLength)`; for LSTM and simple RNN, x lies directly in front of it. */
  readonly h: number;
  /** c `(units)`, LSTM only. */
  readonly c: number | undefined;
  /** The last output `(outputLength)`, which masked timesteps repeat. */
  readonly y: number;
  readonly end: number;
}

/** Lays out a slot: the state of every cell of the model, for one row of a batch. */
export class SlotLayout {
  #bytes = 0;

  /** Slots stand on cache lines. */
  get bytes(): number {
    return Math.max(64, Math.ceil(this.#bytes / 64) * 64);
  }

  /**
   * @param front floats of x kept in front of h.
   * @param c length of c, or 0.
   */
  place(front: number, outputLength: number, c: number): StatePlace {
    const h = this.#bytes + Math.ceil((front * 4) / VECTOR_BYTES) * VECTOR_BYTES;
    const afterH = h + rowBytes(outputLength);
    const y = afterH + rowBytes(c);
    this.#bytes = y + rowBytes(outputLength);
    return { h, c: c > 0 ? afterH : undefined, y, end: this.#bytes };
  }
}
