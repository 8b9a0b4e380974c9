/**
 * Seconds per call of each case, round by round, where some have to be waited for. Each round times every case once, in turn, every
 * other round backwards.
 *
 * @param cases `{ name: () => void | Promise<void> }`
 * @returns `{ name: number[] }`, one entry per round.
 */
export async function measureTurns(cases, { rounds, seconds }) {
  const names = Object.keys(cases);
  const calls = {};
  for (const name of names) calls[name] = Math.max(1, Math.round(seconds / (await secondsOf(cases[name], seconds))));
  const result = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const start = performance.now();
      await repeat(cases[name], calls[name]);
      result[name].push((performance.now() - start) / 1000 / calls[name]);
    }
  }
  return result;
}

/** Calls what need not be waited for without waiting. */
function repeat(run, count) {
  for (let i = 0; i < count; i++) {
    const pending = run();
    if (pending !== undefined) return finish(run, count - i - 1, pending);
  }
}

async function finish(run, count, pending) {
  await pending;
  for (let i = 0; i < count; i++) await run();
}

/** Warms a case up, and says roughly what it takes. */
async function secondsOf(run, seconds) {
  let count = 0;
  const start = performance.now();
  do {
    await run();
    count++;
  } while (performance.now() - start < 4000 * seconds);
  const again = performance.now();
  await repeat(run, count);
  return (performance.now() - again) / 1000 / count;
}
