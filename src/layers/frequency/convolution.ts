import { windowPadding } from '../../graph/window.js';
import { spanOf, type Window } from '../../graph/window-steps.js';
import { inSizes, keepFrames, refuseMask } from '../around/causal.js';
import { finisher } from '../around/conv-parts.js';
import { giveState, takeState } from '../around/given-state.js';
import type { BuildContext, ValueBuffer, Work } from '../layer.js';
import type { ConvolutionNode } from './convolve.js';
import { isDepthwise, packDepthwise } from './depthwise.js';
import { layFrames } from './frames.js';
import { packProducts } from './products.js';

/** The window of an axis: 0 time, 1 frequency. */
export function windowAlong(node: Omit<ConvolutionNode, 'name' | 'tensors' | 'activation'>, axis: 0 | 1): Window {
  const span = spanOf(node.kernelSize[axis], node.dilation[axis]);
  return { span, stride: node.stride[axis], padding: inSizes(node.padding[axis], span) };
}

/** Packs a convolution. @param inputs features of its input. */
export function makeConvolution(node: ConvolutionNode, context: BuildContext, inputs: number, outputs: number): Work {
  const { name, channels, filters, kernelSize, groups } = node;
  const [time, frequency] = [windowAlong(node, 0), windowAlong(node, 1)];
  const past = node.padding[0] === 'causal' ? keepFrames(name, context, time.span - 1, inputs) : undefined;
  const convolve = isDepthwise(node) ? packDepthwise(node, outputs / filters, context) : packProducts(node, context);
  const finish = finisher(node.activation, name, context);
  return {
    ...(past && { holders: [past] }),
    multiplyAdds: (outputs * kernelSize[0] * kernelSize[1] * channels) / groups,
    plan(plan) {
      if (past) refuseMask(plan, past);
      const x = plan.inputs[0] as ValueBuffer;
      const pads = [windowPadding(time, x.time), windowPadding(frequency, inputs / channels)] as const;
      // Only where every frame is made of the one at its own place.
      const y = plan.output(0, time.span === 1 && time.stride === 1 && pads[0][0] + pads[0][1] === 0 ? x.mask : 0);
      const frames = layFrames(plan, x, channels, pads, past?.place.parts[0]);
      const apply = convolve(plan, frames, y);
      const given = plan.inputs[1];
      return [
        ...(past && given ? [takeState(past, plan, given)] : []),
        (state) => {
          for (let b = 0; b < plan.batch; b++) {
            apply(frames.take(b, state), y.address + b * y.time * y.stride);
            frames.keep(b, state);
          }
          finish(y);
        },
        ...(past ? giveState(past, plan) : []),
      ];
    },
  };
}
