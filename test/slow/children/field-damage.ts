import type { Random } from './random.js';

// Numbers of binary formats (HDF5, zip, checkpoint tables): most stand behind a signature, at a multiple of their size.

const SIGNATURES = ['TREE', 'SNOD', 'HEAP', 'GCOL', '\x89HDF', 'OHDR', 'PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06'];
const NUMBERS = [
  0n,
  1n,
  2n,
  3n,
  7n,
  24n,
  255n,
  2n ** 15n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 40n,
  2n ** 63n,
  -1n,
];

/** Where the signatures of a file are. */
export function signaturesOf(bytes: Uint8Array): number[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
  return SIGNATURES.flatMap((signature) => {
    const found: number[] = [];
    for (let at = text.indexOf(signature); at >= 0; at = text.indexOf(signature, at + 1)) found.push(at);
    return found;
  });
}

/** The file with one to three of its numbers replaced: by others of the file, or by what is hard. */
export function damagedFields(bytes: Uint8Array, signatures: readonly number[], random: Random): Uint8Array {
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  for (let n = random.between(1, 3); n > 0; n--) {
    const size = random.pick([1, 2, 4, 8]);
    const near = signatures.length > 0 && random.chance(0.7);
    const from = near ? random.pick(signatures) + random.below(96) : random.below(out.length);
    const at = Math.min(out.length - size, from - (near ? 0 : from % size));
    if (at < 0) continue;
    const number =
      random.chance(0.3) && out.length > 8
        ? view.getBigUint64(8 * random.below(Math.floor(out.length / 8)), true)
        : random.pick(NUMBERS);
    for (let i = 0; i < size; i++) out[at + i] = Number((BigInt.asUintN(64, number) >> BigInt(8 * i)) & 255n);
  }
  return out;
}
