import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, known, numbers, type Op } from '../context.js';
import { expand, toEven, typed } from '../fold/elements.js';
import { dequantise } from '../fold/weights.js';
import { value } from '../stretch.js';
import { typeName } from '../tensor.js';
import { type Constant, constant, dimsOf, type Item, type Value } from '../value.js';
import { activation } from './activate.js';
import { merged } from './elementwise.js';
import { item, type Run } from './run.js';

// Values as whole numbers and back, as they stand in the file: rounded and bounded as it says. What is known is
// quantised here and dequantised in `fold/weights.ts`.

const UINT8 = 2;

/** Bounds of the types that values are quantised to. */
const BOUNDS: Readonly<Record<number, readonly [low: number, high: number]>> = {
  2: [0, 255],
  3: [-128, 127],
  4: [0, 65535],
  5: [-32768, 32767],
  21: [0, 15],
  22: [-8, 7],
};

/** Scale and zero point, for all or for each place along an axis. */
function readScale(op: Op, rank: number): { scale: Constant; zero: Constant | undefined } {
  const { where, attributes } = op;
  const given = known(where, op.inputs[1], 'the scale');
  const zero = op.inputs[2] && known(where, op.inputs[2], 'the zero point');
  const axis = attributes.int('axis', 1);
  const single = given.data.length === 1;
  const along = single ? 0 : axisAt(where, axis, rank);
  if (
    attributes.int('block_size', 0) !== 0 ||
    given.dims.length > 1 ||
    (zero && zero.data.length !== given.data.length)
  )
    refuse(where, 'scales that do not fit', 'one, or one for each place along an axis', `[${given.dims}]`);
  const dims = single ? [] : Array.from({ length: rank }, (_, other) => (other === along ? given.data.length : 1));
  const shaped = (c: Constant): Constant => ({ ...constant(dims, c.data, c.type), tensor: c.tensor });
  return { scale: shaped(given), zero: zero && shaped(zero) };
}

function quantizeLinear(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  const given = item(op);
  const { scale, zero } = readScale(op, dimsOf(given).length);
  attributes.ignore('saturate');
  if (attributes.int('precision', 0) !== 0) refuse(where, 'a precision of its own', '0');
  const type = zero?.type ?? (attributes.int('output_dtype', 0) || UINT8);
  const [low, high] =
    BOUNDS[type] ?? refuse(where, 'a type that is not quantised to', 'whole numbers of 4 to 16 bits', `${type}`);
  if (given.kind === 'constant') {
    const spread = (x: Constant | undefined) => x && numbers(where, expand(op, x, given.dims));
    const [scales, zeros] = [spread(scale), spread(zero)];
    const data = numbers(where, given).map((n, i) => {
      const whole = toEven(Math.fround(n / (scales?.[i] as number))) + (zeros?.[i] ?? 0);
      return Math.min(high, Math.max(low, whole));
    });
    return [typed(given.dims, [...data], type)];
  }
  const x = value(ctx, where, given, 'x');
  // Halves are rounded to even numbers, so the quotient must be the exact one.
  const quotient = merged(op, ctx, 'divide', { ...x, whole: true }, scale) as Value;
  const rounded = { ...activation(ctx, quotient, 'round'), whole: false };
  const shifted = zero ? (merged(op, ctx, 'add', rounded, zero) as Value) : rounded;
  return [activation(ctx, shifted, { type: 'clip', alpha: low, beta: high }, type)];
}

function dequantizeLinear(op: Op, ctx: Context): Item[] {
  const [weight] = op.inputs;
  if (weight?.kind === 'constant') {
    const name = weight.tensor === undefined ? 'whole numbers' : JSON.stringify(weight.tensor);
    op.budget.characters(name.length, op.where);
    ctx.reporter.note(`${op.where}: ${name}, ${typeName(weight.type)}, dequantised to float32`);
    return [dequantise(op)];
  }
  const x = value(ctx, op.where, op.inputs[0], 'x');
  const { scale, zero } = readScale(op, x.axes.length);
  op.attributes.ignore('output_dtype');
  const centred = zero ? merged(op, ctx, 'subtract', x, zero) : x;
  return [{ ...(merged(op, ctx, 'multiply', centred, scale) as Value), type: 1 }];
}

export const QUANTISE: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  QuantizeLinear: quantizeLinear,
  DequantizeLinear: dequantizeLinear,
};
