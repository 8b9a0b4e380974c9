import { show } from '../formats/json.js';
import type { Budget } from '../shared/budget.js';
import { refuse } from '../shared/refuse.js';

/** What C's `%d` skips in front of a number: a space, and \t \n \v \f \r. */
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

/** Characters of a number that are looked at. */
const LONGEST = 24;

/** Whole numbers between spaces, one after another, as `fscanf` reads them. */
export class Numbers {
  #at: number;

  constructor(
    readonly bytes: Uint8Array,
    from: number,
    readonly budget: Budget,
  ) {
    this.#at = from;
    budget.operations(bytes.length, 'file');
  }

  /** @throws {ImportError} the end, or what is no whole number. */
  whole(where: string): number {
    const text = this.#next();
    if (!/^[+-]?\d+$/.test(text) || text.length === LONGEST)
      refuse(where, 'not a number', 'a whole number', text ? show(text) : "the file's end");
    return Number(text);
  }

  /**
   * Weights: int8 in units of 1/256, as float32, which holds them exactly.
   * @throws {ImportError} the end, what is no whole number of 8 bits; more than the budget has.
   */
  weights(count: number, where: string): Float32Array {
    // None is shorter than a digit and a space, so that a size that lies takes no memory.
    if (2 * count > this.bytes.length - this.#at + 1)
      refuse(where, 'more numbers than the file has', `${count}`, `${this.bytes.length - this.#at} bytes`);
    this.budget.bytes(4 * count, where);
    const out = new Float32Array(count);
    for (let k = 0; k < count; k++) {
      const value = this.whole(where);
      // Readers disagree what others are: some keep the low 8 bits, some all.
      if (value < -128 || value > 127) refuse(`${where}[${k}]`, 'not an int8', '-128 to 127', `${value}`);
      out[k] = value / 256;
    }
    return out;
  }

  /** @throws {ImportError} anything but spaces behind the last number. */
  end(): void {
    const text = this.#next();
    if (text) refuse('file', 'more than the layers of the network', 'its end', show(text));
  }

  /** Empty at the end. */
  #next(): string {
    const { bytes } = this;
    while (isSpace(bytes[this.#at] as number)) this.#at++;
    let text = '';
    // No number is so long, and what is said of one that is stays short.
    while (text.length < LONGEST && this.#at < bytes.length && !isSpace(bytes[this.#at] as number))
      text += String.fromCharCode(bytes[this.#at++] as number);
    return text;
  }
}
