/**
 * Times functions against one another. Rounds alternate between them, so that whatever else the machine does hits all alike.
 * @param subjects name → a function that does one timestep.
 * @returns name → median microseconds per timestep, and `ratio(a, b)`: the median of a/b over the rounds.
 */
export function race(subjects, { rounds = 41, steps = 400 } = {}) {
  const names = Object.keys(subjects);
  const times = Object.fromEntries(names.map((name) => [name, []]));
  const once = (name) => {
    const start = performance.now();
    for (let n = 0; n < steps; n++) subjects[name]();
    return ((performance.now() - start) * 1000) / steps;
  };
  // The first rounds are the compiler's.
  for (let round = -8; round < rounds; round++) {
    for (const name of names) {
      const time = once(name);
      if (round >= 0) times[name].push(time);
    }
  }
  return {
    ...Object.fromEntries(names.map((name) => [name, median(times[name])])),
    ratio: (a, b) => median(times[a].map((time, round) => time / times[b][round])),
  };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1];
}
