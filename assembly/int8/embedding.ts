/**
 * Rows of an int8 table by number: `dst[i] = scale[id] · table[id]`.
 *
 * @param ids `[rows]` int32, each within the table
 * @param table row 0: `n` int8, readable to a multiple of four; row r is `r·stride` bytes on
 * @param scales one float32 for each row of the table
 * @param n numbers of a row
 * @param dst `[rows][pad4(n)]`
 */
export function embedding(ids: usize, rows: i32, table: usize, stride: usize, scales: usize, n: i32, dst: usize): void {
  for (let r = 0; r < rows; r++) {
    const id = <usize>load<i32>(ids + (<usize>r << 2));
    const scale = v128.load32_splat(scales + (id << 2));
    const from = table + id * stride;
    for (let i = 0; i < n; i += 4) {
      const four = i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(from + i)));
      v128.store(dst, f32x4.mul(f32x4.convert_i32x4_s(four), scale));
      dst += 16;
    }
  }
}
