import { refuse } from '../../shared/refuse.js';
import { axisAt, integers, type Op } from '../context.js';
import { filled, type Site } from '../fold/elements.js';
import { permutation } from '../fold/moves.js';
import { reshape, shapeFor } from '../layout.js';
import { isSym, type Num, product, showSize } from '../num.js';
import { value } from '../stretch.js';
import { type Atom, constant, dimsOf, INT64, type Item } from '../value.js';
import { item, type Run, sizes } from './run.js';

function reshaped({ where, budget }: Site, x: Item, dims: readonly Num[]): Item {
  if (x.kind === 'value') return reshape(where, x, dims);
  if (x.kind === 'filled') return filled({ where, budget }, dims, x.value, x.type);
  const fixed = dims.map((n) => (isSym(n) ? refuse(where, 'constants in a shape that depends on the input') : n));
  if (fixed.reduce((a, b) => a * b, 1) !== x.data.length)
    refuse(where, 'a shape that the numbers do not fall into', `${x.data.length} numbers`, `[${fixed}]`);
  return { ...x, dims: fixed };
}

const axesOf = (op: Op, since: number): readonly number[] | undefined =>
  op.opset < since ? op.attributes.ints('axes', undefined) : integers(op.where, op.inputs[1], 'axes');

/** Operators that only change how the axes are seen: they cost nothing. */
export const SHAPE: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  Shape(op) {
    const dims = dimsOf(item(op));
    const end = (n: number): number => Math.min(dims.length, Math.max(0, n < 0 ? n + dims.length : n));
    const taken = dims.slice(end(op.attributes.int('start', 0)), end(op.attributes.int('end', dims.length)));
    return [constant([taken.length], [...taken], INT64)];
  },
  Size: (op) => [constant([], [product(dimsOf(item(op)))], INT64)],
  ConstantOfShape(op) {
    const number = op.attributes.tensor('value');
    return [filled(op, sizes(op.where, op.inputs[0]), Number(number?.data[0] ?? 0), number?.type ?? 1)];
  },
  Transpose(op, ctx) {
    const x = item(op);
    const dims = dimsOf(x);
    const order = permutation(op, dims.length);
    if (x.kind === 'filled') return [{ ...x, dims: order.map((axis) => x.dims[axis] as Num) }];
    const v = value(ctx, op.where, x, 'the input');
    return [{ ...v, axes: order.map((axis) => v.axes[axis] as readonly Atom[]) }];
  },
  Reshape(op) {
    const x = item(op);
    const wanted = sizes(op.where, op.inputs[1]);
    const dims = shapeFor(op.where, dimsOf(x), wanted, op.attributes.flag('allowzero', false));
    return [reshaped(op, x, dims)];
  },
  Flatten(op) {
    const x = item(op);
    const dims = dimsOf(x);
    const axis = op.attributes.int('axis', 1);
    const cut = axis < 0 ? axis + dims.length : axis;
    return [reshaped(op, x, [product(dims.slice(0, cut)), product(dims.slice(cut))])];
  },
  Squeeze(op) {
    const x = item(op);
    const dims = dimsOf(x);
    const axes = axesOf(op, 13)?.map((axis) => axisAt(op.where, axis, dims.length));
    const gone = dims.map((n, axis) => (axes ? axes.includes(axis) : n === 1));
    dims.forEach((n, axis) => {
      if (gone[axis] && n !== 1)
        refuse(op.where, `axis ${axis} is not of size 1`, '1; options.shapes fixes sizes', showSize(n));
    });
    if (x.kind === 'value') return [{ ...x, axes: x.axes.filter((_, axis) => !gone[axis]) }];
    return [
      reshaped(
        op,
        x,
        dims.filter((_, axis) => !gone[axis]),
      ),
    ];
  },
  Unsqueeze(op) {
    const x = item(op);
    const axes = axesOf(op, 13) ?? refuse(op.where, 'no axes');
    const rank = dimsOf(x).length + axes.length;
    const added = new Set(axes.map((axis) => axisAt(op.where, axis, rank)));
    if (added.size < axes.length) refuse(op.where, 'an axis twice', 'every axis once', `[${axes}]`);
    if (x.kind === 'value') {
      const rest = [...x.axes];
      return [
        {
          ...x,
          axes: Array.from({ length: rank }, (_, axis) => (added.has(axis) ? [] : (rest.shift() as readonly Atom[]))),
        },
      ];
    }
    const rest = [...dimsOf(x)];
    return [
      reshaped(
        op,
        x,
        Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (rest.shift() as Num))),
      ),
    ];
  },
};
