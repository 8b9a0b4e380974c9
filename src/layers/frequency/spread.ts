import type { TwoSizes } from '../../spec.js';
import { rowBytes } from '../../wasm/abi.js';
import type { Linear } from '../../wasm/linear.js';
import { keepFrames, refuseMask } from '../around/causal.js';
import { finisher, packGroups } from '../around/conv-parts.js';
import type { BuildContext, ValueBuffer, Work } from '../layer.js';
import type { ConvolutionNode } from './convolve.js';
import { layFrames } from './frames.js';

/** A transposed convolution with all that it may leave out. */
export interface SpreadNode extends Omit<ConvolutionNode, 'padding'> {
  readonly crop: readonly [time: readonly [number, number], frequency: readonly [number, number]];
  /** Frames of the past come from a stream's state. */
  readonly causal: boolean;
  readonly outputPadding: TwoSizes;
}

/**
 * A transposed convolution with strides: y begins as the bias; then, tap by tap, the products of each frame go on with the sums at
 * the places `stride` apart that the tap reaches. Every sum thus has its taps in the kernel's order, whatever the cut.
 */
export function makeSpread(node: SpreadNode, context: BuildContext, inputs: number, outputs: number): Work {
  const { name, channels, filters, kernelSize, stride, dilation, groups, crop, causal } = node;
  const [taps, across] = kernelSize;
  const [own, filtersOwn] = [channels / groups, filters / groups];
  const [low, high] = [inputs / channels, outputs / filters];
  const parts = packGroups(node, context, taps * across * own, own);
  const past = causal ? keepFrames(name, context, dilation[0] * (taps - 1), inputs) : undefined;
  const finish = finisher(node.activation, name, context);
  // Per tap of the frequency axis: the first frequency of x that it takes within y, how many, and where the first one goes.
  const reach = Int32Array.from({ length: 3 * across }, (_, index) => {
    const j = Math.floor(index / 3);
    const shift = j * dilation[1] - crop[1][0];
    const first = Math.max(0, Math.ceil(-shift / stride[1]));
    const end = Math.min(low, Math.ceil((high - shift) / stride[1]));
    return [first, Math.max(0, end - first), first * stride[1] + shift][index % 3] as number;
  });
  return {
    ...(past && { holders: [past] }),
    multiplyAdds: filters * taps * across * own * low,
    plan(plan) {
      if (past) refuseMask(plan, past);
      const { kernels, batch } = plan;
      const x = plan.inputs[0] as ValueBuffer;
      // Only where every frame is made of the one at its own place.
      const alone = taps === 1 && stride[0] === 1 && crop[0][0] + crop[0][1] + node.outputPadding[0] === 0;
      const y = plan.output(0, alone ? x.mask : 0);
      const before = past ? dilation[0] * (taps - 1) : 0;
      const frames = layFrames(
        plan,
        x,
        channels,
        [
          [before, 0],
          [0, 0],
        ],
        past?.place.parts[0],
      );
      // Whole vectors are written: straight into y where that meets no other row.
      const direct = groups === 1 && (filters % 4 === 0 || high === 1);
      const width = direct ? (high === 1 ? y.stride : filters * 4) : rowBytes(filtersOwn);
      const block = direct ? 0 : plan.shared(y.time * high * width);
      const spread = (from: number, to: number): void => {
        for (let group = 0; group < groups; group++) {
          const product = parts[group] as Linear;
          const start = direct ? to : block;
          kernels.copyRows(product.bias, 0, start, width, y.time * high, product.vectors * 4);
          for (let tap = 0; tap < taps * across; tap++) {
            const j = tap % across;
            const i = (tap - j) / across;
            const first = reach[3 * j] as number;
            const count = reach[3 * j + 1] as number;
            if (count === 0) continue;
            for (let t = 0; t < frames.time; t++) {
              const at = (t - before) * stride[0] + i * dilation[0] - crop[0][0];
              if (at < 0 || at >= y.time) continue;
              const a = from + t * frames.stride + (first * channels + group * own) * 4;
              const c = start + (at * high + (reach[3 * j + 2] as number)) * width;
              const apart = stride[1] * width;
              product.applyTerms(tap * own, own, a, channels * 4, count, c, apart, c, apart);
            }
          }
          if (direct) continue;
          for (let t = 0; t < y.time; t++) {
            const row = to + t * y.stride + group * filtersOwn * 4;
            kernels.copyRows(block + t * high * width, width, row, filters * 4, high, filtersOwn);
          }
        }
      };
      return [
        (state) => {
          for (let b = 0; b < batch; b++) {
            spread(frames.take(b, state), y.address + b * y.time * y.stride);
            frames.keep(b, state);
          }
          finish(y);
        },
      ];
    },
  };
}
