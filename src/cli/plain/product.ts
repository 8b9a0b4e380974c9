/** `out[row] += Σ weights[row][k]·x[k]`, row-major. Four rows side by side, whose sums do not wait for one another. */
export function addProduct(out: Float32Array, weights: Float32Array, x: Float32Array): void {
  const [rows, width] = [out.length, x.length];
  let row = 0;
  for (; row + 4 <= rows; row += 4) {
    let [a, b, c, d] = [0, 0, 0, 0];
    const first = row * width;
    const [second, third, fourth] = [first + width, first + 2 * width, first + 3 * width];
    for (let k = 0; k < width; k++) {
      const v = x[k] as number;
      a += (weights[first + k] as number) * v;
      b += (weights[second + k] as number) * v;
      c += (weights[third + k] as number) * v;
      d += (weights[fourth + k] as number) * v;
    }
    out[row] = (out[row] as number) + a;
    out[row + 1] = (out[row + 1] as number) + b;
    out[row + 2] = (out[row + 2] as number) + c;
    out[row + 3] = (out[row + 3] as number) + d;
  }
  for (; row < rows; row++) {
    let sum = 0;
    for (let k = 0; k < width; k++) sum += (weights[row * width + k] as number) * (x[k] as number);
    out[row] = (out[row] as number) + sum;
  }
}
