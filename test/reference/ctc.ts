/** Connectionist temporal classification as it is defined (Graves et al. 2006, section 3): every path there is, one by one. */

/** B: repeats taken together, then blanks left out. */
export const collapse = (path: readonly number[], blank: number): number[] =>
  path.filter((label, t) => label !== path[t - 1] && label !== blank);

export interface Reading {
  readonly labels: readonly number[];
  /** Of all paths together. */
  readonly probability: number;
  /** Of the likeliest path, and it. */
  readonly highest: number;
  readonly path: readonly number[];
}

/** All labels that scores `[time][classes]` (probabilities) can mean, the likeliest first. */
export function readings(probs: readonly (readonly number[])[], blank: number): Reading[] {
  const found = new Map<string, Reading>();
  const walk = (path: readonly number[], probability: number): void => {
    const frame = probs[path.length];
    if (frame) {
      frame.forEach((p, label) => {
        walk([...path, label], probability * p);
      });
      return;
    }
    const labels = collapse(path, blank);
    const known = found.get(labels.join()) ?? { labels, probability: 0, highest: 0, path };
    const best = probability > known.highest ? { highest: probability, path } : known;
    found.set(labels.join(), {
      labels,
      probability: known.probability + probability,
      highest: best.highest,
      path: best.path,
    });
  };
  walk([], 1);
  return [...found.values()].filter(({ probability }) => probability > 0).sort((a, b) => b.probability - a.probability);
}

/** Softmax in double precision. */
export function softmax(logits: readonly number[]): number[] {
  const highest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - highest));
  const sum = powers.reduce((total, power) => total + power, 0);
  return powers.map((power) => power / sum);
}
