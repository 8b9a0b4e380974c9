import { refuse } from '../../shared/refuse.js';
import type { Context, Op } from '../context.js';
import { filled } from '../fold/elements.js';
import { value } from '../stretch.js';
import { BOOL, constant, count, dimsOf, type Item, type Value } from '../value.js';
import { ELEMENTWISE } from './elementwise.js';
import { isFollowed, PARTS, withPairs } from './pairs.js';
import { matmul, turned } from './product.js';
import type { Run } from './run.js';
import { SOFTMAX } from './softmax.js';

/** One of the operators that the specification says Attention is made of. */
function part(op: Op, ctx: Context, type: string, run: Run, inputs: readonly Item[], last = false): Item {
  const outputs = last ? op.outputs : [`${op.name}.${type}`];
  const own: Op = { ...op, type, inputs, outputs, used: [true], attributes: op.attributes.none() };
  return (inputs.some(isFollowed) ? withPairs(own, ctx, run) : run(own, ctx))[0] as Item;
}

/** A number for each query with each key: where a key is not later than its query, or everywhere else. */
function later(op: Op, ctx: Context, q: Value, k: Value): Item {
  const [rows, columns] = [dimsOf(q)[2], dimsOf(k)[2]];
  const low = filled(op, [rows as never, columns as never], -Infinity, q.type);
  return part(op, ctx, 'Trilu', PARTS.Trilu as Run, [low, constant([], [1], 7)]);
}

/**
 * Attention of opset 23 over heads, `softmax(q·kᵀ·scale + mask)·v`: q `[batch, heads, T, size]`, k and v likewise over their own timesteps. As its parts,
 * which attention is found in.
 */
function attention(op: Op, ctx: Context): (Item | undefined)[] {
  const { where, attributes, inputs, used } = op;
  const [q, k, v] = ['Q', 'K', 'V'].map((what, i) => value(ctx, where, inputs[i], what)) as [Value, Value, Value];
  const ranks = [q, k, v].map(({ axes }) => axes.length);
  if (ranks.some((rank) => rank !== 4))
    refuse(where, 'heads within the features', 'Q, K and V of four axes', `${ranks}`);
  if (inputs.slice(4).some((one) => one !== undefined))
    refuse(
      where,
      'keys and values of earlier calls, or their number',
      'Q, K, V and attn_mask',
      op.inputNames.join(', '),
    );
  if (used.slice(1).some(Boolean))
    refuse(where, 'more than what attention comes to is read', 'Y alone', op.outputs.join(', '));
  if (attributes.float('softcap', 0) !== 0) refuse(where, 'scores that are capped', 'softcap 0', 'another number');
  const precision = attributes.int('softmax_precision', 1);
  if (precision !== 1) refuse(where, 'a softmax of another type', 'softmax_precision 1 (float)', `${precision}`);
  // What the other output would be, which nothing reads.
  attributes.ignore('qk_matmul_output_mode');
  const scale = attributes.float('scale', 1 / Math.sqrt(count(q.axes[3] as never)));
  if (scale === 0) refuse(where, 'scores that all are 0', 'another scale', '0');
  const causal = attributes.flag('is_causal', false);
  const mask = inputs[3];
  const product = part(op, ctx, 'MatMul', matmul, [q, turned(k)]);
  const scaled = part(op, ctx, 'Mul', ELEMENTWISE.Mul as Run, [product, constant([], Float32Array.of(scale), 1)]);
  const masks = [...(mask ? [mask] : []), ...(causal ? [later(op, ctx, q, k)] : [])];
  const scores = masks.reduce<Item>(
    (all, one) =>
      one.type === BOOL
        ? part(op, ctx, 'Where', ELEMENTWISE.Where as Run, [one, all, constant([], Float32Array.of(-Infinity), 1)])
        : part(op, ctx, 'Add', ELEMENTWISE.Add as Run, [all, one]),
    scaled,
  );
  const weights = part(op, ctx, 'Softmax', SOFTMAX.Softmax as Run, [scores]);
  return [part(op, ctx, 'MatMul', matmul, [weights, v], true)];
}

export const ATTENTION: Readonly<Record<string, Run>> = { __proto__: null as never, Attention: attention };
