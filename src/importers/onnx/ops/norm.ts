import { refuse } from '../../shared/refuse.js';
import { axisAt, type Context, type Op } from '../context.js';
import { withFeatures } from '../layout.js';
import { value } from '../stretch.js';
import { count, type Item } from '../value.js';
import { perFeature } from './per-feature.js';
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
  attributes.ignore('momentum', 'spatial', 'is_test');
  if (attributes.int('training_mode', 0) !== 0) refuse(where, 'in training mode', 'inference');
  const v = withFeatures(ctx, where, value(ctx, where, op.inputs[0], 'X'), [1]);
  const n = count(v.features);
  const [gamma, beta, mean, variance] = ['gamma', 'beta', 'mean', 'variance'].map((field, index) =>
    perFeature(op, ctx, index + 1, field, n),
  );
  if (!mean || !variance) refuse(where, 'no statistics', 'mean and variance');
  const tensors = { mean, variance, ...(gamma && { gamma }), ...(beta && { beta }) };
  return [
    {
      ...v,
      name: ctx.add(
        { type: 'batch_norm', inputs: [v.name], epsilon: attributes.float('epsilon', 1e-5), tensors },
        op.outputs[0] as string,
      ),
    },
  ];
}

export const NORM: Readonly<Record<string, Run>> = {
  LayerNormalization: (op, ctx) => layerNorm(op, ctx),
  BatchNormalization: batchNorm,
};
