import type { ValueBuffer } from '../layers/layer.js';
import { copyFloats, lengthOf, type Numbers } from '../typed.js';
import type { Kernels } from '../wasm/abi.js';
import type { Arena } from '../wasm/arena.js';

/** Up to this many floats are copied by a loop: cheaper than a call into the runtime, which takes some 15 ns. */
const LOOP = 8;

/**
 * One input or output of a plan: moves numbers between the caller's tight rows
 * `[rows][features]` and the memory's padded ones. Allocates nothing once warm.
 */
export class Port {
  /** Numbers of the caller's that fill the buffer. */
  readonly length: number;
  readonly #arena: Arena;
  readonly #buffer: ValueBuffer;
  readonly #rowFloats: number;
  /** The buffer's rows follow one another without padding, as the caller's do. */
  readonly #tight: boolean;
  readonly #ints: boolean;
  #view: Float32Array | undefined;
  #generation = 0;

  constructor(arena: Arena, buffer: ValueBuffer, dtype: 'float32' | 'int32') {
    this.length = buffer.rows * buffer.features;
    this.#arena = arena;
    this.#buffer = buffer;
    this.#rowFloats = buffer.stride / 4;
    this.#tight = buffer.rows === 1 || this.#rowFloats === buffer.features;
    this.#ints = dtype === 'int32';
  }

  /**
   * The arguments that move timesteps `from` to `from + piece` of the caller's sequences of length `time`,
   * where the buffer holds that piece alone; everything for a vector.
   */
  pieces(batch: number, time: number, from: number, piece: number): [start: number, row: number, rows: number][] {
    const { kind, rows, features } = this.#buffer;
    if (kind === 'vector' || piece === time) return [[0, 0, rows]];
    return Array.from({ length: batch }, (_, b) => [(b * time + from) * features, b * piece, piece]);
  }

  /** Writes `rows` rows, from the caller's number `from` on, to the buffer's row `row` on. */
  write(data: Numbers, from = 0, row = 0, rows = this.#buffer.rows): void {
    const features = this.#buffer.features;
    const stride = this.#rowFloats;
    const memory = this.#ints ? this.#arena.i32 : this.#arena.f32;
    let index = this.#buffer.address / 4 + row * stride;
    const count = rows * features;
    if (this.#tight && count > LOOP && from === 0 && lengthOf(data) === count) {
      memory.set(data, index);
      return;
    }
    for (let r = 0, i = from; r < rows; r++, index += stride) {
      for (let j = 0; j < features; j++, i++) memory[index + j] = data[i] as number;
    }
  }

  /** Lays the caller's rows into the memory as they are. */
  lay(data: Numbers, address: number): void {
    (this.#ints ? this.#arena.i32 : this.#arena.f32).set(data, address / 4);
  }

  /** Fills the buffer from row `row` on of those that were laid there. */
  take({ copyRows }: Kernels, address: number, row: number): void {
    const { features, stride, rows, address: to } = this.#buffer;
    copyRows(address + 4 * row * features, 4 * features, to, stride, rows, features);
  }

  /** Reads `rows` rows, from the buffer's row `row` on, to the caller's number `to` on. */
  read(out: Float32Array, to = 0, row = 0, rows = this.#buffer.rows): void {
    const features = this.#buffer.features;
    const stride = this.#rowFloats;
    if (this.#tight && rows === this.#buffer.rows && this.length > LOOP) {
      copyFloats(this.#whole(), out, to);
      return;
    }
    const memory = this.#arena.f32;
    let index = this.#buffer.address / 4 + row * stride;
    for (let r = 0, i = to; r < rows; r++, index += stride) {
      for (let j = 0; j < features; j++, i++) out[i] = memory[index + j] as number;
    }
  }

  #whole(): Float32Array {
    if (this.#view === undefined || this.#generation !== this.#arena.generation) {
      const start = this.#buffer.address / 4;
      this.#view = this.#arena.f32.subarray(start, start + this.length);
      this.#generation = this.#arena.generation;
    }
    return this.#view;
  }
}
