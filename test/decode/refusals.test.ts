import { describe, expect, it } from 'vitest';
import { type CtcBeamOptions, type CtcOutput, createCtcGreedy, ctcBeam, ctcGreedy } from '../../src/decode/index.js';
import { InputError } from '../../src/index.js';

const OUTPUT: number[][] = [
  [0.5, 0.25, 0.25],
  [0.25, 0.5, 0.25],
];
const GIVEN = { scores: 'probs', blank: 0 } as const;
const NAN = Number.NaN;
const LOG = OUTPUT.map((row) => row.map(Math.log));

const refusals: readonly (readonly [unknown, unknown, string])[] = [
  [OUTPUT, undefined, 'ctcBeam: options are no object; expected an object with scores, blank, alphabet, lengths'],
  [
    OUTPUT,
    { ...GIVEN, blanc: 0 },
    'ctcBeam: unknown option "blanc"; expected scores, blank, alphabet, lengths, classes',
  ],
  [
    OUTPUT,
    { blank: 0 },
    'ctcBeam, scores: not said what the model gives; expected logits, log-probs, probs, got undefined',
  ],
  [
    OUTPUT,
    { ...GIVEN, scores: 'prob' },
    'ctcBeam, scores: not said what the model gives; expected logits, log-probs, probs, got "prob"',
  ],
  [
    OUTPUT,
    { scores: 'probs' },
    "ctcBeam, blank: no such class; expected a whole number in [0, 3), or 'last', got undefined",
  ],
  [
    OUTPUT,
    { ...GIVEN, blank: 3 },
    "ctcBeam, blank: no such class; expected a whole number in [0, 3), or 'last', got 3",
  ],
  [OUTPUT, { ...GIVEN, blank: -1 }, 'ctcBeam, blank: no such class'],
  [
    OUTPUT,
    { ...GIVEN, alphabet: 'abcd' },
    'ctcBeam, alphabet: not one symbol a class; expected 2 symbols, or 3 with one for the blank, got 4',
  ],
  [
    OUTPUT,
    { ...GIVEN, alphabet: 7 },
    'ctcBeam, alphabet: not an alphabet; expected a string, or a list of strings, got 7',
  ],
  [OUTPUT, { ...GIVEN, alphabet: ['a', 1] }, 'ctcBeam, alphabet: not an alphabet'],
  [OUTPUT, { ...GIVEN, lengths: [1, 1] }, 'ctcBeam, lengths: not one a row; expected 1 lengths, got [1, 1]'],
  [
    OUTPUT,
    { ...GIVEN, lengths: [3] },
    'ctcBeam, lengths: not a length, row 0; expected a whole number in [0, 2], got 3',
  ],
  [OUTPUT, { ...GIVEN, classes: 4 }, 'ctcBeam, classes: not those of the output; expected 3, got 4'],
  [
    OUTPUT,
    { ...GIVEN, classes: 1 },
    'ctcBeam, classes: not a number of classes; expected a whole number of at least 2, got 1',
  ],
  [
    OUTPUT.flat(),
    GIVEN,
    'ctcBeam: flat numbers; expected [time, classes] or [batch, time, classes], nested or { data, shape }; or options.classes',
  ],
  [[...OUTPUT.flat(), 1], { ...GIVEN, classes: 3 }, 'ctcBeam: wrong length; expected a multiple of 3 (classes), got 7'],
  ['no', GIVEN, 'ctcBeam: wrong type; expected [time, classes] or [batch, time, classes]'],
  [null, GIVEN, 'ctcBeam: wrong type'],
  [[[1], [1]], GIVEN, 'ctcBeam: too few classes; expected a blank and a symbol at least, got 1'],
  [[[0.5, 0.5], [1]], GIVEN, 'ctcBeam: ragged array: classes at timestep 1; expected 2, got 1'],
  [[OUTPUT, [[0.5, 0.25, 0.25]]], GIVEN, 'ctcBeam: ragged array: timesteps of row 1; expected 2, got 1'],
  [{ data: OUTPUT.flat(), shape: [3, 3] }, GIVEN, 'ctcBeam: wrong shape; expected one of 6 numbers, got [3, 3]'],
  [
    { data: OUTPUT.flat(), shape: [6] },
    GIVEN,
    'ctcBeam: wrong shape; expected [time, classes] or [batch, time, classes]',
  ],
  [
    { data: OUTPUT.flat(), shape: [2, 3], axes: ['batch', 3] },
    GIVEN,
    "ctcBeam: axes that are not scores at timesteps; expected 'time', one size, and 'batch' at most",
  ],
  [
    { data: OUTPUT.flat(), shape: [1, 2, 3], axes: ['time', 2, 3] },
    GIVEN,
    'ctcBeam: axes that are not scores at timesteps',
  ],
  [{ data: OUTPUT.flat(), shape: [2, 3], axes: ['time'] }, GIVEN, 'ctcBeam: axes that are not scores at timesteps'],
  [{ data: OUTPUT.flat(), shape: [2, 3], axes: ['time', 4] }, GIVEN, 'ctcBeam: axes that are not scores at timesteps'],
  [[[0.5, 'x', 0.5]], GIVEN, 'ctcBeam, timestep 0: not a number; expected a number at class 1, got "x"'],
  [
    [OUTPUT, [OUTPUT[0], [NAN, 1, 0]]],
    GIVEN,
    'ctcBeam, row 1, timestep 1: not probabilities; expected a number at class 0, got NaN',
  ],
  [
    [[0, Infinity, 0]],
    { ...GIVEN, scores: 'logits' },
    'ctcBeam, timestep 0: not logits; expected a number at class 1, got Infinity',
  ],
  [
    [[-Infinity, -Infinity]],
    { ...GIVEN, scores: 'logits' },
    'ctcBeam, timestep 0: no class is possible; expected one that is, got 2 of none',
  ],
  [[[1.5, -0.5]], GIVEN, 'ctcBeam, timestep 0: not probabilities; expected a number in [0, 1] at class 1, got -0.5'],
  [
    [[0.5, 0.6]],
    GIVEN,
    "ctcBeam, timestep 0: not probabilities; expected a sum of 1, got 1.100 (scores: 'logits' would scale them)",
  ],
  [
    OUTPUT,
    { ...GIVEN, scores: 'log-probs' },
    'ctcBeam, timestep 0: not logarithms of probabilities; expected a sum of 1, got 4.217',
  ],
  [LOG, GIVEN, 'ctcBeam, timestep 0: not probabilities; expected a number in [0, 1] at class 0, got -0.69'],
  [
    OUTPUT,
    { ...GIVEN, width: 0 },
    'ctcBeam, width: not a number of them; expected a whole number of at least 1, got 0',
  ],
  [OUTPUT, { ...GIVEN, labels: 1.5 }, 'ctcBeam, labels: not a number of them'],
  [
    OUTPUT,
    { ...GIVEN, width: 2, results: 3 },
    'ctcBeam, results: more than are kept; expected at most 2 (width), got 3',
  ],
  [OUTPUT, { ...GIVEN, score: 3 }, 'ctcBeam, score: not a function; expected a function of (prefix, next), got 3'],
  [OUTPUT, { ...GIVEN, alpha: 2 }, 'ctcBeam, alpha: a weight of nothing; expected options.score too, got 2'],
  [
    OUTPUT,
    { ...GIVEN, score: () => 0, alpha: -1 },
    'ctcBeam, alpha: not a weight; expected a finite number of at least 0, got -1',
  ],
  [OUTPUT, { ...GIVEN, beta: NAN }, 'ctcBeam, beta: not a weight; expected a finite number, got NaN'],
  [
    OUTPUT,
    { ...GIVEN, score: () => NAN },
    'ctcBeam, score of 1 after []: not the logarithm of a probability; expected a number below Infinity, got NaN',
  ],
  [OUTPUT, { ...GIVEN, score: () => 'likely' }, 'ctcBeam, score of 1 after []: not the logarithm of a probability'],
];

