import benny from 'benny';

/**
 * Seconds per operation of each case, round by round. Every round is one short benny suite over all cases, and every
 * other round walks them backwards: on a machine whose speed drifts, cases must be compared within a round.
 *
 * @param cases `{ name: () => void }`; names are the keys of the result
 * @param options `rounds`; `seconds` that benny samples a case for in a round (one call, if that takes longer)
 * @returns `{ name: number[] }`, one entry per round: the median of benny's samples
 */
export async function measureRounds(title, cases, { rounds, seconds }) {
  const names = Object.keys(cases);
  const result = Object.fromEntries(names.map((name) => [name, []]));
  const options = { maxTime: seconds, minTime: seconds / 5, minSamples: 1, delay: 0 };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? names : names.toReversed();
    const summary = await benny.suite(
      `${title}, round ${round + 1}`,
      ...order.map((name) => benny.add(name, cases[name], options)),
    );
    for (const { name, details } of summary.results) result[name].push(details.median);
  }
  return result;
}

/** Runs a case until the engine's optimising compiler has had its say, before anything is timed. */
export function warmUp(cases, milliseconds) {
  for (const run of Object.values(cases)) {
    const end = performance.now() + milliseconds;
    do run();
    while (performance.now() < end);
  }
}
