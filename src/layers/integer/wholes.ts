import { badSpec } from '../../refuse.js';
import type { IntegerLstmConfig } from '../../spec.js';
import type { BuildContext } from '../layer.js';

/** Whole numbers below this are float32 each. */
const MOST = 2 ** 24;

/** An input and an h of 8 bits are so far from their zero points at most. */
const MOST_OPERAND = 255;

/**
 * Sums of whole numbers are exact in float32 while none of their parts can reach 2^24.
 * @throws {SpecError} weights or biases that are no whole numbers, or too large together.
 */
export function checkWholes(config: IntegerLstmConfig, inputs: number, context: BuildContext, where: string): void {
  const { units, projection, tensors } = config;
  const length = projection ?? units;
  const biases = [tensors.biasIh, tensors.biasHh].map((name) =>
    name === undefined ? undefined : context.tensor(name),
  );
  const start = (row: number): number => biases.reduce((sum, bias) => sum + Math.abs(bias?.[row] ?? 0), 0);
  checkRows(context.tensor(tensors.weightIh), inputs, start, `layer ${JSON.stringify(where)}, weightIh and biases`);
  checkRows(context.tensor(tensors.weightHh), length, () => 0, `layer ${JSON.stringify(where)}, weightHh`);
  if (tensors.weightHr)
    checkRows(context.tensor(tensors.weightHr), units, () => 0, `layer ${JSON.stringify(where)}, weightHr`);
}

function checkRows(weights: Float32Array, columns: number, start: (row: number) => number, where: string): void {
  for (let row = 0, at = 0; at < weights.length; row++) {
    let most = start(row);
    if (!Number.isInteger(most)) badSpec(where, 'no whole numbers', 'whole numbers', `${most}`);
    for (const end = at + columns; at < end; at++) {
      const weight = weights[at] as number;
      if (!Number.isInteger(weight)) badSpec(where, 'no whole numbers', 'whole numbers', `${weight}`);
      most += MOST_OPERAND * Math.abs(weight);
    }
    if (most >= MOST) badSpec(where, 'sums that float32 does not hold exactly', `below 2^24`, `${most} in row ${row}`);
  }
}
