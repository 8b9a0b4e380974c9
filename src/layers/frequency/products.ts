import { rowBytes } from '../../wasm/abi.js';
import type { Linear } from '../../wasm/linear.js';
import { packGroups } from '../around/conv-parts.js';
import type { BuildContext } from '../layer.js';
import type { ConvolutionNode, Convolve } from './convolve.js';

/**
 * A convolution as matrix products whose rows are windows of the frames: those of one frame stand `stride · channels` apart. Taps that
 * follow one another in memory are one product, others go on with its sums, so the order is the same: a kernel of 1×k is one product,
 * one of 1×1 without a stride a single one for all frames, so is one that sees all frequencies at once.
 */
export function packProducts(node: ConvolutionNode, context: BuildContext): Convolve {
  const { channels, filters, kernelSize, stride, dilation, groups } = node;
  const [taps, across] = kernelSize;
  const own = channels / groups;
  const filtersOwn = filters / groups;
  const parts = packGroups(node, context, taps * across * own, 0);
  return (plan, frames, y) => {
    const { kernels } = plan;
    const segments = segmentsOf(
      taps,
      across,
      own,
      dilation[0] * frames.stride,
      dilation[1] * channels * 4,
      groups === 1,
    );
    const frequency = y.features / filters;
    // Windows of all frames in one call where they are as far apart as those of one.
    const step = stride[1] * channels * 4;
    const frameStep = stride[0] * frames.stride;
    const together = frequency === 1 || frequency * step === frameStep;
    const rows = together ? y.time * frequency : frequency;
    const calls = together ? 1 : y.time;
    const rowStep = frequency === 1 ? frameStep : step;
    // Whole vectors are written: straight into y where that meets no other row.
    const direct = groups === 1 && (filters % 4 === 0 || frequency === 1);
    const width = direct ? (frequency === 1 ? y.stride : filters * 4) : rowBytes(filtersOwn);
    const block = direct ? 0 : plan.shared(rows * width);
    const place = (to: number): void => {
      if (frequency === 1) kernels.copyRows(block, width, to, y.stride, rows, filtersOwn);
      else {
        for (let frame = 0; frame * frequency < rows; frame++) {
          const from = block + frame * frequency * width;
          kernels.copyRows(from, width, to + frame * y.stride, filters * 4, frequency, filtersOwn);
        }
      }
    };
    return (from, to) => {
      for (let call = 0; call < calls; call++) {
        const row = to + call * y.stride;
        const c = direct ? row : block;
        for (let group = 0; group < groups; group++) {
          const product = parts[group] as Linear;
          const a = from + call * frameStep + group * own * 4;
          for (let i = 0; i < segments.length; i += 3) {
            const k0 = segments[i] as number;
            const count = segments[i + 1] as number;
            const init = i === 0 ? product.bias : c;
            const initStride = i === 0 ? 0 : width;
            product.applyTerms(k0, count, a + (segments[i + 2] as number), rowStep, rows, init, initStride, c, width);
          }
          if (!direct) place(row + group * filtersOwn * 4);
        }
      }
    };
  };
}

/** Parts of a window's sum: first term, how many, and bytes from the window's start; those that follow one another joined. */
function segmentsOf(
  taps: number,
  across: number,
  channels: number,
  timeStep: number,
  frequencyStep: number,
  joins: boolean,
): Int32Array {
  const segments: number[] = [];
  let end = -1;
  for (let i = 0; i < taps; i++) {
    for (let j = 0; j < across; j++) {
      const offset = i * timeStep + j * frequencyStep;
      if (joins && offset === end) (segments[segments.length - 2] as number) += channels;
      else segments.push((i * across + j) * channels, channels, offset);
      end = offset + channels * 4;
    }
  }
  return Int32Array.from(segments);
}
