import { strToU8 } from 'fflate';

/** A .npy file as NumPy writes it. */
export function npy(descr: string, shape: readonly number[], data: Uint8Array, fortran = 'False'): Uint8Array {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': (${dims}), }`;
  const header = strToU8(`${text.padEnd(117)}\n`);
  return Uint8Array.from([
    0x93,
    ...strToU8('NUMPY'),
    1,
    0,
    header.length & 255,
    header.length >> 8,
    ...header,
    ...data,
  ]);
}
