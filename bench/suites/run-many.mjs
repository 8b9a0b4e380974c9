import { readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { createPool } from 'gatewise/many';
import { lstmSpec, multiplyAdds, randomLayers, sizeName } from '../support/lstm.mjs';
import { uniform } from '../support/random.mjs';
import { ratios, spread } from '../support/stats.mjs';
import { createModel } from '../support/subjects.mjs';
import { digits, duration, range, times } from '../support/table.mjs';

/** Two workers against one, at least. */
const TARGET = 1.8;

export const title =
  'runMany: sequences of 64 to 127 timesteps by a pool of two workers, against a pool of one, and against model.run in this thread (figures per sequence, by the clock)';
export const missing =
  availableParallelism() < 2 && 'two processors are wanted, and this process has one: not by taskset';
export const points = [
  [64, 64, 1],
  [128, 128, 1],
  [128, 256, 2],
  [256, 512, 1],
];
export const pointName = sizeName;

/** Multiply-adds of one call: a fifth of a second or so, which starting and ending tasks is little of. */
const WORK = 3e9;

export async function measure(size, { build, rounds }) {
  const [inputs] = size;
  const spec = lstmSpec(randomLayers(size));
  const timesteps = Math.max(64 * 16, WORK / multiplyAdds(size));
  const sequences = [];
  for (let left = timesteps; left > 0; ) {
    const time = 64 + ((sequences.length * 29) % 64);
    sequences.push(uniform(sequences.length, time * inputs, 1));
    left -= time;
  }
  const model = await createModel(spec, { build });
  const pools = {
    one: await createPool(spec, { build, workers: 1 }),
    two: await createPool(spec, { build, workers: 2 }),
  };
  const cases = {
    alone: () => sequences.map((x) => model.run(x)),
    one: () => pools.one.runMany(sequences),
    two: () => pools.two.runMany(sequences),
  };
  const expected = cases.alone();
  const taken = { alone: [], one: [], two: [] };
  const busiest = { alone: [], one: [], two: [] };
  for (const name of ['one', 'two']) same(await cases[name](), expected, `${name} ${sizeName(size)}`);
  for (let round = 0; round < 2 * rounds; round++) {
    for (const name of round % 2 === 0 ? Object.keys(cases) : Object.keys(cases).toReversed()) {
      const before = threadTimes();
      const start = performance.now();
      await cases[name]();
      taken[name].push((performance.now() - start) / 1e3 / sequences.length);
      busiest[name].push(mostWork(before, threadTimes()) / sequences.length);
    }
  }
  await Promise.all(Object.values(pools).map((pool) => pool.dispose()));
  // Other work takes whole cores away, now from one and now from both: the fastest of each is of a moment in which it was not there.
  const best = (name) => Math.min(...taken[name]);
  const ratio = best('one') / best('two');
  return {
    size,
    sequences: sequences.length,
    alone: best('alone'),
    one: best('one'),
    two: best('two'),
    ratio,
    ratios: spread(ratios(taken.one, taken.two)),
    busiest: spread(ratios(busiest.one, busiest.two)),
    target: TARGET,
    met: ratio >= TARGET,
    rounds: taken,
  };
}

/** Seconds of processor time of each thread, by its number; none where the system does not tell. */
function threadTimes() {
  const folder = '/proc/self/task';
  try {
    return new Map(
      readdirSync(folder).map((id) => [
        id,
        1e-9 * Number(readFileSync(`${folder}/${id}/schedstat`, 'utf8').split(' ')[0]),
      ]),
    );
  } catch {
    return new Map();
  }
}

/** Of the thread that did most; what else the machine does in the meantime is not in it. */
const mostWork = (before, after) =>
  Math.max(...[...after].map(([id, seconds]) => seconds - (before.get(id) ?? 0)), Number.MIN_VALUE);

function same(got, expected, what) {
  expected.forEach((row, i) => {
    const at = row.findIndex((value, j) => !Object.is(value, got[i][j]));
    if (at >= 0 || row.length !== got[i].length) throw new Error(`${what}: sequence ${i} has other bits than alone`);
  });
}

export const columns = [
  { label: '(I, H, layers)', text: ({ size }) => sizeName(size) },
  { label: 'sequences', text: ({ sequences }) => String(sequences) },
  { label: 'two workers', text: ({ two }) => duration(two) },
  { label: 'one', text: ({ one }) => duration(one) },
  { label: 'one / two', text: ({ ratio }) => `${digits(ratio)}x` },
  { label: 'rounds', text: (row) => range((value) => `${digits(value)}x`, row.ratios) },
  { label: 'busiest thread', text: ({ busiest }) => times(busiest) },
  { label: 'this thread', text: ({ alone }) => duration(alone) },
  { label: '/ two', text: ({ alone, two }) => `${digits(alone / two)}x` },
  { label: 'target', text: ({ target, met }) => `${target}x ${met ? 'met' : 'MISSED'}` },
];
