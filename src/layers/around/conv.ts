import { advance, flows } from '../../graph/clock.js';
import { checkedWithNode, optionalActivation, optionalSize, size } from '../../graph/field-checks.js';
import { type NodeContext, namedTensors, onlyInput, sequence } from '../../graph/node-context.js';
import type { ValueInfo } from '../../graph/value.js';
import {
  checkWindow,
  optionalCount,
  optionalPadding,
  optionalPair,
  windowClock,
  windowPadding,
} from '../../graph/window.js';
import { spanOf, spreadStep, type Window } from '../../graph/window-steps.js';
import { badSpec } from '../../refuse.js';
import type { Conv1dNode, ConvTranspose1dNode } from '../../spec.js';
import { rowBytes } from '../../wasm/abi.js';
import type { Linear } from '../../wasm/linear.js';
import type { LayerKind, PlanContext, ValueBuffer } from '../layer.js';
import { finisher, packGroups } from './conv-parts.js';

const fields = {
  filters: size,
  kernelSize: size,
  stride: optionalSize,
  dilation: optionalSize,
  groups: optionalSize,
  tensors: checkedWithNode,
  activation: optionalActivation,
};

/**
 *     y[t] = b + Σ_j W[:, j, :] · x[t·stride + j·dilation - before]
 *
 * A matrix product whose rows overlap: row t of A starts t·stride timesteps on. All taps are one sum, or with dilation or
 * groups each tap goes on with the sum of the one before: the same order.
 */
export const conv1d: LayerKind<Conv1dNode> = {
  fields: { ...fields, padding: optionalPadding },
  check(node, context) {
    const x = checkConv(node, context);
    const time = windowClock(x.time, windowOf(node));
    checkWindow(context.where, time);
    return [{ ...x, features: node.filters, time }];
  },
  make(node, context, inputs) {
    const { kernelSize, stride = 1, dilation = 1, groups = 1 } = node;
    const channels = inputs / groups;
    const whole = dilation === 1 && groups === 1;
    const parts = packGroups(node, context, kernelSize * channels, whole ? 0 : channels);
    const finish = finisher(node.activation, node.name, context);
    const window = windowOf(node);
    return {
      multiplyAdds: node.filters * kernelSize * channels,
      plan(plan) {
        const { kernels, arena, batch } = plan;
        const x = plan.inputs[0] as ValueBuffer;
        const [before, after] = windowPadding(window, x.time);
        // Only where every timestep is made of the one at its own place.
        const y = plan.output(0, window.span === 1 && stride === 1 && before + after === 0 ? x.mask : 0);
        // [before + time + after][inputs], without gaps; not needed where x is so already.
        const tight = inputs * 4;
        const bytes = (x.time + before + after) * tight;
        const copy = before + after > 0 || x.stride !== tight ? plan.alloc(bytes) : 0;
        if (copy !== 0) arena.u8.fill(0, copy, copy + bytes);
        const out = groupOutput(plan, y, groups);
        const [taps, k] = whole ? [1, kernelSize * inputs] : [kernelSize, channels];
        const convolve = (from: number, to: number): void => {
          for (let group = 0; group < parts.length; group++) {
            const product = parts[group] as Linear;
            const c = out.address(to);
            for (let tap = 0; tap < taps; tap++) {
              const a = from + tap * dilation * tight + group * channels * 4;
              const first = tap === 0;
              const init = first ? product.bias : c;
              product.applyTerms(tap * k, k, a, stride * tight, y.time, init, first ? 0 : out.stride, c, out.stride);
            }
            out.place(to, group);
          }
        };
        return [
          () => {
            for (let b = 0; b < batch; b++) {
              let from = x.address + b * x.time * x.stride;
              if (copy !== 0) {
                kernels.copyRows(from, x.stride, copy + before * tight, tight, x.time, inputs);
                from = copy;
              }
              convolve(from, y.address + b * y.time * y.stride);
            }
            finish(y);
          },
        ];
      },
    };
  },
  obstacle: (node, [x]) => {
    if (!x || !flows(x) || (node.kernelSize === 1 && (node.stride ?? 1) === 1)) return undefined;
    return 'looks at several timesteps at once, so it needs the whole sequence first';
  },
};

