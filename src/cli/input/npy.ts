import { readFile } from 'node:fs/promises';
import { npyLayout, readNpy, readNpz, readNumbers } from '../../importers/formats/npy.js';
import { InputError } from '../../index.js';
import { readAt, rowsAt, withFile } from './bytes.js';
import { type Given, type Numbers, type NumbersType, numbered, type Table } from './table.js';

/** More than a header that is read has. */
const HEAD = 1 << 14;

/** An array of NumPy in memory. @throws {ImportError} */
export const givenNpy = (bytes: Uint8Array, where: string): Given => ({
  where,
  array: async () => readNpy(bytes, where),
});

/** Arrays of NumPy by name. @throws {ImportError} */
export function givenNpz(bytes: Uint8Array, where: string): Given {
  const arrays = [...readNpz(bytes)].map(([name, { shape, data }]) => [name, { shape, data }] as const);
  const [only] = arrays;
  return {
    where,
    arrays: Object.fromEntries(arrays),
    ...(only && arrays.length === 1 && { array: async () => only[1] }),
  };
}

/**
 * An array of NumPy on a disk: of one or two axes it is a table, of which only a piece is in memory.
 * @throws {ImportError} no array of plain numbers, or not all of it.
 */
export async function openNpy(path: string, where: string): Promise<Given> {
  const [head, size] = await withFile(path, async (file) => [await readAt(file, 0, HEAD), (await file.stat()).size]);
  const { layout, begin } = npyLayout(head, where);
  const { shape, fortran, type } = layout;
  const array = async () => readNpy(await readFile(path), where);
  if (fortran || shape.length === 0 || shape.length > 2) return { where, array };
  const [rows = 0, width = 1] = shape;
  const rowBytes = Number(type.slice(1)) * width;
  if (size - begin !== rowBytes * rows)
    throw new InputError('wrong size', { where, expected: `${rowBytes * rows} bytes`, got: `${size - begin}` });
  const table: Table = {
    where,
    columns: numbered(width),
    named: false,
    rows,
    async *read(columns, most, numbers) {
      for await (const bytes of rowsAt(path, { begin, rowBytes, rows }, most)) {
        const { data } = readNumbers(bytes, { ...layout, shape: [bytes.length / rowBytes, width] }, where);
        yield selected(data, width, columns, numbers);
      }
    },
  };
  return { where, array, table };
}

/** Some columns of rows. */
function selected(data: Float32Array, width: number, columns: readonly number[], numbers: NumbersType): Numbers {
  if (columns.length === width && columns.every((column, index) => column === index)) return new numbers(data);
  const out = new numbers((data.length / width) * columns.length);
  let to = 0;
  for (let row = 0; row < data.length; row += width)
    for (const column of columns) out[to++] = data[row + column] as number;
  return out;
}
