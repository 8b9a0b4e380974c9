/**
 * Seconds of processor time per call of each case, round by round, where some have to be waited for. Each round times every case once, in
 * turn, every other round backwards. Processor time, of all threads of the process: what else the machine does in the meantime is not in it,
 * and what an engine does on threads of its own is.
 *
 * @param cases `{ name: () => void | Promise<void> }`
 * @returns `{ name: number[] }`, one entry per round.
 */
export async function measureTurns(cases, { rounds, seconds }) {
  const names = Object.keys(cases);
  const calls = {};
  for (const name of names) calls[name] = await callsIn(seconds, cases[name]);
  const result = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed())
      result[name].push(await turn(cases[name], calls[name]));
  }
  return result;
}

/** Seconds of processor time per call, of so many calls. */
export async function turn(run, calls) {
  const start = processorTime();
  await repeat(run, calls);
  return (processorTime() - start) / calls;
}

/** For how many turns' time an engine may warm up at most. */
const SETTLING = 30;

/**
 * Until the engine's compilers have had their say: five turns in a row are no faster than the fastest before. onnxruntime-web takes more than a second
 * of steps for it, and would be called three times as slow as it is.
 * @param seconds of a turn.
 */
export async function settle(run, calls, seconds) {
  let least = Number.POSITIVE_INFINITY;
  for (let turns = 0, same = 0; same < 5 && turns < SETTLING; same++) {
    const each = await turn(run, calls);
    if (each < 0.97 * least) same = 0;
    least = Math.min(least, each);
    turns += Math.max(1, (each * calls) / seconds);
  }
}

/** How many calls take so many seconds, at least one; the case is warm afterwards. */
export async function callsIn(seconds, run) {
  return Math.max(1, Math.round(seconds / (await secondsOf(run, seconds))));
}

function processorTime() {
  const { user, system } = process.cpuUsage();
  return 1e-6 * (user + system);
}

/** Calls what need not be waited for without waiting. */
function repeat(run, count) {
  for (let i = 0; i < count; i++) {
    const pending = run();
    if (pending instanceof Promise) return finish(run, count - i - 1, pending);
  }
}

async function finish(run, count, pending) {
  await pending;
  for (let i = 0; i < count; i++) await run();
}

/** Warms a case up, and says roughly what it takes. */
async function secondsOf(run, seconds) {
  let count = 0;
  const start = processorTime();
  do {
    await run();
    count++;
  } while (processorTime() - start < 4 * seconds);
  const again = processorTime();
  await repeat(run, count);
  return (processorTime() - again) / count;
}
