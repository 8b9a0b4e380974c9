import { multiplyAdds, sizeName } from './lstm.mjs';
import { measureRounds, warmUp } from './rounds.mjs';
import { median, ratios, spread } from './stats.mjs';
import { digits, duration, range, times } from './table.mjs';

/**
 * Times Gatewise against plain JS as one writes it, and with its weights repacked.
 * @param cases `{ wasm, plain, packed }`, each of which computes `timesteps` timesteps of the LSTM stack `size`
 */
export async function compare(title, cases, { timesteps, size, target, rounds, seconds }) {
  warmUp(cases, 1000 * seconds);
  const measured = await measureRounds(title, cases, { rounds, seconds });
  const perTimestep = (name) => measured[name].map((time) => time / timesteps);
  const [wasm, plain, packed] = ['wasm', 'plain', 'packed'].map(perTimestep);
  const ratio = spread(ratios(plain, wasm));
  return {
    size,
    wasm: median(wasm),
    plain: median(plain),
    packed: median(packed),
    gflops: (2e-9 * multiplyAdds(size)) / median(wasm),
    ratio,
    packedRatio: spread(ratios(packed, wasm)),
    ...(target === undefined ? {} : { target, met: ratio.median >= target }),
    rounds: { wasm, plain, packed },
  };
}

export const comparisonColumns = [
  { label: '(I, H, layers)', text: ({ size }) => sizeName(size) },
  { label: 'gatewise', text: ({ wasm }) => duration(wasm) },
  { label: 'GFLOP/s', text: ({ gflops }) => digits(gflops) },
  { label: 'plain JS', text: ({ plain }) => duration(plain) },
  { label: 'faster', text: ({ ratio }) => times(ratio) },
  { label: 'rounds', text: ({ ratio }) => range((value) => `${digits(value)}x`, ratio) },
  { label: 'packed JS', text: ({ packed }) => duration(packed) },
  { label: 'faster', text: ({ packedRatio }) => times(packedRatio) },
  { label: 'target', text: ({ target, met }) => (target === undefined ? '' : `${target}x ${met ? 'met' : 'MISSED'}`) },
];
