import { badInput, describe } from '../refuse.js';
import { align } from './align.js';
import { textOfAll } from './alphabet.js';
import { Best } from './best.js';
import { logAdd } from './log-probs.js';
import { type CtcBeamOptions, readBeam, type Search } from './options.js';
import type { CtcOutput } from './output.js';
import { Prefix } from './prefix.js';
import type { CtcHypothesis } from './result.js';
import { readRows } from './rows.js';

/**
 * Prefix beam search (Graves 2012, section 7.5.3; with a language model Hannun et al. 2014, “First-pass large vocabulary continuous speech recognition
 * using bi-directional recurrent DNNs”): the likeliest labels, all alignments of theirs taken together. Of each prefix l it keeps
 *
 *     p_b(l, t)  = p(blank | t) · (p_b(l, t−1) + p_nb(l, t−1))
 *     p_nb(l, t) = p(last of l | t) · p_nb(l, t−1)
 *                + p(last of l | t) · (p_b(l', t−1) + p_nb(l', t−1)  where the last of l is not that of l')
 *
 * with l' all of l but its last label, and from one timestep to the next the `width` prefixes of the highest scores. As many as there can be
 * make it exact.
 *
 * @param output `[time, classes]` or `[batch, time, classes]`: see `CtcOutput`.
 * @returns for each row of the batch its hypotheses, the best first.
 * @throws {InputError} what `ctcGreedy` refuses; a `score` that is no number.
 */
export function ctcBeam(output: CtcOutput, options: CtcBeamOptions): CtcHypothesis[][] {
  const where = 'ctcBeam';
  const search = readBeam(options, where);
  const { rows, classes, blank, symbols } = readRows(output, search, where);
  return rows.map((logProbs) => {
    let kept = [new Prefix(undefined, -1, 0)];
    start(kept);
    for (let from = 0; from < logProbs.length; from += classes) {
      kept = step(kept, logProbs.subarray(from, from + classes), blank, search);
    }
    return kept.slice(0, search.results).map((prefix) => {
      const labels = prefix.labels();
      const found = align(logProbs, classes, labels, blank, symbols);
      const logProb = prefix.logProb;
      return { labels, ...textOfAll(symbols, labels), logProb, score: total(prefix, logProb, search), symbols: found };
    });
  });
}

function start([empty]: readonly Prefix[]): void {
  if (empty) Object.assign(empty, { kept: true, blank: 0 });
}

const total = ({ language, length }: Prefix, logProb: number, { alpha, beta }: Search): number =>
  logProb + alpha * language + beta * length;

/** A prefix that would be new at this timestep, or was left before and comes again. */
interface Extension {
  readonly from: Prefix;
  readonly label: number;
  readonly logProb: number;
  readonly language: number;
}

/** One timestep. @returns the prefixes that are kept, the best first. */
function step(kept: readonly Prefix[], logProbs: Float64Array, blank: number, search: Search): Prefix[] {
  const labels = followers(logProbs, blank, search.labels);
  const allowed = new Set(labels);
  const probOf = (label: number): number => logProbs[label] as number;
  for (const prefix of kept) {
    prefix.nextBlank = prefix.logProb + probOf(blank);
    prefix.nextRepeat = prefix.length > 0 ? prefix.repeat + probOf(prefix.label) : Number.NEGATIVE_INFINITY;
  }
  const extended = (prefix: Prefix, label: number): number =>
    (label === prefix.label ? prefix.blank : prefix.logProb) + probOf(label);
  // Into prefixes that are kept already: their alignments come together.
  for (const prefix of kept) {
    for (const [label, child] of prefix.children) {
      if (child.kept && allowed.has(label)) child.nextRepeat = logAdd(child.nextRepeat, extended(prefix, label));
    }
  }
  const best = new Best<Prefix | Extension>(search.width);
  const takes = (score: number): boolean => score > Number.NEGATIVE_INFINITY && best.takes(score);
  for (const prefix of kept) {
    const score = total(prefix, logAdd(prefix.nextBlank, prefix.nextRepeat), search);
    if (takes(score)) best.add(prefix, score);
  }
  for (const prefix of kept) {
    const bonus = search.beta * (prefix.length + 1);
    for (const label of labels) {
      if (prefix.children.get(label)?.kept) continue;
      const logProb = extended(prefix, label);
      if (logProb === Number.NEGATIVE_INFINITY) continue;
      const language = prefix.language + (search.score ? ask(search.score, prefix, label, logProbs.length) : 0);
      if (language === Number.NEGATIVE_INFINITY) continue;
      const score = logProb + search.alpha * language + bonus;
      if (takes(score)) best.add({ from: prefix, label, logProb, language }, score);
    }
  }
  return settle(kept, best.sorted());
}

/** Makes the prefixes that are kept from here on, and leaves the others. */
function settle(before: readonly Prefix[], best: readonly (Prefix | Extension)[]): Prefix[] {
  const stay = new Set(best);
  const now = best.map((one) => (one instanceof Prefix ? one : extend(one)));
  // The new ones first: a prefix that is left stays in the tree if one of them comes from it.
  for (const prefix of before) if (!stay.has(prefix)) prefix.drop();
  for (const prefix of now) prefix.advance();
  return now;
}

function extend({ from, label, logProb, language }: Extension): Prefix {
  const prefix = from.children.get(label) ?? new Prefix(from, label, language);
  from.children.set(label, prefix);
  prefix.kept = true;
  prefix.nextBlank = Number.NEGATIVE_INFINITY;
  prefix.nextRepeat = logProb;
  return prefix;
}

/** Labels that may follow, at most so many: the likeliest, in order of their classes. */
function followers(logProbs: Float64Array, blank: number, most: number): number[] {
  const labels = Array.from(logProbs.keys()).filter((label) => label !== blank);
  if (labels.length <= most) return labels;
  const best = new Best<number>(most);
  for (const label of labels) {
    const score = logProbs[label] as number;
    if (best.takes(score)) best.add(label, score);
  }
  return best.sorted().sort((a, b) => a - b);
}

/** @throws {InputError} no number, NaN, Infinity. */
function ask(score: NonNullable<Search['score']>, prefix: Prefix, label: number, classes: number): number {
  prefix.asked ??= new Float64Array(classes).fill(Number.NaN);
  const known = prefix.asked[label] as number;
  if (!Number.isNaN(known)) return known;
  const labels = prefix.labels();
  const got: unknown = score(labels, label);
  if (typeof got !== 'number' || Number.isNaN(got) || got === Number.POSITIVE_INFINITY) {
    const place = `ctcBeam, score of ${label} after ${describe(labels)}`;
    badInput(place, 'not the logarithm of a probability', 'a number below Infinity', describe(got));
  }
  prefix.asked[label] = got;
  return got;
}
