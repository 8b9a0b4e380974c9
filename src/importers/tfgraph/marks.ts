/** Bytes of protobuf from the beginning, one by one. */
class Bytes {
  position = 0;
  constructor(private readonly bytes: Uint8Array) {}

  next(): number {
    return this.bytes[this.position++] ?? -1;
  }

  /** Of up to 35 bits. */
  varint(): number {
    let [value, factor] = [0, 1];
    for (let n = 0; n < 5; n++, factor *= 128) {
      const byte = this.next();
      if (byte < 0) return -1;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    return -1;
  }

  text(length: number): string {
    this.position += length;
    return String.fromCharCode(...this.bytes.subarray(this.position - length, this.position));
  }
}

const [VERSION, MESSAGE, FIRST] = [0x08, 0x12, 0x0a];
/** More is no name that a node has. */
const LONGEST = 4096;

/**
 * Whether bytes begin as a SavedModel (the version of its schema, 1, and a graph with what is said of it) or as a graph (a node with its name and its operator).
 * A file of its own, so that telling formats apart loads no importer.
 */
export function isTfGraph(bytes: Uint8Array): boolean {
  const own = new Bytes(bytes);
  const first = own.next();
  if (first === VERSION) {
    if (own.next() !== 1 || own.next() !== MESSAGE) return false;
    const length = own.varint();
    if (length < 0 || own.position + length > bytes.length || own.next() !== FIRST) return false;
    const info = own.varint();
    // Core ML begins alike, with a description of the model.
    return (
      info >= 0 && info <= length && /tensorflow|serve|train|Placeholder|NoOp/.test(own.text(Math.min(info, 65_536)))
    );
  }
  if (first !== FIRST || own.varint() < 0 || own.next() !== FIRST) return false;
  const name = own.varint();
  if (!(name > 0 && name < LONGEST) || !/^[\w.][\w./>\\-]*$/.test(own.text(name)) || own.next() !== MESSAGE)
    return false;
  const operator = own.varint();
  return operator > 0 && operator < 256 && /^[A-Z_]\w*$/.test(own.text(operator));
}
