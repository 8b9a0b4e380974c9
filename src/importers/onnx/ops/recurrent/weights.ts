import { refuse } from '../../../shared/refuse.js';
import { type Context, known, numbers, type Op } from '../../context.js';
import { once } from '../../fold/once.js';
import type { Constant } from '../../value.js';

export type CellType = 'lstm' | 'gru' | 'rnn';

/** ONNX stacks the gates i o f c (LSTM) and z r h (GRU); the spec i f g o and r z n. Spec position → ONNX position. */
const ORDER: Readonly<Record<CellType, readonly number[]>> = { lstm: [0, 2, 3, 1], gru: [1, 0, 2], rnn: [0] };
/** P stacks the peepholes i o f; the spec i f o. */
const PEEPHOLES = [0, 2, 1];

/** How the report says so. */
const REORDERED: Readonly<Record<CellType, string>> = {
  lstm: 'gates i o f c reordered to i f g o',
  gru: 'gates z r h reordered to r z n',
  rnn: 'one gate',
};

export const gatesOf = (type: CellType): number => ORDER[type].length;

/** A part of an input. */
interface Part {
  readonly data: Float32Array;
  /** The input itself, in which the part begins at `begin`. */
  readonly from: Constant;
  readonly begin: number;
}

/** Blocks of equal length, put into another order. */
function reordered({ budget, where }: Op, { data, from, begin }: Part, order: readonly number[]): Float32Array {
  return once(from.data, `${data.length} from ${begin} by [${order}]`, () => {
    budget.bytes(data.byteLength, where);
    return inOrder(data, order);
  });
}

function inOrder(data: Float32Array, order: readonly number[]): Float32Array {
  const block = data.length / order.length;
  const rows = new Float32Array(data.length);
  order.forEach((source, gate) => {
    rows.set(data.subarray(source * block, (source + 1) * block), gate * block);
  });
  return rows;
}

/** What all directions share: W is `[directions, gates·units, inputs]`, R `[directions, gates·units, units]`. */
export interface Sizes {
  readonly type: CellType;
  readonly directions: number;
  readonly units: number;
  readonly input: number;
}

/** One direction's tensors: weights, biases and peepholes. */
export function cellTensors(op: Op, ctx: Context, sizes: Sizes, direction: number): Record<string, string> {
  const { type, directions, units, input } = sizes;
  const rows = gatesOf(type) * units;
  const label = directions === 1 ? op.name : `${op.name}.${direction === 0 ? 'forward' : 'backward'}`;
  const side = directions === 1 ? '' : `direction ${direction}; `;
  /** This direction's part of an input. */
  const read = (index: number, what: string, dims: readonly number[]): Part => {
    const from = known(op.where, op.inputs[index], what);
    const wanted = [directions, ...dims];
    if (`${from.dims}` !== `${wanted}`)
      refuse(op.where, `${what} has the wrong shape`, `[${wanted}]`, `[${from.dims}]`);
    const length = dims.reduce((product, n) => product * n, 1);
    const begin = direction * length;
    return { data: numbers(op.where, from).subarray(begin, begin + length), from, begin };
  };
  const tensor = (field: string, shape: number[], data: Float32Array, from: Constant, how: string): string =>
    ctx.tensor(`${label}.${field}`, shape, data, { constant: from, becomes: `${label}.${field}`, how: side + how });

  const order = ORDER[type];
  const how = REORDERED[type];
  const w = read(1, 'W', [rows, input]);
  const r = read(2, 'R', [rows, units]);
  const tensors: Record<string, string> = {
    __proto__: null as never,
    weightIh: tensor('weightIh', [rows, input], reordered(op, w, order), w.from, how),
    weightHh: tensor('weightHh', [rows, units], reordered(op, r, order), r.from, how),
  };
  if (op.inputs[3] !== undefined) {
    const b = read(3, 'B', [2 * rows]);
    const ih = { ...b, data: b.data.subarray(0, rows) };
    const hh = { ...b, data: b.data.subarray(rows), begin: b.begin + rows };
    tensors.biasIh = tensor('biasIh', [rows], reordered(op, ih, order), b.from, `first half; ${how}`);
    tensors.biasHh = tensor('biasHh', [rows], reordered(op, hh, order), b.from, `second half; ${how}`);
  }
  if (type === 'lstm' && op.inputs[7] !== undefined) {
    const p = read(7, 'P', [3 * units]);
    const data = reordered(op, p, PEEPHOLES);
    tensors.peephole = tensor('peephole', [3 * units], data, p.from, 'gates i o f reordered to i f o');
  }
  return tensors;
}
