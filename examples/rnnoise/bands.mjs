/** Where the bands peak, in Hz: much as critical bands (Bark) lie, the lowest as wide as a window of 5 ms can tell (Valin 2018). */
export const BANDS = [
  0, 200, 400, 600, 800, 1000, 1200, 1400, 1600, 2000, 2400, 2800, 3200, 4000, 4800, 5600, 6800, 8000, 9600, 12000,
  15600, 20000,
];
const EDGES = BANDS.map((hertz) => hertz / 50);

/** @returns of each band Σ of a number per frequency, weighed by a triangle from the peak before to the peak behind. */
export function byBand(value) {
  const sums = new Float64Array(BANDS.length);
  for (let band = 0; band + 1 < BANDS.length; band++) {
    const [from, to] = [EDGES[band], EDGES[band + 1]];
    for (let k = from; k < to; k++) {
      const share = (k - from) / (to - from);
      sums[band] += (1 - share) * value(k);
      sums[band + 1] += share * value(k);
    }
  }
  // The outer ones have half a triangle.
  sums[0] *= 2;
  sums[BANDS.length - 1] *= 2;
  return sums;
}

/** The energy of each band. */
export const energies = ({ re, im }) => byBand((k) => re[k] * re[k] + im[k] * im[k]);

const COUNT = BANDS.length;
const TABLE = Array.from({ length: COUNT }, (_, j) =>
  Float64Array.from(
    { length: COUNT },
    (_, n) => Math.cos(((n + 0.5) * j * Math.PI) / COUNT) * Math.sqrt((j === 0 ? 1 : 2) / COUNT),
  ),
);
/** The discrete cosine transform (DCT-II, orthonormal) of a number per band. */
export const cosines = (values) => TABLE.map((row) => row.reduce((sum, c, n) => sum + c * values[n], 0));
