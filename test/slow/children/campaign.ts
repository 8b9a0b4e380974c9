import { writeSync } from 'node:fs';
import { GatewiseError } from '../../../src/index.js';
import { Random } from './random.js';

// A process that tries one random thing after another until its time is up, and tells what came of them.

/** What a campaign is told by its parent, as JSON. */
export interface Order {
  readonly seed: number;
  readonly seconds: number;
  /** So many are tried, however long it takes. */
  readonly least: number;
  /** Ends when so many have been tried. */
  readonly most: number;
  /** One alone, to see it again. */
  readonly only?: number;
}

/** What a campaign tells when it ends. */
export interface Outcome {
  readonly tried: number;
  /** How many had each outcome, by its name. */
  readonly counts: Readonly<Record<string, number>>;
  readonly failures: readonly { readonly number: number; readonly what: string }[];
  /** The slowest, in milliseconds of processor time. */
  readonly slowest: readonly { readonly number: number; readonly what: string; readonly time: number }[];
  /** Largest resident memory, in KB. */
  readonly memory: number;
}

const MOST_FAILURES = 25;
const MOST_SLOW = 5;

/** What is found wrong by looking at results, not by an exception. */
export class Wrong extends Error {}

/**
 * Tries again and again; number n depends on the seed and n alone. Any error that is no `GatewiseError` is a failure.
 * @param attempt says what it tried, and what came of it: a word that is counted. It may hand on any `GatewiseError`.
 */
export async function campaign(
  attempt: (random: Random, say: (what: string) => void, number: number) => string | Promise<string>,
): Promise<void> {
  const { seed, seconds, least, most, only } = JSON.parse(process.argv[2] as string) as Order;
  const counts: Record<string, number> = Object.create(null);
  const failures: { number: number; what: string }[] = [];
  let slowest: { number: number; what: string; time: number }[] = [];
  const end = performance.now() + 1000 * seconds;
  let number = only ?? 0;
  for (; number < most && (number < least || performance.now() < end) && failures.length < MOST_FAILURES; number++) {
    // So that the parent knows where a process hung or ended: a line over the one before would be lost in a pipe.
    writeSync(3, `${number}\n`);
    let what = '';
    const begin = process.cpuUsage();
    let outcome: string;
    try {
      outcome = await attempt(
        new Random(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b)),
        (text) => {
          what = text;
        },
        number,
      );
    } catch (error) {
      outcome = 'refused';
      const raw = !(error instanceof GatewiseError);
      if (raw || error.message.length > 2048) {
        outcome = 'failed';
        const text = raw ? (error as Error).stack : `a message of ${(error as Error).message.length} characters`;
        failures.push({ number, what: `${what}: ${text}`.slice(0, 1500) });
      }
    }
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    const { user, system } = process.cpuUsage(begin);
    const time = (user + system) / 1000;
    if (slowest.length < MOST_SLOW || time > (slowest.at(-1)?.time ?? 0)) {
      slowest = [...slowest, { number, what: what.slice(0, 300), time }]
        .sort((a, b) => b.time - a.time)
        .slice(0, MOST_SLOW);
    }
    // WebAssembly memories are as small to the collector as they are large.
    if (number % 100 === 0) globalThis.gc?.();
    if (only !== undefined) break;
  }
  const memory = process.resourceUsage().maxRSS;
  const tried = only === undefined ? number : 1;
  console.log(JSON.stringify({ tried, counts, failures, slowest, memory } satisfies Outcome));
}
