import { badInput } from '../refuse.js';
import type { CtcOptions } from './options.js';

/** log(exp(a) + exp(b)), in double precision. */
export function logAdd(a: number, b: number): number {
  const [low, high] = a < b ? [a, b] : [b, a];
  return low === Number.NEGATIVE_INFINITY ? high : high + Math.log1p(Math.exp(low - high));
}

/** How far from 1 probabilities may add up: those of half precision and of 8 bits do so too. */
const MOST_OFF = 0.01;

/**
 * Turns the scores of one timestep, in place, into natural logarithms of probabilities. A log-probability of -Infinity is a class that cannot be.
 * @throws {InputError} NaN, Infinity, no class that can be, or numbers that are not what `kind` says.
 */
export function toLogProbs(row: Float64Array, kind: CtcOptions['scores'], where: string): void {
  const refuse = (index: number, expected: string): never =>
    badInput(where, `not ${NAMES[kind]}`, `${expected} at class ${index}`, `${row[index]}`);
  let highest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < row.length; i++) {
    const score = row[i] as number;
    if (Number.isNaN(score) || score === Number.POSITIVE_INFINITY) refuse(i, 'a number');
    if (kind === 'probs') {
      if (score < 0) refuse(i, 'a number in [0, 1]');
      row[i] = Math.log(score);
    }
    highest = Math.max(highest, row[i] as number);
  }
  if (highest === Number.NEGATIVE_INFINITY)
    badInput(where, 'no class is possible', 'one that is', `${row.length} of none`);
  let sum = 0;
  for (const score of row) sum += Math.exp(score - highest);
  const total = highest + Math.log(sum);
  if (kind !== 'logits') {
    if (!(Math.abs(total) <= MOST_OFF)) {
      const got = `${Math.exp(total).toPrecision(4)} (scores: 'logits' would scale them)`;
      badInput(where, `not ${NAMES[kind]}`, 'a sum of 1', got);
    }
    return;
  }
  for (let i = 0; i < row.length; i++) row[i] = (row[i] as number) - total;
}

const NAMES = { logits: 'logits', 'log-probs': 'logarithms of probabilities', probs: 'probabilities' } as const;
