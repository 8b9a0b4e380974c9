/** The middle value; the mean of the two middle ones for an even count. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** `{ median, least, most }` of the rounds' values. */
export const spread = (values) => ({
  median: median(values),
  least: Math.min(...values),
  most: Math.max(...values),
});

/** Round by round: a[r] / b[r]. Drift of the machine cancels, as both were measured in the same moments. */
export const ratios = (a, b) => a.map((value, round) => value / b[round]);

/** The value that a share of the sorted ones do not exceed. */
export const quantile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
