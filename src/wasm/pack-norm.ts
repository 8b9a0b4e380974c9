import type { BatchNormNode } from '../spec.js';
import { rowBytes } from './abi.js';
import type { Packing } from './pack.js';

/**
 * A batch normalisation as `scale·x + shift`, both worked out in float64 once.
 * @param features numbers of a row, along which the channels of the tensors repeat.
 * @returns addresses of two vectors of the features.
 */
export function packNorm(
  { arena, tensor }: Packing,
  tensors: BatchNormNode['tensors'],
  epsilon: number,
  features: number,
): { readonly scale: number; readonly shift: number } {
  const [mean, variance] = [tensor(tensors.mean), tensor(tensors.variance)];
  const gamma = tensors.gamma === undefined ? undefined : tensor(tensors.gamma);
  const beta = tensors.beta === undefined ? undefined : tensor(tensors.beta);
  const channels = mean.length;
  const bytes = rowBytes(features);
  const [scale, shift] = [arena.alloc(bytes), arena.alloc(bytes)];
  for (let j = 0; j < features; j++) {
    const channel = j % channels;
    const factor = (gamma?.[channel] ?? 1) / Math.sqrt((variance[channel] as number) + epsilon);
    arena.f32[scale / 4 + j] = factor;
    arena.f32[shift / 4 + j] = (beta?.[channel] ?? 0) - (mean[channel] as number) * factor;
  }
  return { scale, shift };
}
