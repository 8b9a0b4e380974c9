import type { Facts } from './messages.js';
import type { Row } from './sequence.js';

/** Most rows of one run: more gain nothing on the weights, as `npm run bench -- many` found. */
const MOST_ROWS = 32;

/** Most numbers that a run of several rows takes and gives: 16 MiB. */
const MOST_NUMBERS = 2 ** 22;

/** Weights that stay in a core's second-level cache. */
const CACHED = 2 ** 20;

/**
 * How much longer the longest row of a run may be than the oldest, and the oldest than the shortest. Padding is computed and thrown away: it
 * pays where rows wait for weights, half of which is saved; elsewhere all that is saved is a message to the worker.
 */
const stretch = ({ weightBytes }: Facts): number => (weightBytes > CACHED ? 1.25 : 1.03);

/**
 * Takes rows out of those that wait, the oldest and such as may share a run with it, nearest in length first.
 * @param waiting oldest first.
 * @param most at most so many, so that all workers have something to do.
 */
export function takeBatch(waiting: Row[], facts: Facts, most: number): Row[] {
  const [oldest] = waiting;
  if (!oldest) return [];
  const near = oldest.key === undefined ? [] : alike(oldest, waiting, stretch(facts));
  const rows: Row[] = [];
  let longest = 0;
  for (const row of [oldest, ...near]) {
    const time = Math.max(longest, row.time);
    const numbers = (rows.length + 1) * Math.max(row.bytes / 4, time * ((facts.features ?? 0) + facts.outputs));
    if (rows.length > 0 && (rows.length >= Math.min(most, MOST_ROWS) || numbers > MOST_NUMBERS)) break;
    longest = time;
    rows.push(row);
  }
  const taken = new Set(rows);
  let kept = 0;
  for (const row of waiting) if (!taken.has(row)) waiting[kept++] = row;
  waiting.length = kept;
  return rows;
}

/** The others that may share a run with a row: the nearest in length first, of these the oldest. */
function alike(oldest: Row, waiting: readonly Row[], stretch: number): Row[] {
  const apart = ({ time }: Row): number => Math.abs(time - oldest.time);
  return waiting
    .filter(
      (row) =>
        row !== oldest &&
        row.key === oldest.key &&
        row.time <= stretch * oldest.time &&
        oldest.time <= stretch * row.time,
    )
    .sort((a, b) => apart(a) - apart(b));
}
