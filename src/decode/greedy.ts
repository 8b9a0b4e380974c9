import { InputError } from '../errors.js';
import { badInput, describe, reading } from '../refuse.js';
import { type Symbols, symbolsOf, textOf, textOfAll } from './alphabet.js';
import { toLogProbs } from './log-probs.js';
import { blankOf, type CtcGreedyOptions, type CtcOptions, readGreedy, readLive } from './options.js';
import { type CtcOutput, layOut, readFrame } from './output.js';
import type { CtcOnset, CtcPath, CtcSymbol } from './result.js';
import { readRows } from './rows.js';

/**
 * Best path decoding (Graves et al. 2006, section 3.2): the likeliest class of each timestep, repeats taken together, blanks left out. Of
 * classes that are equally likely the first one counts.
 *
 *     π_t = argmax_k p(k | t)        labels = B(π)        logProb = Σ_t log p(π_t | t)
 *
 * @param output `[time, classes]` or `[batch, time, classes]`: see `CtcOutput`.
 * @returns one path for each row of the batch.
 * @throws {InputError} an unknown option or one that is missing, a blank that is no class, another shape, a timestep with NaN, with Infinity, or
 *   with numbers that are not what `options.scores` says; the message says which row and timestep.
 */
export function ctcGreedy(output: CtcOutput, options: CtcGreedyOptions): CtcPath[] {
  const where = 'ctcGreedy';
  const { rows, classes, blank, symbols } = readRows(output, readGreedy(options, where), where);
  return rows.map((logProbs) => {
    const path: CtcSymbol[] = [];
    let logProb = 0;
    let last = blank;
    for (let t = 0; t * classes < logProbs.length; t++) {
      const label = likeliest(logProbs.subarray(t * classes, (t + 1) * classes));
      const here = logProbs[t * classes + label] as number;
      logProb += here;
      if (label !== blank) {
        const before = label === last ? path.pop() : undefined;
        const { start, logProb: highest } = before ?? { start: t, logProb: here };
        path.push({ label, ...textOf(symbols, label), start, end: t + 1, logProb: Math.max(highest, here) });
      }
      last = label;
    }
    const labels = path.map(({ label }) => label);
    return { labels, ...textOfAll(symbols, labels), logProb, symbols: path };
  });
}

/** The first index of the highest number. */
function likeliest(logProbs: Float64Array): number {
  let best = 0;
  for (let i = 1; i < logProbs.length; i++) if ((logProbs[i] as number) > (logProbs[best] as number)) best = i;
  return best;
}

/** Best path decoding of a live stream, frame by frame. Made by `createCtcGreedy`. */
export interface CtcGreedy {
  /**
   * Takes the scores of the next timestep, as `stream.step` gives them.
   * @returns the symbol that begins with it; undefined while the one before goes on, and at a blank.
   * @throws {InputError} another number of classes than before, numbers that are not what `options.scores` says. The frame does not count then.
   */
  push(frame: ArrayLike<number>): CtcOnset | undefined;
  /** How many frames there were. */
  readonly timestep: number;
  /** Natural logarithm of the probability of the path so far. */
  readonly logProb: number;
  /** Back to the start. */
  reset(): void;
}

/**
 * Begins to decode a live stream. It remembers the class of the last frame, however long the stream is: its symbols are those that
 * `ctcGreedy` finds in the whole.
 * @throws {InputError} an unknown option or one that is missing.
 */
export function createCtcGreedy(options: CtcOptions): CtcGreedy {
  return new Live(readLive(options, 'createCtcGreedy'));
}

class Live implements CtcGreedy {
  readonly #options: CtcOptions;
  /** Made with the first frame, which says how many classes there are. */
  #known: { readonly blank: number; readonly symbols: Symbols; readonly frame: Float64Array } | undefined;
  /** -1 at the start, which is no class. */
  #last = -1;
  #timestep = 0;
  #logProb = 0;

  constructor(options: CtcOptions) {
    this.#options = options;
  }

  get timestep(): number {
    return this.#timestep;
  }

  get logProb(): number {
    return this.#logProb;
  }

  push(given: ArrayLike<number>): CtcOnset | undefined {
    const where = `push, timestep ${this.#timestep}`;
    const { blank, symbols, frame } = reading(InputError, where, () => this.#read(given, where));
    const label = likeliest(frame);
    const logProb = frame[label] as number;
    const timestep = this.#timestep++;
    const begins = label !== blank && label !== this.#last;
    this.#last = label;
    this.#logProb += logProb;
    return begins ? { label, ...textOf(symbols, label), timestep, logProb } : undefined;
  }

  reset(): void {
    this.#last = -1;
    this.#timestep = 0;
    this.#logProb = 0;
  }

  #read(given: ArrayLike<number>, where: string): { blank: number; symbols: Symbols; frame: Float64Array } {
    if (typeof given?.[0] !== 'number') badInput(where, 'not a frame', 'numbers, one a class', describe(given));
    const classes = this.#known?.frame.length ?? given.length;
    const laid = layOut(given, classes, where);
    if (laid.batch * laid.time !== 1) badInput(where, 'not one frame', `${classes} numbers`, describe(given));
    this.#known ??= this.#begin(classes);
    const known = this.#known;
    readFrame(laid, 0, 0, known.frame, where);
    toLogProbs(known.frame, this.#options.scores, where);
    return known;
  }

  #begin(classes: number): { blank: number; symbols: Symbols; frame: Float64Array } {
    const where = 'createCtcGreedy';
    const blank = blankOf(this.#options.blank, classes, where);
    return {
      blank,
      symbols: symbolsOf(this.#options.alphabet, classes, blank, where),
      frame: new Float64Array(classes),
    };
  }
}
