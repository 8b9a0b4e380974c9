import type { ActivationSpec, PaddingSpec, TwoSizes } from '../../spec.js';
import type { PlanContext, ValueBuffer } from '../layer.js';
import type { Frames } from './frames.js';

/** A convolution over time and frequency with all that it may leave out. */
export interface ConvolutionNode {
  readonly name: string;
  readonly channels: number;
  readonly filters: number;
  readonly kernelSize: TwoSizes;
  readonly stride: TwoSizes;
  readonly dilation: TwoSizes;
  readonly groups: number;
  readonly padding: readonly [time: PaddingSpec | 'causal', frequency: PaddingSpec];
  readonly tensors: { readonly weight: string /* (filters, taps, taps, channels / groups) */; readonly bias?: string };
  readonly activation: ActivationSpec | undefined;
}

/** Lays out how one row of the batch is convolved: from its frames' address to its rows of y. */
export type Convolve = (plan: PlanContext, frames: Frames, y: ValueBuffer) => (from: number, to: number) => void;
