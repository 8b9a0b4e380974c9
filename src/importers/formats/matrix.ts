/** Columns become rows: for weights kept as (inputs, outputs). @param order rows of the result as blocks of the columns. */
export function turned(
  data: Float32Array,
  rows: number,
  columns: number,
  order: readonly number[] = [0],
): Float32Array {
  const block = columns / order.length;
  const out = new Float32Array(data.length);
  order.forEach((from, to) => {
    for (let unit = 0; unit < block; unit++) {
      for (let row = 0; row < rows; row++)
        out[(to * block + unit) * rows + row] = data[row * columns + from * block + unit] as number;
    }
  });
  return out;
}

export const blocks = (data: Float32Array, order: readonly number[]): Float32Array =>
  turned(data, 1, data.length, order);
