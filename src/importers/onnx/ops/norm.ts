import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, known, type Op } from '../context.js';
import { channelsLast, withFeatures } from '../layout.js';
import { value } from '../stretch.js';
import { type Atom, type Constant, constant, count, type Item, type Value } from '../value.js';
import { activation } from './activate.js';
import { merged } from './elementwise.js';
import { perFeature } from './per-feature.js';
import { reduceOver } from './reduce.js';
import type { Run } from './run.js';

/** @param epsilon where the file has none: 1e-5, but for the fused operators of ONNX Runtime. */
export function layerNorm(op: Op, ctx: Context, epsilon = 1e-5): Item[] {
  const { where, attributes } = op;
  attributes.ignore('stash_type');
  if (op.used[1] || op.used[2]) refuse(where, 'asks for the mean or deviation', 'the normalised value alone');
  const x = value(ctx, where, op.inputs[0], 'X');
  const rank = x.axes.length;
  const axis = axisAt(where, attributes.int('axis', -1), rank);
  const v = withFeatures(
    ctx,
    where,
    x,
    Array.from({ length: rank - axis }, (_, i) => axis + i),
  );
  const features = count(v.features);
  const [gamma, beta] = [perFeature(op, ctx, 1, 'gamma', features), perFeature(op, ctx, 2, 'beta', features)];
  const tensors = { ...(gamma && { gamma }), ...(beta && { beta }) };
  return [
    {
      ...v,
      name: ctx.add(
        { type: 'layer_norm', inputs: [v.name], epsilon: attributes.float('epsilon', epsilon), tensors },
        op.outputs[0] as string,
      ),
    },
  ];
}

function batchNorm(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  attributes.ignore('momentum');
  if (op.opset < 9 && !attributes.flag('spatial', true)) refuse(where, 'statistics for each place', 'spatial 1', '0');
  if (attributes.flag('training_mode', false)) refuse(where, 'in training mode', 'inference');
  const [v, frequencies] = channelsLast(ctx, where, value(ctx, where, op.inputs[0], 'X'));
  const n = count(v.features) / frequencies;
  const channels = frequencies > 1 && { channels: n };
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map((field, index) =>
    perFeature(op, ctx, index + 1, field, n),
  );
  if (!mean || !variance) refuse(where, 'no statistics', 'mean and variance');
  const tensors = { mean, variance, ...(gamma && { gamma }), ...(beta && { beta }) };
  return [
    {
      ...v,
      name: ctx.add(
        { type: 'batch_norm', inputs: [v.name], ...channels, epsilon: attributes.float('epsilon', 1e-5), tensors },
        op.outputs[0] as string,
      ),
    },
  ];
}

/** By the mean and variance of each channel over its timesteps (Ulyanov et al. 2016). */
function instanceNorm(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  const given = value(ctx, where, op.inputs[0], 'input');
  if (given.axes.length < 3) refuse(where, 'not channels over timesteps', 'at least 3 axes', `${given.axes.length}`);
  // Groups of channels come as blocks beside the timesteps of one axis; apart, each is an axis of its own.
  const x = { ...given, axes: given.axes.flatMap((atoms, i) => (i < 2 ? [atoms] : atoms.map((atom) => [atom]))) };
  const over = x.axes.flatMap((_, axis) => (axis < 2 ? [] : [axis]));
  const mean = (v: Value): Value => reduceOver(ctx, op, v, over, true, 'mean');
  const centred = merged(op, ctx, 'subtract', x, mean(x)) as Value;
  const variance = mean(activation(ctx, centred, 'square'));
  const beta = attributes.float('epsilon', 1e-5);
  const deviation = activation(ctx, activation(ctx, variance, { type: 'affine', alpha: 1, beta }), 'sqrt');
  const channels = (index: number, what: string): Constant => {
    const own = known(where, op.inputs[index], what);
    return { ...constant([own.data.length, ...over.map(() => 1)], own.data, own.type), tensor: own.tensor };
  };
  const normal = merged(op, ctx, 'divide', centred, deviation);
  const y = merged(
    op,
    ctx,
    'add',
    merged(op, ctx, 'multiply', normal, channels(1, 'scale')),
    channels(2, 'B'),
  ) as Value;
  const atoms = y.axes.slice(2).flat();
  const axes = given.axes.map((own, axis) =>
    axis < 2 ? (y.axes[axis] as readonly Atom[]) : atoms.splice(0, own.length),
  );
  return [{ ...y, axes }];
}

export const NORM: Readonly<Record<string, Run>> = {
  __proto__: null as never,
  LayerNormalization: (op, ctx) => layerNorm(op, ctx),
  BatchNormalization: batchNorm,
  InstanceNormalization: instanceNorm,
};
