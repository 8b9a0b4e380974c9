/** Numbers over columns and rows, each bin with the smallest and the largest of those in it. Row-major: `[row][column]`. */
export interface Bins {
  /** Columns and rows of the whole. */
  readonly columns: number;
  readonly rows: number;
  /** How many of them are in a bin; in the last one fewer. */
  readonly columnsPerBin: number;
  readonly rowsPerBin: number;
  /** NaN where all of a bin's numbers are. */
  readonly low: Float32Array;
  /** The same array as `low` where each bin is one number. */
  readonly high: Float32Array;
}

/** Bins that show all there is on a screen, and no more: beyond them, bins get larger. */
const ENOUGH_COLUMNS = 1200;
const ENOUGH_ROWS = 128;

/** How many columns and rows go into a bin, so that there are at most `most` bins: as even on a screen as may be. */
export function binSizes(columns: number, rows: number, most: number): { columnsPerBin: number; rowsPerBin: number } {
  let columnsPerBin = 1;
  let rowsPerBin = 1;
  const bins = (count: number, size: number): number => Math.ceil(count / size);
  while (bins(columns, columnsPerBin) * bins(rows, rowsPerBin) > most) {
    const wide = bins(columns, columnsPerBin) / ENOUGH_COLUMNS;
    const tall = bins(rows, rowsPerBin) / ENOUGH_ROWS;
    if (rowsPerBin >= rows || (wide >= tall && columnsPerBin < columns)) columnsPerBin++;
    else rowsPerBin++;
  }
  return { columnsPerBin, rowsPerBin };
}

/** @param data `[columns][rows]`, as traces have it. */
export function binned(data: Float32Array, columns: number, rows: number, most: number): Bins {
  const sizes = binSizes(columns, rows, most);
  return gather(columns, rows, sizes.columnsPerBin, sizes.rowsPerBin, data, data, rows, 1);
}

/** Larger bins made of bins, for a picture of few pixels. */
export function coarser(bins: Bins, columnsFactor: number, rowsFactor: number): Bins {
  if (columnsFactor === 1 && rowsFactor === 1) return bins;
  const wide = Math.ceil(bins.columns / bins.columnsPerBin);
  const tall = Math.ceil(bins.rows / bins.rowsPerBin);
  const { low, high } = gather(wide, tall, columnsFactor, rowsFactor, bins.low, bins.high, 1, wide);
  return {
    ...bins,
    columnsPerBin: bins.columnsPerBin * columnsFactor,
    rowsPerBin: bins.rowsPerBin * rowsFactor,
    low,
    high,
  };
}

function gather(
  columns: number,
  rows: number,
  columnsPerBin: number,
  rowsPerBin: number,
  lows: Float32Array,
  highs: Float32Array,
  columnStep: number,
  rowStep: number,
): Bins {
  const wide = Math.ceil(columns / columnsPerBin);
  const low = new Float32Array(wide * Math.ceil(rows / rowsPerBin)).fill(Number.NaN);
  const single = columnsPerBin === 1 && rowsPerBin === 1 && lows === highs;
  const high = single ? low : low.slice();
  // Where each row's bins begin: tens of millions of numbers come by here.
  const begins = Uint32Array.from({ length: rows }, (_, row) => Math.floor(row / rowsPerBin) * wide);
  for (let column = 0; column < columns; column++) {
    const bin = Math.floor(column / columnsPerBin);
    for (let row = 0; row < rows; row++) {
      const from = column * columnStep + row * rowStep;
      const to = (begins[row] as number) + bin;
      const smallest = lows[from] as number;
      // Also where the bin has nothing but NaN so far.
      if (!(smallest >= (low[to] as number)) && !Number.isNaN(smallest)) low[to] = smallest;
      if (single) continue;
      const largest = highs[from] as number;
      if (!(largest <= (high[to] as number)) && !Number.isNaN(largest)) high[to] = largest;
    }
  }
  return { columns, rows, columnsPerBin, rowsPerBin, low, high };
}
