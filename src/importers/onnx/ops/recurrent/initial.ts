import { refuse } from '../../../shared/refuse.js';
import { type Context, known, numbers, type Op } from '../../context.js';
import { arrange } from '../../layout.js';
import { isSym, sameNum, showSize } from '../../num.js';
import { type Atom, constant, dimsOf, type Item, runTime, type Value, withoutBatch } from '../../value.js';

/** Where initial states stand: `[directions, batch, units]`, or with layout 1 `[batch, directions, units]`. */
export interface StateLayout {
  readonly directions: number;
  readonly units: number;
  readonly layout: number;
}

/** One row of a constant initial state, the same for all rows of the batch; undefined for zeros. */
export function constantState(
  op: Op,
  item: Item,
  direction: number,
  { units, layout }: StateLayout,
): Float32Array | undefined {
  if (item.kind === 'filled')
    return item.value === 0
      ? undefined
      : numbers(op.where, constant([units], Array(units).fill(item.value), item.type));
  const state = known(op.where, item, 'the initial state');
  const [first, second, n] = state.dims as [number, number, number];
  const [directions, batch] = layout === 0 ? [first, second] : [second, first];
  if (n !== units) refuse(op.where, 'an initial state of another size', `${units}`, `[${state.dims}]`);
  const data = numbers(op.where, state);
  const row = (b: number): Float32Array => {
    const start = (layout === 0 ? direction * batch + b : b * directions + direction) * units;
    return data.subarray(start, start + units);
  };
  for (let b = 1; b < batch; b++) {
    if (row(b).some((number, i) => number !== row(0)[i]))
      refuse(op.where, 'initial states that differ from row to row', 'one for all, or an input');
  }
  return row(0).every((number) => number === 0) ? undefined : Float32Array.from(row(0));
}

/**
 * The initial h or c of a layer that starts anew at every call of a stream: zeros of what the file carries from call to call, by which the
 * engine knows that the state is not to last, plus what it starts from.
 */
export function freshState(
  op: Op,
  ctx: Context,
  item: Item | undefined,
  direction: number,
  sizes: StateLayout,
): string {
  const inputs = [ctx.carried as string];
  const one = ctx.add({ type: 'slice', inputs, axis: 'features', start: 0, count: 1 }, `${op.name}.carried`);
  const zero = ctx.add({ type: 'less', inputs: [one, one] }, `${op.name}.zero`);
  return ctx.add({ type: 'add', inputs: [stateValue(op, ctx, item, direction, sizes), zero] }, `${op.name}.start`);
}

/** The value of one direction's initial h or c; zeros where only the other one is given. */
export function stateValue(
  op: Op,
  ctx: Context,
  item: Item | undefined,
  direction: number,
  sizes: StateLayout,
): string {
  if (item?.kind === 'value') return givenState(op, ctx, item, direction, sizes);
  const row = (item && constantState(op, item, direction, sizes)) ?? new Float32Array(sizes.units);
  const value = ctx.tensor(`${op.name}.start`, [sizes.units], row);
  return ctx.add({ type: 'constant', inputs: [], tensors: { value } }, `${op.name}.start`);
}

function givenState(
  op: Op,
  ctx: Context,
  item: Value,
  direction: number,
  { directions, units, layout }: StateLayout,
): string {
  const dims = dimsOf(item);
  const [d, batch] = layout === 0 ? [0, 1] : [1, 0];
  if (
    item.axes.length !== 3 ||
    runTime(item) ||
    !sameNum(dims[d], directions) ||
    !sameNum(dims[2], units) ||
    withoutBatch(item.axes[batch] ?? []).length > 0 ||
    isSym(dims[2])
  ) {
    refuse(
      op.where,
      'an initial state of the wrong shape',
      `[${directions}, batch, ${units}]`,
      `[${dims.map(showSize).join(', ')}]`,
    );
  }
  const features = [...(item.axes[d] as readonly Atom[]), ...(item.axes[2] as readonly Atom[])];
  const name = arrange(ctx, op.where, item, [], features);
  if (directions === 1) return name;
  return ctx.add(
    { type: 'slice', inputs: [name], axis: 'features', start: direction * units, count: units },
    `${item.name}.${direction}`,
  );
}
