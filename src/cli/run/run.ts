import type { ModelValue, NamedOutput } from '../../index.js';
import type { Growth, Part } from '../output/part.js';

/** How a model is run on an input, and what becomes of its outputs. */
export interface Run {
  /** The axis along which the outputs come in parts. */
  readonly growth: Growth;
  /** @param output is given the outputs, part after part. @param done is told the rows that have been read. */
  run(output: (parts: readonly Part[]) => Promise<void>, done: (rows: number) => void): Promise<void>;
}

/** Whether a value's axes are batch, time, features, so that its parts follow one another. */
export const isUsual = ({ kind, axes, features, time }: ModelValue): boolean => {
  const usual = kind === 'sequence' ? ['batch', 'time', features] : ['batch', features];
  return `${axes}` === `${usual}` && (time === undefined || time === 'time');
};

export const partsOf = (outputs: Readonly<Record<string, NamedOutput>>): Part[] =>
  Object.entries(outputs).map(([name, output]) => ({ name, ...output }));
