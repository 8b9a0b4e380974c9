import { setImmediate } from 'node:timers/promises';

/** Something to measure. */
export interface Case {
  readonly name: string;
  /** Timesteps of one call. */
  readonly timesteps: number;
  readonly call: () => void;
}

export interface Figure {
  readonly name: string;
  /** Of a timestep: the median of the rounds, and the least. */
  readonly micros: number;
  readonly least: number;
}

/** How long a case is called in one round. */
const SLICE_MS = 20;
const LEAST_ROUNDS = 3;

/**
 * Times cases in rounds in which each has its turn, every other one backwards, since a machine's speed drifts by more than what is compared.
 * The first round, in which the engine compiles, does not count.
 * @param done is told the milliseconds that have gone by.
 */
export async function timed(cases: readonly Case[], seconds: number, done: (ms: number) => void): Promise<Figure[]> {
  const figures = cases.map((): number[] => []);
  const begun = performance.now();
  let before = begun;
  for (let round = 0; round <= LEAST_ROUNDS || performance.now() - begun < 1000 * seconds; round++) {
    const order = cases.map((_, index) => index);
    for (const index of round % 2 === 0 ? order : order.reverse()) {
      const micros = once(cases[index] as Case);
      if (round > 0) figures[index]?.push(micros);
      // So that Ctrl-C is heard.
      await setImmediate();
    }
    done(performance.now() - before);
    before = performance.now();
  }
  return cases.map(({ name }, index) => {
    const sorted = (figures[index] as number[]).sort((a, b) => a - b);
    return { name, micros: sorted[Math.floor(sorted.length / 2)] as number, least: sorted[0] as number };
  });
}

/** µs a timestep, over a slice of time. */
function once({ timesteps, call }: Case): number {
  let calls = 0;
  const begun = performance.now();
  let spent = 0;
  for (let batch = 1; spent < SLICE_MS; batch = Math.min(1024, 2 * batch)) {
    for (let i = 0; i < batch; i++) call();
    calls += batch;
    spent = performance.now() - begun;
  }
  return (1000 * spent) / (calls * timesteps);
}
