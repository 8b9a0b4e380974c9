import { checkedWithNode, notNegative, optionalSize } from '../../graph/field-checks.js';
import { eachTimestep } from '../../graph/kind.js';
import { namedTensors, onlyInput } from '../../graph/node-context.js';
import type { BatchNormNode, PreluNode, ScaleShiftNode } from '../../spec.js';
import { BINARY, VECTOR_BYTES, vectorsFor } from '../../wasm/abi.js';
import { packVector } from '../../wasm/pack.js';
import { packNorm } from '../../wasm/pack-norm.js';
import { type Activate, makeActivation } from '../activation.js';
import type { BuildContext, LayerKind, ValueBuffer, Work } from '../layer.js';
import { checkChannels, rowIndex } from './values.js';

/** `y = scale·x + shift`, per feature. */
export const scaleShift: LayerKind<ScaleShiftNode> = {
  fields: { tensors: checkedWithNode, channels: optionalSize },
  check({ tensors, channels }, context) {
    const x = onlyInput(context);
    const shape = [checkChannels(context, x, channels ?? x.features)];
    namedTensors(context, tensors, { 'scale?': shape, 'shift?': shape }, context.where);
    return [x];
  },
  make({ tensors: { scale, shift } }, context, features) {
    return affine(context, packVector(context, scale, features), packVector(context, shift, features));
  },
  obstacle: eachTimestep,
};

/**
 * `(x - mean) / sqrt(variance + epsilon) · gamma + beta` (Ioffe & Szegedy 2015), as `scale·x + shift` with both worked out
 * in float64 once.
 */
export const batchNorm: LayerKind<BatchNormNode> = {
  fields: { epsilon: notNegative, tensors: checkedWithNode, channels: optionalSize },
  check({ tensors, channels }, context) {
    const x = onlyInput(context);
    const shape = [checkChannels(context, x, channels ?? x.features)];
    namedTensors(context, tensors, { mean: shape, variance: shape, 'gamma?': shape, 'beta?': shape }, context.where);
    return [x];
  },
  make({ tensors, epsilon }, context, features) {
    const { scale, shift } = packNorm(context, tensors, epsilon, features);
    return affine(context, scale, shift);
  },
  obstacle: eachTimestep,
};

/** `x < 0 ? alpha·x : x`, per feature (He et al. 2015). */
export const prelu: LayerKind<PreluNode> = {
  fields: { tensors: checkedWithNode, channels: optionalSize },
  check({ tensors, channels }, context) {
    const x = onlyInput(context);
    const shape = [checkChannels(context, x, channels ?? x.features)];
    const { alpha } = namedTensors(context, tensors, { alpha: ['features'] }, context.where);
    if (alpha?.shape[0] !== 1) namedTensors(context, tensors, { alpha: shape }, context.where);
    return [x];
  },
  make({ name, tensors }, context, features) {
    const count = context.size(tensors.alpha) === 1 ? 1 : features;
    const alphaStep = count === 1 ? 0 : 1;
    const alpha = packVector(context, tensors.alpha, count) / 4;
    return {
      plan(plan) {
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0, x.mask);
        const [first, ...others] = plan.arena.f32.subarray(alpha, alpha + count) as Iterable<number> as [number];
        if (others.every((other) => other === first)) {
          // One for all, as PyTorch begins with: the kernels have it.
          const leaky = makeActivation({ type: 'leaky_relu', alpha: first }, name, plan.kernels) as Activate;
          return [() => leaky(x.address, y.address, (x.rows * x.stride) / VECTOR_BYTES)];
        }
        return [
          () => {
            const { f32 } = plan.arena;
            for (let row = 0; row < x.rows; row++) {
              const from = rowIndex(x, row);
              const to = rowIndex(y, row);
              for (let j = 0; j < x.features; j++) {
                const v = f32[from + j] as number;
                f32[to + j] = v < 0 ? v * (f32[alpha + j * alphaStep] as number) : v;
              }
            }
          },
        ];
      },
    };
  },
  obstacle: eachTimestep,
};

/** @param scale,shift vectors of the features, 0 for none. */
function affine({ kernels }: BuildContext, scale: number, shift: number): Work {
  return {
    plan(plan) {
      const x = plan.inputs[0] as ValueBuffer;
      if (scale === 0 && shift === 0) {
        plan.alias(x);
        return [];
      }
      const y = plan.output(0, x.mask);
      const vectors = vectorsFor(x.features);
      return [
        () => {
          for (let row = 0; row < x.rows; row++) {
            const from = x.address + row * x.stride;
            const to = y.address + row * y.stride;
            if (scale !== 0) kernels.binary(BINARY.multiply, from, scale, to, vectors);
            if (shift !== 0) kernels.binary(BINARY.add, scale === 0 ? from : to, shift, to, vectors);
          }
        },
      ];
    },
  };
}
