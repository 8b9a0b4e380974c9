import { axisAt, known, type Op } from '../context.js';
import { type Constant, constant, INT64 } from '../value.js';
import { binary } from './arithmetic.js';
import { bounded, lengthOf } from './elements.js';

// Operators of several constants, and places of the largest or smallest of one.

/** Operators of any number of inputs, and what joins two of them. */
const JOINED: Readonly<Record<string, string>> = {
  __proto__: null as never,
  Max: 'Max',
  Min: 'Min',
  Sum: 'Add',
  Mean: 'Add',
};

export const isVariadic = ({ type }: Op): boolean => JOINED[type] !== undefined;

/** Undefined where what comes of two depends on the run in a way that is not followed. */
export function variadic(op: Op): Constant | undefined {
  const [first, ...rest] = op.inputs.map((input) => known(op.where, input, 'an input')) as [Constant, ...Constant[]];
  let joined: Constant | undefined = first;
  for (const other of rest) {
    joined = joined && binary({ ...op, type: JOINED[op.type] as string, inputs: [joined, other] });
    if (!joined) return undefined;
  }
  if (op.type !== 'Mean') return { ...joined, tensor: undefined };
  const count = constant([], Float32Array.of(op.inputs.length), first.type);
  return binary({ ...op, type: 'Div', inputs: [joined, count] });
}

/** ArgMax and ArgMin: of equal numbers the first, unless the last is asked for. Undefined where numbers depend on the run. */
export function place(op: Op): Constant | undefined {
  const { where, attributes } = op;
  const { dims, data } = known(where, op.inputs[0], 'the input');
  if (Array.isArray(data)) return undefined;
  const axis = axisAt(where, attributes.int('axis', 0), dims.length);
  const keep = attributes.flag('keepdims', true);
  const last = attributes.flag('select_last_index', false);
  const size = dims[axis] as number;
  const inner = lengthOf(dims.slice(axis + 1));
  const kept = dims.flatMap((n, other) => (other !== axis ? [n] : keep ? [1] : []));
  const length = bounded(op, kept);
  op.budget.operations(data.length, where);
  const sign = op.type === 'ArgMax' ? 1 : -1;
  const places = Float64Array.from({ length }, (_, to) => {
    const start = Math.floor(to / inner) * size * inner + (to % inner);
    const at = (i: number): number => sign * (data[start + i * inner] as number);
    let best = 0;
    for (let i = 1; i < size; i++) if (at(i) > at(best) || (last && at(i) === at(best))) best = i;
    return best;
  });
  return constant(kept, places, INT64);
}
