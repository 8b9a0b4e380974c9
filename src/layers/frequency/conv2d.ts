import { type ClockStep, flows } from '../../graph/clock.js';
import { checkedWithNode, optionalActivation, optionalSize, size } from '../../graph/field-checks.js';
import { type NodeContext, namedTensors, onlyInput, sequence } from '../../graph/node-context.js';
import type { Shape, ValueInfo } from '../../graph/value.js';
import { checkWindow, optionalPadding, windowClock } from '../../graph/window.js';
import { type Window, windowStep } from '../../graph/window-steps.js';
import { badSpec, describe } from '../../refuse.js';
import type { Conv2dNode, ConvTranspose2dNode } from '../../spec.js';
import { causalObstacle, checkCausal } from '../around/causal.js';
import { stateObstacle } from '../around/given-state.js';
import { vector } from '../around/values.js';
import type { LayerKind, LayerWords } from '../layer.js';
import { makeConvolution, windowAlong } from './convolution.js';
import type { ConvolutionNode } from './convolve.js';
import { frequenciesAfter, frequenciesOf, NOTHING, ONES, optionalCausal, optionalTwoSizes, twoSizes } from './plane.js';

/** Of both convolutions. */
export const CONVOLUTION_FIELDS = {
  channels: size,
  filters: size,
  kernelSize: twoSizes,
  stride: optionalTwoSizes,
  dilation: optionalTwoSizes,
  groups: optionalSize,
  tensors: checkedWithNode,
  activation: optionalActivation,
};

/** Every field, those left out as their defaults. */
const filled = (node: Conv2dNode): ConvolutionNode => ({
  stride: ONES,
  dilation: ONES,
  groups: 1,
  padding: NOTHING,
  activation: undefined,
  ...node,
});

/** What it makes of the number of timesteps. */
export const conv2dTimeStep = (node: Conv2dNode): ClockStep => windowStep(windowAlong(filled(node), 0));

/** A convolution over time and frequency. */
export const conv2d: LayerKind<Conv2dNode> = {
  fields: { ...CONVOLUTION_FIELDS, padding: optionalCausal(optionalPadding) },
  check(node, context) {
    const { padding, stride, filters } = filled(node);
    const [time, frequency] = [windowAlong(filled(node), 0), windowAlong(filled(node), 1)];
    const keeps = padding[0] === 'causal' && time.span > 1;
    const [given, past] = context.inputs;
    const x = checkFilters(node, keeps && past ? { ...context, inputs: context.inputs.slice(0, 1) } : context);
    if (padding[0] === 'causal') checkCausal(context, stride[0]);
    const y = windowed(context, x, filters, node.channels, time, frequency);
    return keeps ? [y, checkPast(context, (time.span - 1) * (given as ValueInfo).features)] : [y];
  },
  make: (node, context, inputs, outputs) => makeConvolution(filled(node), context, inputs, outputs),
  obstacle(node, [x, past], carried) {
    const { padding, stride } = filled(node);
    const { span } = windowAlong(filled(node), 0);
    const [time] = padding;
    if (past) return stateObstacle(true, carried, x);
    if (x && time === 'causal') return causalObstacle(x, span);
    if (!x || !flows(x)) return undefined;
    if (span === 1 && stride[0] === 1 && (typeof time === 'string' || time[0] + time[1] === 0)) return undefined;
    return time[0] === span - 1 && time[1] === 0 && stride[0] === 1
      ? "begins with zeros in every run; padding 'causal' along time has a stream keep the frames before"
      : 'looks at several frames at once, of which a stream has not all';
  },
  words: (node) => wordsOf(node, node.padding?.[0] === 'causal'),
};

/** @returns the shape of the frames that a causal layer keeps. @throws {SpecError} those that it is given have another. */
function checkPast({ where, inputs }: NodeContext, features: number): Shape {
  const [, past, more] = inputs;
  if (more) badSpec(where, 'wrong number of inputs', '[x] or [x, past]', `${inputs.length}`);
  if (past && (past.kind !== 'vector' || past.features !== features)) {
    const got = `a ${past.kind} of ${past.features}`;
    badSpec(where, `the frames before, ${describe(past.name)}, have the wrong shape`, `a vector of ${features}`, got);
  }
  return vector(features);
}

/** The shape of what windows along both axes make. @throws {SpecError} none fits. */
export function windowed(
  { where }: NodeContext,
  x: ValueInfo,
  filters: number,
  channels: number,
  along: Window,
  across: Window,
): Shape {
  const time = windowClock(x.time, along);
  checkWindow(where, time);
  return { ...x, features: filters * frequenciesAfter(where, x.features / channels, windowStep(across)), time };
}

/** Checks what convolutions have in common. @returns the input. @throws {SpecError} */
export function checkFilters(node: Conv2dNode | ConvTranspose2dNode, context: NodeContext): ValueInfo {
  const { channels, filters, kernelSize, groups = 1, tensors } = node;
  const x = sequence(context, onlyInput(context));
  frequenciesOf(context, x, channels);
  if (channels % groups !== 0 || filters % groups !== 0) {
    const expected = `divisors of ${channels} and ${filters}`;
    badSpec(context.where, 'groups must divide channels and filters', expected, `${groups}`);
  }
  const weight = [filters, ...kernelSize, channels / groups];
  namedTensors(context, tensors, { weight, 'bias?': [filters] }, context.where);
  return x;
}

/** What `explain` says of a convolution. */
export function wordsOf(
  { kernelSize: [taps, across], channels, filters }: Conv2dNode | ConvTranspose2dNode,
  causal: boolean,
): LayerWords {
  const kept =
    causal && taps > 1 ? ' Of the frames before it keeps in a stream as many as its kernel reaches back.' : '';
  return {
    opening:
      `takes each timestep for a frame of frequencies with ${channels} channels each, and makes ${filters} channels of them: ` +
      `every output is one sum over ${taps} frames, ${across} frequencies and the channels of its group.${kept}`,
  };
}
