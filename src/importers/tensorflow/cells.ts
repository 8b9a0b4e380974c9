import type { ActivationSpec } from '../../spec.js';
import { blocks, turned } from '../formats/matrix.js';
import type { NamedArray } from '../formats/npy.js';
import type { BasicLstmCell, BasicRnnCell, GruCell, LstmCell } from './config.js';
import type { Filled } from './fields.js';
import type { Site } from './site.js';

/** TensorFlow stacks an LSTM's gates as i j f o, where j is the candidate g; the model as i f g o. */
const LSTM_ORDER = [0, 2, 1, 3];

/** What is left to the model's own default, which is TensorFlow's too. */
const unlessTanh = <T>(activation: ActivationSpec, fields: T): T | undefined =>
  activation === 'tanh' ? undefined : fields;

/** Some rows of a kernel `[inputs + h, gates·units]` as a matrix of one row per gate and unit. */
function rowsOf({ shape, data }: NamedArray, first: number, rows: number, order?: readonly number[]): Float32Array {
  const columns = shape[1] as number;
  return turned(data.slice(first * columns, (first + rows) * columns), rows, columns, order);
}

/** A kernel's two parts: the rows of x, then those of h. */
function halves(site: Site, kernel: NamedArray, from: string, h: number, order: readonly number[], how: string) {
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

/** `BasicRNNCell`: h' = tanh([x h]·W + b). */
export function rnn({ prefix, numUnits: units, activation }: Filled<BasicRnnCell>, site: Site): void {
  const from = `${prefix}/kernel`;
  const kernel = site.take(from, [site.features + units, units]);
  const weights = halves(site, kernel, from, units, [0], 'transposed');
  const bias = site.take(`${prefix}/bias`, [units]).data;
  const tensors = { ...weights, biasIh: site.field('biasIh', [units], bias, `${prefix}/bias`, [units], '') };
  site.append(site.name, { type: 'rnn', units, tensors, ...unlessTanh(activation, { activation }) }, units);
}

/** `BasicLSTMCell` and `LSTMCell`; `forget_bias` is added to f's bias here, as the cells do when they run. */
export function lstm(layer: Filled<BasicLstmCell> | Filled<LstmCell>, site: Site): void {
  const { prefix, numUnits: units, forgetBias, activation } = layer;
  const { numProj, cellClip, usePeepholes = false } = layer.type === 'lstm_cell' ? layer : {};
  const h = numProj ?? units;
  const from = `${prefix}/kernel`;
  const kernel = site.take(from, [site.features + h, 4 * units]);
  const weights = halves(site, kernel, from, h, LSTM_ORDER, 'columns i j f o transposed to rows i f g o');
  const bias = blocks(site.take(`${prefix}/bias`, [4 * units]).data, LSTM_ORDER).map((value, i) =>
    i >= units && i < 2 * units ? value + forgetBias : value,
  );
  const how = `i j f o reordered to i f g o; forget_bias ${forgetBias} added to f`;
  const tensors = {
    ...weights,
    biasIh: site.field('biasIh', [4 * units], bias, `${prefix}/bias`, [4 * units], how),
    ...(usePeepholes && { peephole: peepholes(prefix, units, site) }),
    ...(numProj !== undefined && { weightHr: projection(prefix, units, numProj, site) }),
  };
  const fields = {
    ...(numProj !== undefined && { projection: numProj }),
    ...(cellClip !== undefined && { cellClip }),
    ...unlessTanh(activation, { activations: { g: activation, output: activation } }),
  };
  site.append(site.name, { type: 'lstm', units, tensors, ...fields }, h);
}

function peepholes(prefix: string, units: number, site: Site): string {
  const data = new Float32Array(3 * units);
  ['w_i_diag', 'w_f_diag', 'w_o_diag'].forEach((part, index) => {
    data.set(site.take(`${prefix}/${part}`, [units]).data, index * units);
  });
  return site.field('peephole', [3 * units], data, `${prefix}/w_[ifo]_diag`, [units], 'i, f and o joined');
}

function projection(prefix: string, units: number, h: number, site: Site): string {
  const from = `${prefix}/projection/kernel`;
  const { data, shape } = site.take(from, [units, h]);
  return site.field('weightHr', [h, units], turned(data, units, h), from, shape, 'transposed: one row per output');
}

/** `GRUCell`: [r u] = σ([x h]·Wg + bg);  c = tanh([x r∘h]·Wc + bc);  h' = u∘h + (1 - u)∘c */
export function gru({ prefix, numUnits: units, activation }: Filled<GruCell>, site: Site): void {
  const inputs = site.features;
  const gates = site.take(`${prefix}/gates/kernel`, [inputs + units, 2 * units]);
  const candidate = site.take(`${prefix}/candidate/kernel`, [inputs + units, units]);
  const join = (field: string, first: number, rows: number): string => {
    const data = new Float32Array(3 * units * rows);
    data.set(rowsOf(gates, first, rows));
    data.set(rowsOf(candidate, first, rows), 2 * units * rows);
    const how = `${rows} rows from ${first} on; r and u, then the candidate, transposed to rows r z n`;
    return site.field(field, [3 * units, rows], data, `${prefix}/{gates,candidate}/kernel`, gates.shape, how);
  };
  const bias = new Float32Array(3 * units);
  bias.set(site.take(`${prefix}/gates/bias`, [2 * units]).data);
  bias.set(site.take(`${prefix}/candidate/bias`, [units]).data, 2 * units);
  const from = `${prefix}/{gates,candidate}/bias`;
  const tensors = {
    weightIh: join('weightIh', 0, inputs),
    weightHh: join('weightHh', inputs, units),
    biasIh: site.field('biasIh', [3 * units], bias, from, [2 * units], 'r and u, then the candidate'),
  };
  const fields = unlessTanh(activation, { activations: { n: activation } });
  site.append(site.name, { type: 'gru', units, resetAfter: false, tensors, ...fields }, units);
}
