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
import { layFrames } from '../frequency/frames.js';
import type { LayerKind, PlanContext, ValueBuffer } from '../layer.js';
import { causalObstacle, checkCausal, inSizes, keepFrames, orCausal, validSteps, zeroBehind } from './causal.js';
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
 * groups each tap goes on with the sum of the one before: the same order. A causal one has the timesteps before in its slot, so that a stream goes on
 * with them.
 */
export const conv1d: LayerKind<Conv1dNode> = {
  fields: { ...fields, padding: orCausal(optionalPadding) },
  check(node, context) {
    const x = checkConv(node, context);
    if (node.padding === 'causal') checkCausal(context, node.stride ?? 1);
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
    const past = node.padding === 'causal' ? keepFrames(node.name, context, window.span - 1, inputs) : undefined;
    return {
      ...(past && { holders: [past] }),
      multiplyAdds: node.filters * kernelSize * channels,
      plan(plan) {
        const { batch } = plan;
        const x = plan.inputs[0] as ValueBuffer;
        const end = past && validSteps(plan, past, x);
        const [before, after] = windowPadding(window, x.time);
        // Only where every timestep is made of the one at its own place.
        const y = plan.output(0, window.span === 1 && stride === 1 && before + after === 0 ? x.mask : 0);
        // Each timestep is a frame of one place.
        const pads = [
          [before, after],
          [0, 0],
        ] as const;
        const frames = layFrames(plan, x, inputs, pads, past?.place.parts[0]);
        const tight = frames.stride;
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
          (state) => {
            for (let b = 0; b < batch; b++) {
              convolve(frames.take(b, state), y.address + b * y.time * y.stride);
              frames.keep(b, state, end ? end(b) : x.time);
            }
            finish(y);
            if (end) zeroBehind(plan, y, end);
          },
        ];
      },
    };
  },
  obstacle: (node, [x]) => {
    const { stride = 1, padding } = node;
    const window = windowOf(node);
    const { span } = window;
    if (x && padding === 'causal') return causalObstacle(x, span);
    if (!x || !flows(x) || (span === 1 && stride === 1 && `${windowPadding(window, 1)}` === '0,0')) return undefined;
    return `${padding}` === `${span - 1},0` && stride === 1
      ? "begins with zeros in every run; padding 'causal' has a stream keep the timesteps before"
      : 'looks at several timesteps at once, so it needs the whole sequence first';
  },
  words: ({ filters, kernelSize, padding, dilation = 1 }) =>
    padding === 'causal' && kernelSize > 1
      ? {
          opening:
            `is a causal convolution over time: each of its ${filters} outputs is one sum over ${kernelSize} timesteps, none of them later than its own. ` +
            `Of the timesteps before it keeps in a stream the last ${dilation * (kernelSize - 1)}.`,
        }
      : {},
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

function windowOf({ kernelSize, stride = 1, dilation = 1, padding = [0, 0] }: Conv1dNode): Window {
  const span = spanOf(kernelSize, dilation);
  return { span, stride, padding: inSizes(padding, span) };
}

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
