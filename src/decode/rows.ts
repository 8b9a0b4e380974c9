import { InputError } from '../errors.js';
import { reading } from '../refuse.js';
import { type Symbols, symbolsOf } from './alphabet.js';
import { toLogProbs } from './log-probs.js';
import { blankOf, type CtcGreedyOptions } from './options.js';
import { layOut, readFrame, readLengths } from './output.js';

/** What all decoders begin from. */
export interface Rows {
  readonly blank: number;
  readonly symbols: Symbols;
  readonly classes: number;
  /** Of each row natural logarithms of probabilities `[time, classes]`, in double precision. */
  readonly rows: readonly Float64Array[];
}

/** @throws {InputError} what is no output of a model with such classes, or has numbers that are no such scores. */
export function readRows(output: unknown, options: CtcGreedyOptions, where: string): Rows {
  return reading(InputError, where, () => {
    const laid = layOut(output, options.classes, where);
    const { batch, classes } = laid;
    const blank = blankOf(options.blank, classes, where);
    const symbols = symbolsOf(options.alphabet, classes, blank, where);
    const rows = readLengths(options.lengths, laid, where).map((length, row) => {
      const logProbs = new Float64Array(length * classes);
      for (let t = 0; t < length; t++) {
        const place = `${where}, ${batch > 1 ? `row ${row}, ` : ''}timestep ${t}`;
        const frame = logProbs.subarray(t * classes, (t + 1) * classes);
        readFrame(laid, row, t, frame, place);
        toLogProbs(frame, options.scores, place);
      }
      return logProbs;
    });
    return { blank, symbols, classes, rows };
  });
}
