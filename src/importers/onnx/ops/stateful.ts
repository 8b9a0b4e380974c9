import { refuse } from '../../shared/refuse.js';
import type { NewNode } from '../../shared/spec-builder.js';
import { type Context, known, numbers, type Op } from '../context.js';
import { arrange, arranged } from '../layout.js';
import { sameNum, showSize } from '../num.js';
import { materialise, value } from '../stretch.js';
import {
  type Atom,
  count,
  dimsOf,
  hasBatch,
  type Item,
  runTime,
  totalSize,
  type Value,
  withoutBatch,
} from '../value.js';
import { perFeature } from './per-feature.js';
import { item, type Run } from './run.js';
import { sequenceOf, timed } from './sequence.js';

// Operators of opset 27 that take a past state and give the present one.

/** An axis of the model's own. */
const axis = (size: number): Atom[] => (size === 1 ? [] : [{ kind: 'block', size }]);

/**
 * The state that a layer starts from, as a vector of its axes (but the batch, the first) in this order; none where it is zeros.
 * @param sizes of these axes.
 */
function pastState(op: Op, ctx: Context, sizes: readonly number[], order: readonly number[]): string[] {
  const { where } = op;
  const given = op.inputs[3];
  if (given === undefined) return [];
  if (
    given.kind === 'filled'
      ? given.value === 0
      : given.kind === 'constant' && numbers(where, given).every((n) => n === 0)
  )
    return [];
  const [batch, ...dims] = dimsOf(given);
  const same = dims.length === sizes.length && dims.every((size, i) => sameNum(size, sizes[i]));
  const alone =
    given.kind === 'value' ? !runTime(given) && withoutBatch(given.axes[0] ?? []).length === 0 : batch === 1;
  if (!same || !alone) {
    const got = dimsOf(given).map(showSize).join(', ');
    refuse(
      where,
      'a past state of the wrong shape',
      `[batch, ${sizes.join(', ')}], the same for all rows if it is constant`,
      `[${got}]`,
    );
  }
  const state = given.kind === 'constant' ? materialise(ctx, where, given) : value(ctx, where, given, 'past_state');
  return [
    arrange(
      ctx,
      where,
      state,
      [],
      order.flatMap((i) => withoutBatch(state.axes[i + 1] ?? [])),
    ),
  ];
}

/** Adds a layer with its state. @returns its output and the present state, of which `axes` are those behind the batch, in the order of storage `order`. */
function withState(
  op: Op,
  ctx: Context,
  node: NewNode,
  y: Omit<Value, 'name'>,
  batch: readonly Atom[],
  axes: readonly (readonly Atom[])[],
  order: readonly number[],
): Item[] {
  const outputs = op.used[1] ? ['y', 'state'].map((what) => ctx.unique(`${op.name}.${what}`)) : undefined;
  const [name, state] = ctx.addAll({ ...node, ...(outputs && { outputs }) } as NewNode, op.outputs[0] || op.name);
  const made: Item = { ...y, name: name as string };
  if (state === undefined) return [made];
  const features = order.flatMap((i) => axes[i] as readonly Atom[]);
  return [made, { kind: 'value', name: state, time: [], features, axes: [batch, ...axes], type: y.type }];
}

const RULES: Readonly<Record<string, object>> = {
  __proto__: null as never,
  linear: {},
  gated: { gated: true },
  delta: { delta: true },
  gated_delta: { gated: true, delta: true },
};

