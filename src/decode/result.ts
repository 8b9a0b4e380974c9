/** One symbol of a text, where it stands in time. */
export interface CtcSymbol {
  /** Its class. */
  readonly label: number;
  /** Of the alphabet, where there is one. */
  readonly text?: string;
  /** The timesteps at which the likeliest alignment has it: `[start, end)`. */
  readonly start: number;
  readonly end: number;
  /** Natural logarithm of its probability at that of these timesteps where it is likeliest. */
  readonly logProb: number;
}

/** What a row of the batch says. */
export interface CtcPath {
  /** Classes, without blanks. */
  readonly labels: readonly number[];
  /** The labels in the alphabet, where there is one. */
  readonly text?: string;
  /** Natural logarithm of the probability of the likeliest path, the one alignment that `symbols` tells. */
  readonly logProb: number;
  readonly symbols: readonly CtcSymbol[];
}

/** One reading of a row, by a beam search. `symbols` are of its likeliest alignment. */
export interface CtcHypothesis extends Omit<CtcPath, 'logProb'> {
  /** Natural logarithm of the probability of the labels: of all alignments together whose prefixes the search has kept. */
  readonly logProb: number;
  /** What hypotheses are ranked by: `logProb + alpha · Σ score + beta · labels`. */
  readonly score: number;
}

/** A symbol of a live stream, as it begins. */
export interface CtcOnset {
  readonly label: number;
  /** Of the alphabet, where there is one. */
  readonly text?: string;
  /** At which it begins, counted from the first frame. */
  readonly timestep: number;
  /** Natural logarithm of its probability there. */
  readonly logProb: number;
}
