import type { Growth, Part } from '../output/part.js';

/** How a model is run on an input, and what becomes of its outputs. */
export interface Run {
  /** The axis along which the outputs come in parts. */
  readonly growth: Growth;
  /** @param output is given the outputs, part after part. @param done is told the rows that have been read. */
  run(output: (parts: readonly Part[]) => Promise<void>, done: (rows: number) => void): Promise<void>;
}
