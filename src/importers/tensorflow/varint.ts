import { refuse } from '../shared/refuse.js';

/** Reads LevelDB's and protobuf's variable-length integers. */
export class Reader {
  position: number;
  constructor(
    readonly bytes: Uint8Array,
    from = 0,
    readonly end = bytes.length,
  ) {
    this.position = from;
  }

  get done(): boolean {
    return this.position >= this.end;
  }

  /** @throws {ImportError} beyond the end, or too large for an exact number. */
  varint(): number {
    let [value, factor] = [0, 1];
    for (let n = 0; n < 10; n++) {
      if (this.position >= this.end) refuse('index', 'truncated', 'a number', 'the end');
      const byte = this.bytes[this.position++] as number;
      value += (byte & 127) * factor;
      if (byte < 128) {
        if (!Number.isSafeInteger(value)) refuse('index', 'a number that cannot be', 'below 2^53', `${value}`);
        return value;
      }
      factor *= 128;
    }
    return refuse('index', 'a number that does not end', 'at most 10 bytes');
  }

  take(length: number): Uint8Array {
    if (this.position + length > this.end)
      refuse('index', 'truncated', `${length} bytes`, `${this.end - this.position}`);
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }

  /** The fields of a protobuf message: numbers, or bytes of strings, messages and fixed-size numbers. */
  *fields(): Generator<{ field: number; value: number; bytes: Uint8Array }> {
    const none = new Uint8Array();
    while (!this.done) {
      const tag = this.varint();
      const [field, wire] = [Math.floor(tag / 8), tag % 8];
      if (wire === 0) yield { field, value: this.varint(), bytes: none };
      else if (wire === 2) yield { field, value: 0, bytes: this.take(this.varint()) };
      else if (wire === 1) yield { field, value: 0, bytes: this.take(8) };
      else if (wire === 5) yield { field, value: 0, bytes: this.take(4) };
      else refuse('index', 'not a message', 'a wire type', `${wire}`);
    }
  }
}
