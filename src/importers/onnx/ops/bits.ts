import { refuse } from '../../shared/refuse.js';
import { type Context, known, type Op } from '../context.js';
import { bounded, pick } from '../fold/elements.js';
import { once } from '../fold/once.js';
import { dequantiseBlocks } from '../fold/weights.js';
import { unpack } from '../packed.js';
import { isFloatType } from '../tensor.js';
import { type Constant, constant, type Item } from '../value.js';
import { ELEMENTWISE } from './elementwise.js';
import { matmul } from './product.js';
import type { Run } from './run.js';

// Weights of 2, 4 or 8 bits with a scale for each block of a row: domain com.microsoft. They are taken as the numbers they stand for.

const UINT8 = 2;

/** Several bits wide: `rows` of `length` numbers, each row beginning with a byte of its own. */
function unpackRows(op: Op, stored: Constant, bits: number, rows: number, length: number): Constant {
  const bytes = Math.ceil((length * bits) / 8);
  if (stored.data.length !== rows * bytes || (stored.type !== UINT8 && bits < 8))
    refuse(op.where, `bytes that do not fit ${rows} rows of ${length}`, `${rows * bytes}`, `${stored.data.length}`);
  const data = once(stored.data, `${rows} of ${length} of ${bits} bits`, () => {
    const numbers = new Uint8Array(bounded(op, [rows, length], UINT8));
    for (let row = 0; row < rows; row++)
      numbers.set(unpack(stored.data as ArrayLike<number>, bits, length, (row * bytes * 8) / bits), row * length);
    return numbers;
  });
  return constant([rows, length], data, UINT8, stored.tensor);
}

function bitsOf({ where, attributes }: Op): number {
  const bits = attributes.int('bits', 4);
  if (![2, 4, 8].includes(bits)) refuse(where, 'a number of bits that is not honoured', '2, 4 or 8', `${bits}`);
  return bits;
}

/** Zero points as numbers: packed as the weights are, or in floating point. */
function zerosOf(op: Op, given: Item | undefined, bits: number, rows: number, blocks: number): Constant | undefined {
  if (given === undefined) return undefined;
  const zero = known(op.where, given, 'the zero points');
  if (!isFloatType(zero.type)) return unpackRows(op, zero, bits, rows, blocks);
  return { ...zero, dims: [rows, blocks] };
}

/** `[columns, blocks, bytes]`, a row of K numbers for each of the N columns of the product. */
function matMulNBits(op: Op, ctx: Context): Item[] {
  const { where, attributes, inputs } = op;
  const [k, n] = [attributes.int('K', 0), attributes.int('N', 0)];
  const block = attributes.int('block_size', 128);
  const bits = bitsOf(op);
  // How closely ONNX Runtime computes; here nothing but the weights is rounded.
  attributes.ignore('accuracy_level');
  if (attributes.int('weight_prepacked', 0) !== 0) refuse(where, 'weights packed for one processor', '0');
  if (inputs[4] !== undefined) refuse(where, 'groups in an order of their own', 'no g_idx', 'g_idx');
  const stored = known(where, inputs[1], 'B');
  const blocks = Math.ceil(k / block);
  if (!(k > 0 && n > 0 && block > 0))
    refuse(where, 'sizes that cannot be', 'K, N and block_size above 0', `${k}, ${n}, ${block}`);
  const scale = { ...known(where, inputs[2], 'the scales'), dims: [n, blocks] };
  if (scale.data.length !== n * blocks)
    refuse(where, 'scales that do not fit', `${n}·${blocks}`, `${scale.data.length}`);
  // The last block is as long as the others, whatever K is.
  const whole = unpackRows(op, stored, bits, n, blocks * block);
  const x = cut(op, whole, n, blocks * block, k);
  const zero = zerosOf(op, inputs[3], bits, n, blocks);
  const rows = dequantiseBlocks(op, { x, scale, zero, axis: 1, block, middle: 2 ** (bits - 1) });
  ctx.reporter.note(`${where}: ${bits}-bit weights dequantised to float32; the values are not quantised`);
  const [y] = matmul({ ...op, inputs: [inputs[0], { ...pick(op, rows, [k, n], [1, k]), tensor: rows.tensor }] }, ctx);
  if (inputs[5] === undefined) return [y as Item];
  const sum = { ...op, inputs: [y, inputs[5]], inputNames: [op.outputs[0] as string, ''] };
  return (ELEMENTWISE.Add as Run)(sum, ctx) as Item[];
}

/** The first `wanted` numbers of each row. */
function cut(op: Op, x: Constant, rows: number, length: number, wanted: number): Constant {
  if (wanted === length) return x;
  const data = once(x.data, `${wanted} of ${length}`, () => {
    const kept = new Uint8Array(bounded(op, [rows, wanted], UINT8));
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < wanted; i++) kept[row * wanted + i] = x.data[row * length + i] as number;
    return kept;
  });
  return constant([rows, wanted], data, UINT8, x.tensor);
}

export const BITS: Readonly<Record<string, Run>> = { __proto__: null as never, MatMulNBits: matMulNBits };
