import { describe, expect, it } from 'vitest';
import { fromOnnx, type OnnxOptions } from '../../../src/importers/onnx/index.js';
import { likeness as likenessOf, wordsByName } from '../../../src/importers/onnx/states/names.js';
import { createModel } from '../../../src/index.js';
import { floats, type Input, ints, model, node, type Parts } from './build.js';

// Which inputs and outputs carry state: by their names, and by what the graph does with them.

const of = (...dims: (string | number)[]): Input => ({ dims });
const pairs = (parts: Parts, options?: OnnxOptions) =>
  fromOnnx(model(parts), options).carries?.map(({ input }) => input) ?? [];

/** A GRU whose state comes in and goes out by these names. */
const gru = (input: string, output: string, more: Partial<Parts> = {}, hidden: Input = of(1, 'b', 2)): Parts => ({
  nodes: [
    node('GRU', `X W R _ _ ${input}`, `y ${output}`, { hidden_size: 2 }),
    node('Squeeze', 'y one', 'Y'),
    ...(more.nodes ?? []),
  ],
  init: { W: floats([1, 6, 3]), R: floats([1, 6, 2]), one: ints([1]), ...more.init },
  inputs: { X: of('t', 'b', 3), [input]: hidden, ...more.inputs },
  outputs: ['Y', output, ...(more.outputs ?? [])],
});

describe('ONNX, states', () => {
  it.each([
    ['h', "h'"],
    ['h.1', 'h.3'],
    ['hx', 'hy'],
    ['h_t_1', 'h_t'],
    ['h_tm1', 'h_t'],
    ['old_h', 'h'],
    ['state', 'stateN'],
    ['stateIn', 'stateOut'],
    ['memory_before', 'memory_after'],
    ['in_state', '45'],
    ['7', '12'],
  ])('%s and %s are one', (input, output) => {
    expect(pairs(gru(input, output))).toEqual([input]);
  });

  it.each([
    ['encoder_hidden', 'decoder_hidden'],
    ['summary', 'rest'],
  ])('%s and %s are two, until the caller says so', (input, output) => {
    expect(pairs(gru(input, output))).toEqual([]);
    expect(pairs(gru(input, output), { states: [{ input, output }] })).toEqual([input]);
  });

  it('one of the size alone is none', () => {
    expect(pairs(gru('h', 'hn', {}, of(1, 'b', 2)))).toEqual(['h']);
    const other: Parts = gru('h', 'hn');
    expect(pairs(other, { states: [] })).toEqual([]);
  });

  it('data that has an in and an out is none, whatever else there is', () => {
    const beside: Partial<Parts> = {
      inputs: { X_in: of('b', 2), gain: of('b', 2) },
      nodes: [node('Mul', 'X_in gain', 'X_out')],
      outputs: ['X_out'],
    };
    expect(pairs(gru('h', 'hn', beside))).toEqual(['h']);
    const frames: Parts = {
      inputs: { audio_in: of(1, 8), noise: of(1, 8) },
      nodes: [node('Sub', 'audio_in noise', 'audio_out'), node('Tanh', 'audio_out', 'level')],
      outputs: ['audio_out', 'level'],
    };
    expect(pairs(frames)).toEqual([]);
  });

  it('a state that no recurrent layer has is told by its name alone', () => {
    const cache: Parts = {
      inputs: { X: of('b', 2), cache_in: of('b', 2) },
      nodes: [node('Add', 'X cache_in', 'cache_out'), node('Tanh', 'cache_out', 'Y')],
      outputs: ['Y', 'cache_out'],
    };
    expect(pairs(cache)).toEqual(['cache_in']);
  });

  it('names that fit as well as each other are left alone', () => {
    const twice: Parts = {
      inputs: { X: of('b', 2), 'cache.1': of('b', 2), 'cache.2': of('b', 2) },
      nodes: [
        node('Add', 'X cache.1', 'cache.5'),
        node('Add', 'X cache.2', 'cache.6'),
        node('Add', 'cache.5 cache.6', 'Y'),
      ],
      outputs: ['Y', 'cache.5', 'cache.6'],
    };
    expect(pairs(twice)).toEqual([]);
  });

  it('h and c in the wrong order of outputs are still what they are', () => {
    const lstm: Parts = {
      nodes: [node('LSTM', 'X W R _ _ s.1 s.2', 'y s.4 s.3', { hidden_size: 2 }), node('Squeeze', 'y one', 'Y')],
      init: { W: floats([1, 8, 3]), R: floats([1, 8, 2]), one: ints([1]) },
      inputs: { X: of('t', 'b', 3), 's.1': of(1, 'b', 2), 's.2': of(1, 'b', 2) },
      outputs: ['Y', 's.3', 's.4'],
    };
    const { carries } = fromOnnx(model(lstm));
    expect(carries?.map(({ input, output }) => [input, output])).toEqual([
      ['s.1', 'LSTM.y.h'],
      ['s.2', 'LSTM.y.c'],
    ]);
  });

  it('a stream that cannot carry them says how it could', async () => {
    const made = await createModel(fromOnnx(model(gru('summary', 'rest'))));
    expect(() => made.createStream()).toThrow(/options\.states/);
  });
});

it('ONNX, how alike names are', () => {
  const wordsOf = wordsByName();
  const likeness = (a: string, b: string): number => likenessOf(wordsOf(a), wordsOf(b));
  expect(likeness('hidden_in', 'hidden_out')).toBe(3);
  expect(likeness('cache_0_in', 'cache_0_out')).toBe(3);
  expect(likeness('cache_0_in', 'cache_1_out')).toBe(2);
  expect(likeness('prev_x', 'next_y')).toBe(1);
  expect(likeness('encoder_h', 'decoder_h')).toBe(0);
  expect(likeness('input', 'logits')).toBe(0);
});
