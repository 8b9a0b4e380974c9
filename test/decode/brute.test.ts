import { describe, expect, it } from 'vitest';
import { type CtcHypothesis, createCtcGreedy, ctcBeam, ctcGreedy } from '../../src/decode/index.js';
import { below, uniform } from '../golden/prng.js';
import { collapse, type Reading, readings, softmax } from '../reference/ctc.js';

/** Scores `[time][classes]` of one seed. */
function scores(seed: number): { frames: number[][]; probs: number[][]; blank: number } {
  const [t = 0, c = 0, b = 0, s = 0] = below(seed, 4, 1000);
  const [time, classes] = [1 + (t % 5), 2 + (c % 3)];
  const data = uniform(seed + 1, time * classes, [0.3, 2, 20][s % 3] as number);
  const frames = Array.from({ length: time }, (_, i) => [...data.subarray(i * classes, (i + 1) * classes)]);
  return { frames, probs: frames.map(softmax), blank: b % classes };
}

/** Double precision, sums of up to 1024 paths. */
const near = (got: number, wanted: number): void => expect(Math.abs(got - wanted)).toBeLessThan(1e-9);

/** What `symbols` say is a path: the labels where they stand, blanks elsewhere. */
const pathOf = ({ symbols }: Pick<CtcHypothesis, 'symbols'>, time: number, blank: number): number[] =>
  Array.from({ length: time }, (_, t) => symbols.find(({ start, end }) => start <= t && t < end)?.label ?? blank);

describe.each(Array.from({ length: 50 }, (_, i) => 7919 * i + 1))('seed %i, by every path there is', (seed) => {
  const { frames, probs, blank } = scores(seed);
  const all = readings(probs, blank);
  const options = { scores: 'logits', blank } as const;
  const logProbOf = (path: readonly number[]): number =>
    path.reduce((sum, label, t) => sum + Math.log(probs[t]?.[label] as number), 0);

  it('the search is exact, each hypothesis with its likeliest alignment', () => {
    const [found = []] = ctcBeam(frames, { ...options, width: 1500, results: 1500 });
    expect(found).toHaveLength(all.length);
    const wanted = new Map(all.map((reading) => [reading.labels.join(), reading]));
    found.forEach((hypothesis, rank) => {
      const reading = wanted.get(hypothesis.labels.join()) as Reading;
      near(hypothesis.logProb, Math.log(reading.probability));
      near(hypothesis.logProb, Math.log(all[rank]?.probability as number));
      const path = pathOf(hypothesis, frames.length, blank);
      expect(collapse(path, blank)).toEqual(hypothesis.labels);
      near(logProbOf(path), Math.log(reading.highest));
      for (const { label, start, end, logProb } of hypothesis.symbols) {
        near(logProb, Math.log(Math.max(...probs.slice(start, end).map((frame) => frame[label] as number))));
      }
    });
  });

  it('with a language model it ranks by probability · alpha and labels · beta', () => {
    const language = (prefix: readonly number[], next: number): number =>
      Math.log(0.1 + ((prefix.reduce((sum, label) => sum * 3 + label + 1, 0) + 5 * next) % 7) / 7);
    const [alpha, beta] = [0.7, 0.4];
    const ranked = all
      .map(({ labels, probability }) => ({
        labels,
        score:
          Math.log(probability) +
          alpha * labels.reduce((sum, label, i) => sum + language(labels.slice(0, i), label), 0) +
          beta * labels.length,
      }))
      .sort((a, b) => b.score - a.score);
    const [found = []] = ctcBeam(frames, { ...options, width: 1500, results: 10, score: language, alpha, beta });
    found.forEach(({ labels, score, logProb }, rank) => {
      near(score, ranked[rank]?.score as number);
      const reading = all.find((one) => one.labels.join() === labels.join());
      near(logProb, Math.log(reading?.probability as number));
    });
  });

  it('a narrow beam never says more than there is', () => {
    for (const width of [1, 2, 3]) {
      const [found = []] = ctcBeam(frames, { ...options, width, results: width });
      expect(new Set(found.map(({ labels }) => labels.join())).size).toBe(found.length);
      for (const { labels, logProb } of found) {
        const reading = all.find((one) => one.labels.join() === labels.join()) as Reading;
        expect(logProb).toBeLessThan(Math.log(reading.probability) + 1e-9);
      }
    }
  });

  it('the greedy path is the likeliest, whole and frame by frame', () => {
    const [found] = ctcGreedy(frames, options);
    const likeliest = probs.map((frame) => frame.indexOf(Math.max(...frame)));
    expect(found?.labels).toEqual(collapse(likeliest, blank));
    near(found?.logProb as number, logProbOf(likeliest));
    expect(pathOf(found as CtcHypothesis, frames.length, blank)).toEqual(likeliest);
    const live = createCtcGreedy(options);
    const said = frames.flatMap((frame) => live.push(frame) ?? []);
    expect(said.map(({ label, timestep }) => [label, timestep])).toEqual(
      found?.symbols.map(({ label, start }) => [label, start]),
    );
    expect([live.timestep, live.logProb]).toEqual([frames.length, found?.logProb]);
    live.reset();
    expect([live.timestep, live.logProb]).toEqual([0, 0]);
    expect(frames.flatMap((frame) => live.push(frame) ?? [])).toEqual(said);
  });
});
