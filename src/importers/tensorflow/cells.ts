import type { ActivationSpec, AnyCellConfig } from '../../spec.js';
import { blocks, turned } from '../formats/matrix.js';
import type { NamedArray } from '../formats/npy.js';
import type { BasicLstmCell, BasicRnnCell, GruCell, LstmCell } from './config.js';
import type { Filled } from './fields.js';
import type { Names } from './names.js';
import type { Site } from './site.js';

/** TensorFlow stacks an LSTM's gates as i j f o, where j is the candidate g; the model as i f g o. */
export const LSTM_ORDER = [0, 2, 1, 3];

/** What is left to the model's own default, which is TensorFlow's too. */
const unlessTanh = <T>(activation: ActivationSpec, fields: T): T | undefined =>
  activation === 'tanh' ? undefined : fields;

/** Some rows of a kernel `[inputs + h, gates·units]` as a matrix of one row per gate and unit. */
function rowsOf({ shape, data }: NamedArray, first: number, rows: number, order?: readonly number[]): Float32Array {
  const columns = shape[1] as number;
  return turned(data.slice(first * columns, (first + rows) * columns), rows, columns, order);
}

/** A kernel's two parts: the rows of x, then those of h. */
export function halves(site: Site, kernel: NamedArray, from: string, h: number, order: readonly number[], how: string) {
  const inputs = site.features;
  const columns = kernel.shape[1] as number;
  const part = (field: string, first: number, rows: number, which: string): string =>
    site.field(
      field,
      [columns, rows],
      rowsOf(kernel, first, rows, order),
      from,
      kernel.shape,
      `${which} ${rows} rows; ${how}`,
    );
  return {
    weightIh: part('weightIh', 0, inputs, 'the first'),
    weightHh: part('weightHh', inputs, h, 'the last'),
  };
}

/** The kernel `[inputs + h, columns]` of a cell, and its name; of one that is kept in two, both joined. */
export function kernelOf(site: Site, prefix: string, [x, h]: Names['kernel'], rows: number, columns: number) {
  const inputs = site.features;
  if (h === undefined) return { from: prefix + x, kernel: site.take(prefix + x, [inputs + rows, columns]) };
  const parts = [site.take(prefix + x, [inputs, columns]), site.take(prefix + h, [rows, columns])];
  const data = new Float32Array((inputs + rows) * columns);
  data.set((parts[0] as NamedArray).data);
  data.set((parts[1] as NamedArray).data, inputs * columns);
  return { from: `${prefix}/{${x.slice(1)},${h.slice(1)}}`, kernel: { shape: [inputs + rows, columns], data } };
}

/** A cell, and how many features it makes. */
export interface MadeCell {
  readonly config: AnyCellConfig;
  readonly features: number;
}

/** `BasicRNNCell`: h' = tanh([x h]·W + b). */
export function rnn(layer: Filled<BasicRnnCell>, site: Site): MadeCell {
  const { prefix, numUnits: units, activation } = layer;
  const names = site.names(layer);
  const { from, kernel } = kernelOf(site, prefix, names.kernel, units, units);
  const weights = halves(site, kernel, from, units, [0], 'transposed');
  const bias = site.take(prefix + names.bias, [units]).data;
  const tensors = { ...weights, biasIh: site.field('biasIh', [units], bias, prefix + names.bias, [units], '') };
  return { config: { type: 'rnn', units, tensors, ...unlessTanh(activation, { activation }) }, features: units };
}

/** `BasicLSTMCell` and `LSTMCell`; `forget_bias` is added to f's bias here, as the cells do when they run. */
export function lstm(layer: Filled<BasicLstmCell> | Filled<LstmCell>, site: Site): MadeCell {
  const { prefix, numUnits: units, forgetBias, activation } = layer;
  const { numProj, cellClip, usePeepholes = false } = layer.type === 'lstm_cell' ? layer : {};
  const h = numProj ?? units;
  const names = site.names(layer);
  const { from, kernel } = kernelOf(site, prefix, names.kernel, h, 4 * units);
  const weights = halves(site, kernel, from, h, LSTM_ORDER, 'columns i j f o transposed to rows i f g o');
  const bias = blocks(site.take(prefix + names.bias, [4 * units]).data, LSTM_ORDER).map((value, i) =>
    i >= units && i < 2 * units ? value + forgetBias : value,
  );
  const how = `i j f o reordered to i f g o; forget_bias ${forgetBias} added to f`;
  const tensors = {
    ...weights,
    biasIh: site.field('biasIh', [4 * units], bias, prefix + names.bias, [4 * units], how),
    ...(usePeepholes && { peephole: peepholes(prefix, names, units, site) }),
    ...(numProj !== undefined && { weightHr: projection(prefix + names.projection, units, numProj, site) }),
  };
  const fields = {
    ...(numProj !== undefined && { projection: numProj }),
    ...(cellClip !== undefined && { cellClip }),
    ...unlessTanh(activation, { activations: { g: activation, output: activation } }),
  };
  return { config: { type: 'lstm', units, tensors, ...fields }, features: h };
}

function peepholes(prefix: string, { peepholes: parts }: Names, units: number, site: Site): string {
  const data = new Float32Array(3 * units);
  parts.forEach((part, index) => {
    data.set(site.take(`${prefix}/${part}`, [units]).data, index * units);
  });
  const from = `${prefix}/{${parts.join(',')}}`;
  return site.field('peephole', [3 * units], data, from, [units], 'i, f and o joined');
}

function projection(from: string, units: number, h: number, site: Site): string {
  const { data, shape } = site.take(from, [units, h]);
  return site.field('weightHr', [h, units], turned(data, units, h), from, shape, 'transposed: one row per output');
}

/** `GRUCell`: [r u] = σ([x h]·Wg + bg);  c = tanh([x r∘h]·Wc + bc);  h' = u∘h + (1 - u)∘c */
export function gru(layer: Filled<GruCell>, site: Site): MadeCell {
  const { prefix, numUnits: units, activation } = layer;
  const inputs = site.features;
  const names = site.names(layer);
  const [inGates, inCandidate] = [`${prefix}/${names.gates}`, `${prefix}/${names.candidate}`];
  const { kernel: gates } = kernelOf(site, inGates, names.kernel, units, 2 * units);
  const { kernel: candidate } = kernelOf(site, inCandidate, names.kernel, units, units);
  const both = `${prefix}/{${names.gates},${names.candidate}}`;
  const join = (field: string, first: number, rows: number): string => {
    const data = new Float32Array(3 * units * rows);
    data.set(rowsOf(gates, first, rows));
    data.set(rowsOf(candidate, first, rows), 2 * units * rows);
    const how = `${rows} rows from ${first} on; r and u, then the candidate, transposed to rows r z n`;
    return site.field(field, [3 * units, rows], data, both + names.kernel[0], gates.shape, how);
  };
  const bias = new Float32Array(3 * units);
  bias.set(site.take(inGates + names.bias, [2 * units]).data);
  bias.set(site.take(inCandidate + names.bias, [units]).data, 2 * units);
  const tensors = {
    weightIh: join('weightIh', 0, inputs),
    weightHh: join('weightHh', inputs, units),
    biasIh: site.field('biasIh', [3 * units], bias, both + names.bias, [2 * units], 'r and u, then the candidate'),
  };
  const fields = unlessTanh(activation, { activations: { n: activation } });
  return { config: { type: 'gru', units, resetAfter: false, tensors, ...fields }, features: units };
}
