import { assertAgree } from '../support/agree.mjs';
import { loadEngine } from '../support/kernels.mjs';
import { lstmSpec, randomLayers, SIZES, sizeName } from '../support/lstm.mjs';
import { uniform } from '../support/random.mjs';
import { readRoof } from '../support/roofs.mjs';
import { measureRounds, warmUp } from '../support/rounds.mjs';
import { median, ratios, spread } from '../support/stats.mjs';
import { plainLstm } from '../support/subjects.mjs';
import { digits, duration, range, times } from '../support/table.mjs';

export const title =
  'Step: one LSTM timestep, against a pure read of its packed weights by 128-bit loads in the same rounds';
export const points = SIZES.slice(3);
export const pointName = sizeName;

/** At most this many times the read. */
const TARGET = { simd: 1.35, relaxed: 1.2 };

export async function measure(size, options) {
  const [inputs, units] = size;
  const layers = randomLayers(size);
  const engine = await loadEngine(lstmSpec(layers), options.build);
  const { kernels, stream, weights, memory } = engine;
  const x = uniform(7, inputs, 1);
  const out = new Float32Array(units);
  kernels(x);
  assertAgree(`step ${sizeName(size)}`, engine.output(), plainLstm(layers).step(x, new Float32Array(units)));
  const read = readRoof(memory);
  const cases = {
    // The kernel calls of a timestep alone, its input in place.
    kernel: engine.step,
    // What a user calls: input and output copied as well.
    step: () => {
      stream.step(x, out);
    },
    read: () => {
      for (const { address, bytes } of weights) read(address, bytes);
    },
  };
  warmUp(cases, 1000 * options.seconds);
  const rounds = await measureRounds('step', cases, options);
  const ratio = spread(ratios(rounds.kernel, rounds.read));
  const bytes = weights.reduce((sum, part) => sum + part.bytes, 0);
  const target = TARGET[options.build];
  return {
    size,
    bytes,
    kernel: median(rounds.kernel),
    step: median(rounds.step),
    read: median(rounds.read),
    gigabytesPerSecond: (1e-9 * bytes) / median(rounds.kernel),
    ratio,
    stepRatio: spread(ratios(rounds.step, rounds.read)),
    target,
    met: ratio.median <= target,
    rounds,
  };
}

export const columns = [
  { label: '(I, H, layers)', text: ({ size }) => sizeName(size) },
  { label: 'weights', text: ({ bytes }) => `${(bytes / 1024).toFixed(0)} KiB` },
  { label: 'read', text: ({ read }) => duration(read) },
  { label: 'kernel', text: ({ kernel }) => duration(kernel) },
  { label: 'GB/s', text: ({ gigabytesPerSecond }) => digits(gigabytesPerSecond) },
  { label: 'of the read', text: ({ ratio }) => times(ratio) },
  { label: 'rounds', text: ({ ratio }) => range((value) => `${digits(value)}x`, ratio) },
  { label: 'stream.step', text: ({ step }) => duration(step) },
  { label: 'of the read', text: ({ stepRatio }) => times(stepRatio) },
  { label: 'target', text: ({ target, met }) => `${target}x ${met ? 'met' : 'MISSED'}` },
];
