import type { Budget } from '../../shared/budget.js';

// jsfive follows every address it finds, so a small file whose nodes point to one another, or all to the same one, can keep it
// busy without end. It reads each structure's signature and each name by `slice`, which is counted here: a well-formed file is
// read about once.

/** Operations of a byte that is read: structures are taken apart into objects. A file of small arrays takes ten a byte. */
const PER_BYTE = 8;

/** Entries of structures that have many, by signature: bytes before the count of them, what each counts for; of trees twice their bytes. */
const COUNTED: Readonly<Record<string, readonly [position: number, each: number]>> = {
  __proto__: null as never,
  TREE: [6, 32],
  SNOD: [6, 40],
};
/** Structures whose entries are counted elsewhere in the file. */
const OPEN = ['FHIB', 'BTIN', 'BTLF'];

/** A copy of the file's bytes, of which every reading draws on the budget. */
export function budgeted(bytes: Uint8Array, name: string, budget: Budget): ArrayBuffer {
  budget.bytes(bytes.length, name);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const spend = (cost: number): void => budget.operations(PER_BYTE * cost, name);

  /** Every message of an object header of version 2, as jsfive walks them: its blocks may overlap. */
  function spendHeader(position: number): void {
    const flags = view.getUint8(position + 5);
    const width = 1 << (flags & 3);
    const start = position + 6 + (flags & 32 ? 16 : 0);
    const size = width === 8 ? Number(view.getBigUint64(start, true)) : view.getUint32(start, true) % 2 ** (8 * width);
    const blocks = [[start + width, size] as const];
    const seen = new Set([start + width]);
    for (const [begin, length] of blocks) {
      for (let offset = 0; offset < length - 4; ) {
        const message = begin + offset;
        if (message + 4 > bytes.length) return;
        spend(16);
        const ahead = 4 + (flags & 4 ? 2 : 0);
        if (view.getUint8(message) === 0x10 && message + ahead + 16 <= bytes.length) {
          const next = Number(view.getBigUint64(message + ahead, true)) + 4;
          if (!seen.has(next)) blocks.push([next, Number(view.getBigUint64(message + ahead + 8, true)) - 4]);
          seen.add(next);
        }
        offset += ahead + view.getUint16(message + 1, true);
      }
    }
  }

  class Counted extends ArrayBuffer {
    override slice(begin = 0, end = this.byteLength): ArrayBuffer {
      spend(64 + Math.max(0, Math.min(end, this.byteLength) - begin));
      if (end - begin === 4 && begin >= 0 && begin + 8 <= bytes.length && this.byteLength === bytes.length) {
        const signature = String.fromCharCode(...bytes.subarray(begin, begin + 4));
        if (signature === 'OHDR') spendHeader(begin);
        else if (OPEN.includes(signature)) spend(Math.min(bytes.length - begin, 2 ** 20));
        else {
          // Whatever else is four bytes long may be a node too: jsfive does not look.
          const [position, each] = COUNTED[signature] ?? [6, 40];
          spend(each * view.getUint16(begin + position, true));
        }
      }
      return super.slice(begin, end);
    }
  }
  const copy = new Counted(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}
