import type { TfTensor } from './model.js';

/** Whole numbers of a tensor of the file; undefined if it is made at run time, of another type, or its bytes do not fit its shape. */
export function wholesOf({ data, type, shape }: TfTensor): number[] | undefined {
  const bytes = type === 'INT32' ? 4 : type === 'INT64' ? 8 : 0;
  const count = shape.reduce((product, n) => product * n, 1);
  if (!data || bytes === 0 || data.length !== count * bytes) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  return Array.from({ length: count }, (_, i) =>
    bytes === 4 ? view.getInt32(4 * i, true) : Number(view.getBigInt64(8 * i, true)),
  );
}
