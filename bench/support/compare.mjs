import { multiplyAdds, sizeName } from './lstm.mjs';
import { measureRounds, warmUp } from './rounds.mjs';
import { median, ratios, spread } from './stats.mjs';
import { digits, duration, range, times } from './table.mjs';

/**
 * Times Gatewise against plain JS.
 * @param cases `{ wasm, plain }`, each of which computes `timesteps` timesteps of the LSTM stack `size`
 */
export async function compare(title, cases, { timesteps, size, target, rounds, seconds }) {
  warmUp(cases, 1000 * seconds);
  const measured = await measureRounds(title, cases, { rounds, seconds });
  const perTimestep = (name) => measured[name].map((time) => time / timesteps);
  const [wasm, plain] = [perTimestep('wasm'), perTimestep('plain')];
  const ratio = spread(ratios(plain, wasm));
  return {
    size,
    wasm: median(wasm),
    plain: median(plain),
    gflops: (2e-9 * multiplyAdds(size)) / median(wasm),
    ratio,
    ...(target === undefined ? {} : { target, met: ratio.median >= target }),
    rounds: { wasm, plain },
  };
}

export const comparisonColumns = [
  { label: '(I, H, layers)', text: ({ size }) => sizeName(size) },
  { label: 'gatewise', text: ({ wasm }) => duration(wasm) },
  { label: 'GFLOP/s', text: ({ gflops }) => digits(gflops) },
  { label: 'plain JS', text: ({ plain }) => duration(plain) },
  { label: 'faster', text: ({ ratio }) => times(ratio) },
  { label: 'rounds', text: ({ ratio }) => range((value) => `${digits(value)}x`, ratio) },
  { label: 'target', text: ({ target, met }) => (target === undefined ? '' : `${target}x ${met ? 'met' : 'MISSED'}`) },
];
