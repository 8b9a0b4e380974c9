import { type FileHandle, open } from 'node:fs/promises';
import { type Layout, npyLayout, readNpy, readNpz, readNumbers } from '../../importers/formats/npy.js';
import { InputError } from '../../index.js';
import { readAt } from './bytes.js';
import type { Given, Numbers, NumbersType, Table } from './table.js';

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
  const file = await open(path);
  try {
    const { layout, begin } = npyLayout(await readAt(file, 0, HEAD), where);
    const { shape, fortran } = layout;
    const array = async () => {
      const bytes = await file.readFile();
      await file.close();
      return readNpy(bytes, where);
    };
    if (fortran || shape.length === 0 || shape.length > 2) return { where, array };
    // Refuses a size that is not the shape's.
    const { size } = await file.stat();
    const each = Number(layout.type.slice(1)) * (shape[1] ?? 1);
    if (size - begin !== each * (shape[0] as number))
      throw new InputError('wrong size', {
        where,
        expected: `${each * (shape[0] as number)} bytes`,
        got: `${size - begin}`,
      });
    return { where, array, table: tableOf(file, layout, begin, where) };
  } catch (error) {
    await file.close();
    throw error;
  }
}

function tableOf(file: FileHandle, layout: Layout, begin: number, where: string): Table {
  const [rows = 0, width = 1] = layout.shape;
  const each = Number(layout.type.slice(1)) * width;
  return {
    where,
    columns: Array.from({ length: width }, (_, index) => `${index + 1}`),
    named: false,
    rows,
    async *read(columns, most, numbers) {
      for (let row = 0; row < rows; row += most) {
        const count = Math.min(most, rows - row);
        const bytes = await readAt(file, begin + row * each, count * each);
        const { data } = readNumbers(bytes, { ...layout, shape: [count, width] }, where);
        yield selected(data, width, columns, numbers);
      }
      await file.close();
    },
    close: () => file.close(),
  };
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
