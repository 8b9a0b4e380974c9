/** Packed columns of `count` outputs without gaps, and `vectors` in all. */
export const tightColumns = (count: number, vectors: number): Int32Array =>
  Int32Array.from({ length: vectors * 4 }, (_, column) => (column < count ? column : -1));