/** LinearAttention: query, key, value, past_state, decay, beta to output and present_state. */
function linearAttention(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  // Of how it is computed.
  attributes.ignore('chunk_size');
  const [heads, keyHeads] = (['q_num_heads', 'kv_num_heads'] as const).map((name): number => {
    const n = attributes.int(name, undefined);
    return n !== undefined && n > 0 ? n : refuse(where, `no ${name}`, 'a number of heads', `${n}`);
  }) as [number, number];
  const rule = attributes.string('update_rule', 'gated_delta');
  const fields = RULES[rule] ?? refuse(where, 'an unknown update_rule', Object.keys(RULES).join(', '), rule);
  const wants = [true, true, true, undefined, 'gated' in fields, 'delta' in fields];
  const operands = ['query', 'key', 'value', undefined, 'decay', 'beta'].flatMap((what, index) => {
    if (what === undefined) return [];
    const given = op.inputs[index] !== undefined;
    if (given !== wants[index])
      refuse(
        where,
        `update_rule ${rule} and its operands do not agree`,
        `${wants[index] ? 'a' : 'no'} ${what}`,
        given ? 'one' : 'none',
      );
    return given ? [sequenceOf(op, ctx, false, index, what, 'heads·size')] : [];
  });
  const [{ x: query, batch, time }, , { x: values }] = operands as [
    (typeof operands)[0],
    unknown,
    (typeof operands)[0],
  ];
  const [keySize, valueSize] = [count(query.features) / heads, count(values.features) / keyHeads];
  const fits: readonly (readonly number[])[] = [
    [heads * keySize],
    [keyHeads * keySize],
    [keyHeads * valueSize],
    ...('gated' in fields ? [[keyHeads, keyHeads * keySize]] : []),
    ...('delta' in fields ? [[keyHeads, 1]] : []),
  ];
  if (![keySize, valueSize, heads / keyHeads].every(Number.isInteger)) {
    const got = `${heads} and ${keyHeads} heads of ${count(query.features)} and ${count(values.features)}`;
    refuse(
      where,
      'heads that do not fit',
      'q_num_heads that divide the queries, kv_num_heads that divide the values and q_num_heads',
      got,
    );
  }
  operands.forEach(({ x }, index) => {
    const sizes = fits[index] as readonly number[];
    if (!sizes.includes(count(x.features)))
      refuse(where, `operand ${index} has the wrong size`, sizes.join(' or '), `${count(x.features)}`);
    if (!sameNum(totalSize(x.time), totalSize(query.time)))
      refuse(where, `operand ${index} has another time`, showSize(totalSize(query.time)), showSize(totalSize(x.time)));
  });
  const sizes = [keyHeads, keySize, valueSize];
  const given = attributes.float('scale', 0);
  const node = {
    type: 'linear_attention',
    inputs: [...operands.map(({ x }) => x.name), ...pastState(op, ctx, sizes, [0, 1, 2])],
    heads,
    keyHeads,
    scale: given === 0 ? 1 / Math.sqrt(keySize) : given,
    ...fields,
  } as NewNode;
  const features = axis(heads * valueSize);
  const y: Omit<Value, 'name'> = { ...query, features, axes: [batch, time, features] };
  return withState(op, ctx, node, y, batch, sizes.map(axis), [0, 1, 2]);
}

/** CausalConvWithState: input `[batch, channels, time]`, weight, bias, past_state to output and present_state. */
function causalConv(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  const given = value(ctx, where, item(op), 'input');
  const weight = known(where, op.inputs[1], 'weight');
  const [batch, channelAxis, timeAxis] = given.axes as [readonly Atom[], readonly Atom[], readonly Atom[]];
  const [channels, one, taps] = weight.dims as [number, number, number];
  if (given.axes.length !== 3 || withoutBatch(batch).length > 0 || hasBatch(timeAxis))
    refuse(
      where,
      'its axes in another order',
      '[batch, channels, time]; options.axes',
      `[${dimsOf(given).map(showSize).join(', ')}]`,
    );
  if (weight.dims.length !== 3 || one !== 1 || !sameNum(totalSize(channelAxis), channels))
    refuse(where, 'weights that do not fit', `[${showSize(totalSize(channelAxis))}, 1, kernel]`, `[${weight.dims}]`);
  const activation = attributes.string('activation', 'none');
  if (!['none', 'silu', 'swish'].includes(activation))
    refuse(where, 'an activation that is not honoured', 'none, silu or swish', activation);
  if (taps === 1 && (op.inputs[3] !== undefined || op.used[1]))
    refuse(where, 'a state of no frames', 'a kernel of at least 2', '1');
  const x = timed(ctx, arranged(ctx, where, given, timeAxis, channelAxis), given.name);
  const bias = perFeature(op, ctx, 2, 'bias', channels);
  const tensor = ctx.tensor(weight.tensor ?? `${op.name}.weight`, [channels, taps, 1, 1], numbers(where, weight), {
    constant: weight,
    becomes: `${op.name}.weight`,
    how: '(channels, 1, kernel) as (filters, time, frequency, 1)',
  });
  const sizes = [channels, taps - 1];
  const node = {
    type: 'conv2d',
    inputs: [x.name, ...pastState(op, ctx, sizes, [1, 0])],
    channels,
    filters: channels,
    kernelSize: [taps, 1],
    groups: channels,
    padding: ['causal', [0, 0]],
    tensors: { weight: tensor, ...(bias && { bias }) },
    ...(activation !== 'none' && { activation: 'silu' }),
  } as unknown as NewNode;
  const flow = runTime(x);
  const y: Omit<Value, 'name'> = { ...x, axes: [batch, channelAxis, flow ? [flow] : timeAxis] };
  return withState(op, ctx, node, y, batch, sizes.map(axis), [1, 0]);
}

export const STATEFUL: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  LinearAttention: linearAttention,
  CausalConvWithState: causalConv,
};
