import type { ActivationSpec } from '../../spec.js';
import { tensorAt } from '../formats/safetensors.js';
import { refuse } from '../shared/refuse.js';
import type { EdgeMlNonlinearity, PyTorchFastGrnn } from './config-packages.js';
import type { Filled } from './filled.js';
import type { Part, Site } from './site.js';

const ACTIVATIONS: Readonly<Record<EdgeMlNonlinearity, ActivationSpec>> = {
  tanh: 'tanh',
  sigmoid: 'sigmoid',
  quantTanh: { type: 'clip', alpha: -1, beta: 1 },
  quantSigm: { type: 'hard_sigmoid', alpha: 0.5, beta: 0.5 },
  quantSigm4: { type: 'hard_sigmoid', alpha: 0.25, beta: 0.5 },
};

/** `FastGRNNCell`: z = σ(W·x + U·h + bg), c = tanh(W·x + U·h + bu), h' = z∘h + (σ(zeta)·(1 - z) + σ(nu))∘c. */
export function fastGrnn(layer: Filled<PyTorchFastGrnn>, site: Site): void {
  const { hiddenSize: units, gateNonlinearity, updateNonlinearity, wRank, uRank, returnSequences } = layer;
  site.needSequence();
  site.reporter.defaulted(site.name, 'h0', 'zeros', "EdgeML's default");
  // A `FastGRNN` has its cell twice.
  const cell = site.left.has(`${site.prefix}cell.bias_gate`) ? 'cell.' : '';
  if (cell) forgetDoubles(site, 'unrollRNN._RNNCell.');
  const matrix = (letter: string, columns: number, rank: number | undefined, field: string): string =>
    rank === undefined
      ? site.take(cell + letter, [units, columns], field)
      : product(
          site,
          site.read(`${cell}${letter}2`, [units, rank], field),
          site.read(`${cell}${letter}1`, [rank, columns], field),
          field,
        );
  const weightIh = matrix('W', site.features, wRank, 'weightIh');
  const weightHh = matrix('U', units, uRank, 'weightHh');
  const biases = ['bias_gate', 'bias_update'].map((bias) => site.read(cell + bias, [1, units], 'bias'));
  const bias = site.made('bias', [2 * units], biases, 'the gate’s, then the candidate’s', (data) => {
    biases.forEach((part, index) => {
      data.set(part.data, index * units);
    });
  });
  const [zeta, nu] = ['zeta', 'nu'].map((field) => {
    const part = site.read(cell + field, [1, 1], field);
    const { from, shape, data, values } = part;
    site.reporter.tensor(from, shape, `${site.name}.${field}`, `its sigmoid; ${values}`);
    return finite(1 / (1 + Math.exp(-(data[0] as number))), part);
  }) as [number, number];
  site.layer({
    type: 'fast_grnn',
    units,
    zeta,
    nu,
    returnSequences,
    activations: { z: ACTIVATIONS[gateNonlinearity], n: ACTIVATIONS[updateNonlinearity] },
    tensors: { weightIh, weightHh, bias },
  });
  site.features = units;
  site.vector = !returnSequences;
}

/** Two factors (rows, rank) and (rank, columns) as the matrix that they stand for. */
function product(site: Site, left: Part, right: Part, field: string): string {
  const [rows, rank] = left.shape as [number, number];
  const columns = right.shape[1] as number;
  site.reporter.budget.operations(rows * rank * columns, `${site.name}.${field}`);
  return site.made(field, [rows, columns], [left, right], 'the product of both factors', (data) => {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let k = 0; k < rank; k++)
          sum += (left.data[row * rank + k] as number) * (right.data[k * columns + column] as number);
        data[row * columns + column] = sum;
      }
    }
  });
}

/** Tensors under a second name for what is under `cell.`, which must be the same numbers. */
function forgetDoubles(site: Site, second: string): void {
  const start = site.prefix + second;
  for (const [name, stored] of [...site.left]) {
    if (!name.startsWith(start)) continue;
    const first = site.left.get(`${site.prefix}cell.${name.slice(start.length)}`);
    if (!first) continue;
    const [a, b] = [first.read(), stored.read()];
    if (a.length !== b.length || a.some((value, i) => !Object.is(value, b[i])))
      refuse(tensorAt(name), 'not the numbers that cell. has under this name', 'one cell under both', 'others');
    site.left.delete(name);
    site.reporter.note(`${name} is the same tensor as the cell's`);
  }
}

function finite(value: number, { from }: Part): number {
  if (!Number.isFinite(value)) refuse(tensorAt(from), 'not a number', 'a number', `${value}`);
  return value;
}
