import { ratios, spread } from './stats.mjs';

/** Slower by more than this is said. */
const LIMIT = 1.05;

/**
 * Whether something became slower. Noise only adds to a time, so two figures must agree: the median of the rounds' own ratios, which drift cannot
 * move, and the ratio of the fastest rounds, which a busy machine cannot.
 *
 * @param before,after seconds of each round, both measured in the same moments
 * @returns `ratio` after / before, its spread over the rounds; `fastest`, the same of the fastest rounds; `slower` and `faster`, by over 5 %
 */
export function judge(before, after) {
  const ratio = spread(ratios(after, before));
  const fastest = Math.min(...after) / Math.min(...before);
  return {
    ratio,
    fastest,
    slower: ratio.median > LIMIT && fastest > LIMIT,
    faster: ratio.median < 1 / LIMIT && fastest < 1 / LIMIT,
  };
}
