import { readOptions } from '../call/options.js';
import { badInput, describe } from '../refuse.js';

export interface CtcOptions {
  /**
   * What the model gives: numbers before a softmax, natural logarithms of probabilities, or probabilities. The latter two must add up to 1 at
   * each timestep, within a hundredth.
   */
  readonly scores: 'logits' | 'log-probs' | 'probs';
  /** The class that stands for no symbol: 0 in most models of PyTorch, `'last'` in those of Keras and TensorFlow. */
  readonly blank: number | 'last';
  /**
   * What the classes stand for, one symbol each, in order: with a symbol for the blank, which is not used, or without one. Of a string each
   * code point is a symbol.
   */
  readonly alphabet?: string | readonly string[];
}

export interface CtcGreedyOptions extends CtcOptions {
  /** How many timesteps of each row are valid. Default: all. */
  readonly lengths?: ArrayLike<number>;
  /** How many classes there are, for flat numbers `[time, classes]`, which do not say it. */
  readonly classes?: number;
}

/**
 * A language model: the natural logarithm of how likely label `next` comes after `prefix`. -Infinity forbids it. Asked once of each prefix
 * and label while the prefix is kept.
 */
export type LabelScore = (prefix: readonly number[], next: number) => number;

export interface CtcBeamOptions extends CtcGreedyOptions {
  /** How many prefixes are kept from one timestep to the next. Default 100. */
  readonly width?: number;
  /** How many hypotheses of each row there are to be, the best first; fewer where fewer are left. Default 1. */
  readonly results?: number;
  /** How many labels may follow a prefix at a timestep, the likeliest ones there. Default: all. */
  readonly labels?: number;
  readonly score?: LabelScore;
  /** The weight of `score`. Default 1. */
  readonly alpha?: number;
  /** What every label adds to a hypothesis' score, against a language model's liking for short ones. Default 0. */
  readonly beta?: number;
}

/** Of a live stream. */
const LIVE = ['scores', 'blank', 'alphabet'];
const GREEDY = [...LIVE, 'lengths', 'classes'];
const BEAM = [...GREEDY, 'width', 'results', 'labels', 'score', 'alpha', 'beta'];

const SCORES = ['logits', 'log-probs', 'probs'];

/** @throws {InputError} an unknown option, or a value that it does not take. */
export const readLive = (given: CtcOptions, where: string): CtcOptions =>
  readScores(readOptions(given, LIVE, where), where);

/** @throws {InputError} an unknown option, or a value that it does not take. */
export const readGreedy = (given: CtcGreedyOptions, where: string): CtcGreedyOptions =>
  readScores(readOptions(given, GREEDY, where), where);

/** Of a beam search, none missing but those without a default. */
export interface Search extends CtcGreedyOptions {
  readonly width: number;
  readonly results: number;
  readonly labels: number;
  readonly score: LabelScore | undefined;
  readonly alpha: number;
  readonly beta: number;
}

/** @throws {InputError} an unknown option, or a value that it does not take. */
export function readBeam(given: CtcBeamOptions, where: string): Search {
  const options = readScores(readOptions(given, BEAM, where), where);
  const { width = 100, results = 1, labels = Number.POSITIVE_INFINITY, score, alpha = 1, beta = 0 } = options;
  for (const [name, count] of Object.entries({ width, results, labels })) {
    const fits = (Number.isSafeInteger(count) && count >= 1) || (name === 'labels' && options.labels === undefined);
    if (!fits) badInput(`${where}, ${name}`, 'not a number of them', 'a whole number of at least 1', describe(count));
  }
  if (results > width) badInput(`${where}, results`, 'more than are kept', `at most ${width} (width)`, `${results}`);
  if (score !== undefined && typeof score !== 'function') {
    badInput(`${where}, score`, 'not a function', 'a function of (prefix, next)', describe(score));
  }
  if (!(Number.isFinite(alpha) && alpha >= 0)) {
    badInput(`${where}, alpha`, 'not a weight', 'a finite number of at least 0', describe(alpha));
  }
  if (!Number.isFinite(beta)) badInput(`${where}, beta`, 'not a weight', 'a finite number', describe(beta));
  if (options.alpha !== undefined && score === undefined) {
    badInput(`${where}, alpha`, 'a weight of nothing', 'options.score too', describe(alpha));
  }
  return { ...options, width, results, labels, score, alpha, beta };
}

function readScores<Options extends CtcOptions>(options: Options, where: string): Options {
  const { scores } = options;
  if (!SCORES.includes(scores)) {
    badInput(`${where}, scores`, 'not said what the model gives', SCORES.join(', '), describe(scores));
  }
  return options;
}

/** The class of the blank. @throws {InputError} there is none such. */
export function blankOf(blank: unknown, classes: number, where: string): number {
  if (blank === 'last') return classes - 1;
  if (!(Number.isInteger(blank) && (blank as number) >= 0 && (blank as number) < classes)) {
    badInput(`${where}, blank`, 'no such class', `a whole number in [0, ${classes}), or 'last'`, describe(blank));
  }
  return blank as number;
}