/**
 *     y[t·stride + j·dilation - crop] += W[:, j, :] · x[t],   y = b at first
 *
 * One matrix product per tap, whose rows are written `stride` timesteps apart.
 */
export const convTranspose1d: LayerKind<ConvTranspose1dNode> = {
  fields: { ...fields, crop: optionalPair, outputPadding: optionalCount },
  check(node, context) {
    const { kernelSize, stride = 1, dilation = 1, crop = [0, 0], outputPadding = 0 } = node;
    const x = checkConv(node, context);
    const time = advance(x.time, spreadStep(spanOf(kernelSize, dilation), stride, crop, outputPadding));
    checkWindow(context.where, time);
    return [{ ...x, features: node.filters, time }];
  },
  make(node, context, inputs) {
    const { kernelSize, stride = 1, dilation = 1, groups = 1, crop = [0, 0] } = node;
    const channels = inputs / groups;
    const parts = packGroups(node, context, kernelSize * channels, channels);
    const finish = finisher(node.activation, node.name, context);
    return {
      multiplyAdds: node.filters * kernelSize * channels,
      plan(plan) {
        const { kernels, batch } = plan;
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0);
        const out = groupOutput(plan, y, groups);
        const spread = (from: number, to: number): void => {
          for (let group = 0; group < parts.length; group++) {
            const product = parts[group] as Linear;
            const start = out.address(to);
            kernels.copyRows(product.bias, 0, start, out.stride, y.time, product.vectors * 4);
            for (let tap = 0; tap < kernelSize; tap++) {
              const shift = tap * dilation - crop[0];
              // Timesteps t of x with 0 <= t·stride + shift < y.time.
              const first = Math.max(0, Math.ceil(-shift / stride));
              const end = Math.min(x.time, Math.ceil((y.time - shift) / stride));
              if (end <= first) continue;
              const c = start + (first * stride + shift) * out.stride;
              const a = from + first * x.stride + group * channels * 4;
              const apart = stride * out.stride;
              product.applyTerms(tap * channels, channels, a, x.stride, end - first, c, apart, c, apart);
            }
            out.place(to, group);
          }
        };
        return [
          () => {
            for (let b = 0; b < batch; b++)
              spread(x.address + b * x.time * x.stride, y.address + b * y.time * y.stride);
            finish(y);
          },
        ];
      },
    };
  },
  obstacle: (node, [x]) => {
    if (!x || !flows(x) || (node.kernelSize === 1 && (node.stride ?? 1) === 1)) return undefined;
    return 'spreads a timestep over several, so it needs the whole sequence first';
  },
};

type ConvNode = Conv1dNode | ConvTranspose1dNode;

const windowOf = ({ kernelSize, stride = 1, dilation = 1, padding = [0, 0] }: Conv1dNode): Window => ({
  span: spanOf(kernelSize, dilation),
  stride,
  padding,
});

function checkConv(node: ConvNode, context: NodeContext): ValueInfo {
  const { filters, kernelSize, groups = 1, tensors } = node;
  const x = sequence(context, onlyInput(context));
  if (x.features % groups !== 0 || filters % groups !== 0) {
    badSpec(
      context.where,
      'groups must divide features and filters',
      `divisors of ${x.features} and ${filters}`,
      `${groups}`,
    );
  }
  namedTensors(
    context,
    tensors,
    { weight: [filters, kernelSize, x.features / groups], 'bias?': [filters] },
    context.where,
  );
  return x;
}

/** Where groups write: a single one straight into y; several beside it, since whole vectors are written, and copied into place. */
function groupOutput({ kernels, alloc }: PlanContext, y: ValueBuffer, groups: number) {
  if (groups === 1) return { stride: y.stride, address: (to: number) => to, place() {} };
  const own = y.features / groups;
  const stride = rowBytes(own);
  const block = alloc(y.time * stride);
  return {
    stride,
    address: () => block,
    place: (to: number, group: number) => kernels.copyRows(block, stride, to + group * own * 4, y.stride, y.time, own),
  };
}
