import { advance, type ClockStep, flows } from '../../graph/clock.js';
import { checkWindow, optionalPair } from '../../graph/window.js';
import { spanOf, spreadStep } from '../../graph/window-steps.js';
import type { ConvTranspose2dNode, TwoSizes } from '../../spec.js';
import { turnTaps } from '../../wasm/pack-turn.js';
import { causalObstacle, checkCausal } from '../around/causal.js';
import type { BuildContext, LayerKind, Work } from '../layer.js';
import { CONVOLUTION_FIELDS, checkFilters, wordsOf } from './conv2d.js';
import { makeConvolution } from './convolution.js';
import { frequenciesAfter, NOTHING, ONES, optionalCausal, optionalTwoCounts } from './plane.js';
import { makeSpread, type SpreadNode } from './spread.js';

/** Every field, those left out as their defaults; a causal crop in sizes. */
function filled(node: ConvTranspose2dNode): SpreadNode {
  const { stride = ONES, dilation = ONES, groups = 1, crop = NOTHING, outputPadding = [0, 0] as TwoSizes } = node;
  const [time, frequency] = crop;
  const span = spanOf(node.kernelSize[0], dilation[0]);
  const sizes = [time === 'causal' ? ([0, span - 1] as const) : time, frequency] as const;
  return {
    ...node,
    stride,
    dilation,
    groups,
    crop: sizes,
    causal: time === 'causal',
    outputPadding,
    activation: node.activation,
  };
}

const spanAlong = ({ kernelSize, dilation }: SpreadNode, axis: 0 | 1): number =>
  spanOf(kernelSize[axis], dilation[axis]);

const stepAlong = (node: SpreadNode, axis: 0 | 1) =>
  spreadStep(spanAlong(node, axis), node.stride[axis], node.crop[axis], node.outputPadding[axis]);

/** What it makes of the number of timesteps. */
export const transposedTimeStep = (node: ConvTranspose2dNode): ClockStep => stepAlong(filled(node), 0);

/** The transpose of a convolution over time and frequency. */
export const convTranspose2d: LayerKind<ConvTranspose2dNode> = {
  fields: { ...CONVOLUTION_FIELDS, crop: optionalCausal(optionalPair), outputPadding: optionalTwoCounts },
  check(node, context) {
    const x = checkFilters(node, context);
    const full = filled(node);
    if (full.causal) checkCausal(context, full.stride[0]);
    const time = advance(x.time, stepAlong(full, 0));
    checkWindow(context.where, time);
    const frequencies = frequenciesAfter(context.where, x.features / node.channels, stepAlong(full, 1));
    return [{ ...x, features: node.filters * frequencies, time }];
  },
  make(node, context, inputs, outputs) {
    const full = filled(node);
    return isConvolution(full) ? turned(full, context, inputs, outputs) : makeSpread(full, context, inputs, outputs);
  },
  obstacle(node, [x]) {
    const full = filled(node);
    if (x && full.causal) return causalObstacle(x, spanAlong(full, 0));
    if (!x || !flows(x)) return undefined;
    const alone = full.kernelSize[0] === 1 && full.stride[0] === 1 && stepAlong(full, 0).add === 0;
    if (alone && full.crop[0][0] === 0) return undefined;
    const { mul, add, div } = stepAlong(full, 0);
    return mul === 1 && add === 0 && div === 1 && full.crop[0][0] === 0
      ? "begins with nothing in every run; crop 'causal' along time has a stream keep the frames before"
      : 'spreads a frame over several, of which a stream has not all';
  },
  words: (node) => wordsOf(node, node.crop?.[0] === 'causal'),
};

/** Without strides it is a convolution whose kernel is turned round, as long as no more is dropped than that adds. */
const isConvolution = (node: SpreadNode): boolean =>
  ([0, 1] as const).every(
    (axis) =>
      node.stride[axis] === 1 &&
      node.outputPadding[axis] === 0 &&
      node.crop[axis].every((dropped) => dropped < spanAlong(node, axis)),
  );

function turned(node: SpreadNode, context: BuildContext, inputs: number, outputs: number): Work {
  const { kernelSize, crop, causal, tensors } = node;
  const pads = ([0, 1] as const).map((axis) => {
    const [before, after] = crop[axis];
    return [spanAlong(node, axis) - 1 - before, spanAlong(node, axis) - 1 - after] as const;
  }) as [readonly [number, number], readonly [number, number]];
  const padding = [causal ? ('causal' as const) : pads[0], pads[1]] as const;
  const weight = turnTaps(context.tensor(tensors.weight), kernelSize[0] * kernelSize[1], node.channels / node.groups);
  const tensor = (name: string): Float32Array => (name === tensors.weight ? weight : context.tensor(name));
  return makeConvolution({ ...node, padding }, { ...context, tensor }, inputs, outputs);
}
