import { BINARY, VECTOR_BYTES, vectorsFor } from '../../wasm/abi.js';
import type { BuildContext } from '../layer.js';
import type { ConvolutionNode, Convolve } from './convolve.js';

/** Numbers that are worked on at a time: few enough to stay in the first cache with their weights. */
const BLOCK = 512;

export const isDepthwise = ({ channels, filters, groups }: ConvolutionNode): boolean =>
  groups > 1 && groups === channels && groups === filters;

/**
 * A convolution of each channel by itself: tap by tap, products of whole rows with weights that repeat along them.
 *
 * Weights are laid out once as `[tap][block]`, a block being some frequencies' channels; so is the bias.
 */
export function packDepthwise(
  node: ConvolutionNode,
  frequency: number,
  { arena, kernels, tensor }: BuildContext,
): Convolve {
  const { channels, kernelSize, stride, dilation, tensors } = node;
  const [taps, across] = kernelSize;
  const count = taps * across;
  // Multiples of four frequencies, so that blocks begin where vectors do.
  const some = Math.min(frequency, 4 * Math.ceil(BLOCK / channels / 4));
  const bytes = vectorsFor(some * channels) * VECTOR_BYTES;
  const weight = tensor(tensors.weight);
  const bias = tensors.bias === undefined ? undefined : tensor(tensors.bias);
  // [tap][some][channels], the bias last
  const packed = arena.alloc((count + 1) * bytes);
  const { f32 } = arena;
  for (let f = 0; f < some; f++) {
    for (let channel = 0; channel < channels; channel++) {
      const at = packed / 4 + f * channels + channel;
      for (let tap = 0; tap < count; tap++) f32[at + (tap * bytes) / 4] = weight[channel * count + tap] as number;
      f32[at + (count * bytes) / 4] = bias?.[channel] ?? 0;
    }
  }
  return (plan, frames, y) => {
    // The products of a tap, and the numbers of a row with a stride put next to one another.
    const products = plan.shared(2 * bytes);
    const picked = products + bytes;
    const apart = stride[1] * channels * 4;
    return (from, to) => {
      for (let t = 0; t < y.time; t++) {
        for (let first = 0; first < frequency; first += some) {
          const rows = Math.min(some, frequency - first);
          const vectors = vectorsFor(rows * channels);
          const out = to + t * y.stride + first * channels * 4;
          for (let tap = 0; tap < count; tap++) {
            const j = tap % across;
            const i = (tap - j) / across;
            let x =
              from + (t * stride[0] + i * dilation[0]) * frames.stride + first * apart + j * dilation[1] * channels * 4;
            if (stride[1] > 1) {
              kernels.copyRows(x, apart, picked, channels * 4, rows, channels);
              x = picked;
            }
            kernels.binary(BINARY.multiply, x, packed + tap * bytes, products, vectors);
            kernels.binary(BINARY.add, tap === 0 ? packed + count * bytes : out, products, out, vectors);
          }
        }
      }
    };
  };
}
