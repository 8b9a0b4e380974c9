import { expect, it } from 'vitest';
import { fromOnnx, type OnnxOptions } from '../../../src/importers/onnx/index.js';
import { refusal } from '../support.js';
import { type graph, type Input, ints, model, node, type Parts } from './build.js';

// What tests of refusals share. Axes are told where the reading of them could hide the message.

export const SEQUENCE: OnnxOptions = { axes: { X: ['batch', 'time', 'features'] } };
export const VECTOR: OnnxOptions = { axes: { X: ['batch', 'features'] } };
export const FIXED: OnnxOptions = { axes: { X: ['batch', 'fixed', 'features'] } };
export const CHANNELS: OnnxOptions = { axes: { X: ['batch', 'features', 'time'] } };
export const x = (...dims: (string | number)[]): Record<string, Input> => ({ X: { dims } });
export const B = 'batch';
export const T = 'time';

export type Row = readonly [
  what: string,
  parts: Parts,
  expected: RegExp,
  options?: OnnxOptions,
  change?: (made: ReturnType<typeof graph>) => void,
];

const said = (parts: Parts, options: OnnxOptions = SEQUENCE, change?: Row[4]): string =>
  refusal(() => fromOnnx(model(parts, change), options));

export const table = (rows: readonly Row[]): void => {
  for (const [what, parts, expected, options, change] of rows)
    it(what, () => expect(said(parts, options, change)).toMatch(expected));
};

/** The run's time as a number: Shape of X, its axis 1. */
export const time = [node('Shape', 'X', 's'), node('Gather', 's one', 't')];
export const one = { one: ints([1], []) };