describe('what cannot be decoded is told', () => {
  it.each(refusals)('%j, %j', (output, options, words) => {
    const call = (): unknown => ctcBeam(output as CtcOutput, options as CtcBeamOptions);
    expect(call).toThrow(InputError);
    expect(call).toThrow(words);
  });

  it('by the other decoders too', () => {
    const call = (): unknown => ctcGreedy(OUTPUT, { ...GIVEN, width: 2 } as never);
    expect(call).toThrow(
      'ctcGreedy: unknown option "width"; expected scores, blank, alphabet, lengths, classes, got "width"',
    );
    expect(() => createCtcGreedy({ ...GIVEN, lengths: [1] } as never)).toThrow(
      'createCtcGreedy: unknown option "lengths"',
    );
    expect(() => createCtcGreedy({ ...GIVEN, blank: 9 }).push([0.5, 0.5])).toThrow(
      'createCtcGreedy, blank: no such class',
    );
  });

  it('what reading the output throws is told as the cause', () => {
    const output = {
      data: [1],
      get shape(): number[] {
        throw new Error('mine');
      },
    };
    expect(() => ctcGreedy(output, GIVEN)).toThrow('ctcGreedy: cannot be read; got Error: mine');
  });

  it('of a live stream at its timestep, which does not count then', () => {
    const live = createCtcGreedy({ ...GIVEN, blank: 'last' });
    expect(live.push([1, 0])?.label).toBe(0);
    expect(() => live.push([NAN, 1])).toThrow(
      'push, timestep 1: not probabilities; expected a number at class 0, got NaN',
    );
    expect(() => live.push([1, 0, 0])).toThrow(
      'push, timestep 1: wrong length; expected a multiple of 2 (classes), got 3',
    );
    expect(() => live.push([1, 0, 0, 1])).toThrow(
      'push, timestep 1: not one frame; expected 2 numbers, got [1, 0, 0, 1]',
    );
    expect(() => live.push([[1, 0]] as never)).toThrow('push, timestep 1: not a frame; expected numbers, one a class');
    expect(() => live.push('no' as never)).toThrow(InputError);
    expect(live.timestep).toBe(1);
    expect(live.push([1, 0])).toBeUndefined();
    expect(live.push([0, 1])).toBeUndefined();
    expect(live.push([1, 0])).toEqual({ label: 0, timestep: 3, logProb: 0 });
  });
});
