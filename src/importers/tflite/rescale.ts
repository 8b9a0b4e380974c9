import type { RescaleNode } from '../../spec.js';
import type { Context, Op } from '../onnx/context.js';
import { withFeatures } from '../onnx/layout.js';
import { value } from '../onnx/stretch.js';
import type { Item } from '../onnx/value.js';

/** Sums of whole numbers along the last axis, in the steps of what is made of them. */
export function rescale(op: Op, ctx: Context): Item[] {
  const { where, attributes } = op;
  const given = value(ctx, where, op.inputs[0], 'x');
  const scales = attributes.floats('scales') ?? [];
  const x = scales.length === 1 ? given : withFeatures(ctx, where, given, [given.axes.length - 1]);
  const fields = {
    type: 'rescale' as const,
    inputs: [x.name],
    scales,
    halves: attributes.string('halves', 'away') as RescaleNode['halves'],
    low: attributes.int('low', 0),
    high: attributes.int('high', 0),
  };
  return [{ ...x, name: ctx.add(fields, op.outputs[0] as string) }];
}
