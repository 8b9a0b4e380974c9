/** Bytes that are kept for a client that has not received them; a message more than that. */
const MOST_BYTES = 2 ** 16;

/** The outputs of a stream's latest messages. */
export class RecentOutputs {
  #outs: Float32Array[] = [];
  #bytes = 0;

  /** @param before those of a stream that is gone on with. */
  constructor(before: Float32Array | undefined) {
    if (before) this.push(before);
  }

  push(out: Float32Array): void {
    this.#outs.push(out);
    this.#bytes += out.byteLength;
    let [first] = this.#outs;
    while (first && this.#bytes - first.byteLength >= MOST_BYTES) {
      this.#outs.shift();
      this.#bytes -= first.byteLength;
      [first] = this.#outs;
    }
  }

  /** All of them, one after another: copied when it is asked for, not with each message. */
  joined(): Float32Array {
    const data = new Float32Array(this.#bytes / 4);
    let at = 0;
    for (const out of this.#outs) {
      data.set(out, at);
      at += out.length;
    }
    this.#outs = [data];
    return data;
  }
}
