import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ctcBeam, ctcGreedy } from '../../src/decode/index.js';
import { uniform } from '../golden/prng.js';

interface Found {
  readonly labels: readonly number[][];
  readonly logProb: readonly number[];
}

interface Case {
  readonly name: string;
  readonly seed: number;
  readonly shape: readonly [number, number, number];
  readonly scale: number;
  readonly width: number;
  readonly lengths: readonly number[];
  readonly 'tensorflow greedy first': Found;
  readonly 'tensorflow greedy last': Found;
  readonly 'exact first': Found;
  readonly 'exact last': Found;
  readonly 'tensorflow beam': readonly { readonly labels: readonly number[][]; readonly exact: readonly number[] }[];
  readonly 'tensorflow beam logProb': readonly number[][];
  readonly 'keras beam': { readonly labels: readonly number[][] };
  readonly pyctcdecode: { readonly text: readonly string[]; readonly logProb: readonly number[] };
}

const cases: Case[] = JSON.parse(readFileSync(new URL('../golden/decode-files/ctc.json', import.meta.url), 'utf8'));
const NAMES = 'abcdefghijklmnopqrstuvwxyzåß';
/** Theirs are sums in float32 over as many timesteps. */
const NEAR = 2e-5;

const near = (got: number, wanted: number, what: string): void =>
  expect([what, Math.abs(got - wanted) <= NEAR * Math.max(1, Math.abs(wanted)), got, wanted]).toEqual([
    what,
    true,
    got,
    wanted,
  ]);

describe.each(cases)('$name', ({ seed, shape, scale, width, lengths, ...golden }) => {
  const output = { data: uniform(seed, shape[0] * shape[1] * shape[2], scale), shape };
  const [, time, classes] = shape;
  // Fewer prefixes than the search keeps.
  const whole = classes ** time <= 4 ** 8;
  const options = { scores: 'logits', lengths } as const;

  it.each(['first', 'last'] as const)('is the path of TensorFlow and Keras, the blank %s', (place) => {
    const blank = place === 'first' ? 0 : 'last';
    const found = ctcGreedy(output, { ...options, blank });
    const wanted = golden[`tensorflow greedy ${place}`];
    expect(found.map(({ labels }) => labels)).toEqual(wanted.labels);
    found.forEach(({ logProb }, row) => {
      near(logProb, wanted.logProb[row] as number, `path of row ${row}`);
    });
  });

  it('are the hypotheses of TensorFlow, with the probabilities of its CTC loss where nothing is pruned', () => {
    const results = golden['tensorflow beam'].length;
    const found = ctcBeam(output, { ...options, blank: 'last', width, results });
    found.forEach((hypotheses, row) => {
      hypotheses.forEach(({ labels, logProb, score }, rank) => {
        const wanted = golden['tensorflow beam'][rank];
        expect([row, rank, labels]).toEqual([row, rank, wanted?.labels[row]]);
        near(logProb, golden['tensorflow beam logProb'][rank]?.[row] as number, `row ${row}, ${rank}`);
        expect(score).toBe(logProb);
        // What a search has pruned is missing from its sum.
        expect(logProb).toBeLessThanOrEqual((wanted?.exact[row] as number) + NEAR * 30);
        if (whole) near(logProb, wanted?.exact[row] as number, `row ${row}, ${rank}, exact`);
      });
    });
  });

  it('are the texts of pyctcdecode and the labels of Keras, the blank first', () => {
    const alphabet = NAMES.slice(0, classes - 1);
    const found = ctcBeam(output, { ...options, blank: 0, width, alphabet });
    found.forEach(([best], row) => {
      expect([row, best?.labels]).toEqual([row, golden['keras beam'].labels[row]]);
      const [text, logProb] = [golden.pyctcdecode.text[row], golden.pyctcdecode.logProb[row] as number];
      if (whole) {
        expect(best?.text).toBe(text);
        near(best?.logProb as number, logProb, `row ${row}`);
      } else {
        // A prefix that ends in a blank and one that ends in its label take two places in its beam, so that it has pruned more.
        expect(best?.logProb).toBeGreaterThanOrEqual(logProb - NEAR);
      }
    });
  });
});
