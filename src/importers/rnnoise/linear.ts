import { turned } from '../formats/matrix.js';
import { refuse } from '../shared/refuse.js';
import type { Arrays } from './arrays.js';
import { type Blocks, denseBlocks, scatter, sparseBlocks } from './blocks.js';

/** `LinearLayer` of RNNoise's `nnet.h`, as numbers: y = weight · x + bias. */
export interface Linear {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** (outputs, inputs), the diagonals of a recurrent layer added. */
  readonly weight: Float32Array;
  readonly bias: Float32Array; // (outputs)
  /** The array that the weights were read from, and how. */
  readonly source: { readonly tensor: string; readonly shape: readonly number[]; readonly how: string };
}

/**
 * A linear layer of a blob: `NAME_bias` (outputs) float, and
 *
 *     NAME_weights_float   (inputs, outputs), or 4 × 8 for each block that NAME_weights_idx lists
 *     NAME_weights_int8    blocks of 8 outputs × 4 inputs, all or those of the list; with NAME_scale (outputs) and NAME_subias (outputs)
 *     NAME_weights_idx     int, for each 8 outputs how many blocks of 4 inputs there are, and the first input of each
 *     NAME_weights_diag    (outputs) float, of recurrent layers: the diagonal of each gate's matrix
 *
 * Where both are there, float weights count, as in RNNoise's `compute_linear`. Int8 ones multiply inputs in units of 1/127 there, so
 * an int8 weight stands for weight · scale · 127.
 *
 * @param inputs that it must have; undefined: as many as the weights prove.
 * @throws {ImportError} arrays missing, of another type or length; blocks outside of the matrix; a subias that means another bias.
 */
export function readLinear(arrays: Arrays, name: string, inputs: number | undefined, recurrent: boolean): Linear {
  const bias = arrays.take(`${name}_bias`, 'float');
  const outputs = bias.length;
  const index = inputs === undefined ? undefined : arrays.find(`${name}_weights_idx`, 'int');
  const columns = inputs ?? provenInputs(arrays, name, outputs);
  const where = `${name}_weights`;
  // As float32: of int8 weights, of float ones, and in another order of gates.
  arrays.budget.bytes(12 * columns * outputs, where);
  const blocks = index && sparseBlocks(index, columns, outputs, `${where}_idx`);
  const count = blocks ? 32 * blocks.count : columns * outputs;
  arrays.budget.operations(columns * outputs + count, where);
  const floats = arrays.find(`${where}_float`, 'float', count);
  const ints = arrays.find(`${where}_int8`, 'int8', count);
  const scaled = ints && dequantised(arrays, name, ints, blocks ?? denseBlocks(columns, outputs, where), columns, bias);
  const weight = floats ? fromFloats(floats, blocks, columns, outputs) : scaled;
  if (!weight)
    return refuse(
      where,
      'missing',
      `${where}_float or ${where}_int8`,
      index ? `${where}_idx alone` : `${name}_bias alone`,
    );
  const diagonals = recurrent ? arrays.find(`${where}_diag`, 'float', outputs) : undefined;
  // In C's own order: the matrix, then the diagonals.
  diagonals?.forEach((value, row) => {
    const at = row * columns + (row % columns);
    weight[at] = (weight[at] as number) + value;
  });
  const how = [
    floats ? (ints ? 'float, the int8 ones beside them unused' : 'float') : `int8 · ${name}_scale · 127`,
    ...(blocks ? [`${blocks.count} blocks, zeros elsewhere`] : []),
    ...(diagonals ? [`${where}_diag added`] : []),
  ].join('; ');
  const source = { tensor: `${where}_${floats ? 'float' : 'int8'}`, shape: blocks ? [count] : [columns, outputs], how };
  return { name, inputs: columns, outputs, weight, bias, source };
}

function provenInputs(arrays: Arrays, name: string, outputs: number): number {
  const weights = `${name}_weights`;
  const elements = arrays.find(`${weights}_float`, 'float')?.length ?? arrays.take(`${weights}_int8`, 'int8').length;
  if (elements % outputs !== 0)
    refuse(weights, 'of another length', `a multiple of the ${outputs} outputs`, `${elements} elements`);
  return elements / outputs;
}

function fromFloats(data: Float32Array, blocks: Blocks | undefined, inputs: number, outputs: number): Float32Array {
  if (!blocks) return turned(data, inputs, outputs);
  const weight = new Float32Array(inputs * outputs);
  scatter(weight, inputs, blocks, (at, row, column) => data[at + 8 * column + row] as number);
  return weight;
}

function dequantised(
  arrays: Arrays,
  name: string,
  data: Int8Array,
  blocks: Blocks,
  inputs: number,
  bias: Float32Array,
): Float32Array {
  const scale = arrays.take(`${name}_scale`, 'float', bias.length);
  const weight = new Float32Array(inputs * bias.length);
  scatter(
    weight,
    inputs,
    blocks,
    (at, row, column, output) => (data[at + 4 * row + column] as number) * (scale[output] as number) * 127,
  );
  const subias = arrays.find(`${name}_subias`, 'float', bias.length);
  // Some processors' code adds 127 to what it multiplies, and takes the subias for the bias.
  subias?.forEach((value, output) => {
    let [sum, size] = [0, Math.abs(bias[output] as number)];
    for (const each of weight.subarray(output * inputs, (output + 1) * inputs)) {
      sum += each;
      size += Math.abs(each);
    }
    const wanted = (bias[output] as number) - sum;
    // It was rounded to float32, or to a few digits of text: a thousandth of what is summed is far beyond both.
    if (!(Math.abs(value - wanted) <= 1e-3 * size))
      refuse(`${name}_subias[${output}]`, 'another bias on some processors than on others', `${wanted}`, `${value}`);
  });
  return weight;
}
