import { timesteps } from '../../../graph/clock.js';
import { spanOf, windowStep } from '../../../graph/window-steps.js';
import type { PaddingSpec, TwoSizes } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import type { Flow } from '../build.js';
import { advanced } from '../times.js';
import type { Call } from './layer.js';
import { flowOf, type Plane } from './plane.js';

/** A window over both axes; or of a layer of one axis over the frequencies of each frame, if TimeDistributed wraps it, or over time. */
export function sizes({ config, wrapped, alongTime }: Call, key: string, otherwise?: number): TwoSizes {
  if (wrapped) return [1, config.single(key, otherwise)];
  return alongTime ? [config.single(key, otherwise), 1] : config.two(key, otherwise);
}

/** The sizes as the file has them. */
export const ownSizes = ({ wrapped, alongTime }: Call, [time, frequency]: TwoSizes): readonly number[] =>
  wrapped ? [frequency] : alongTime ? [time] : [time, frequency];

/** @param span of the window along time and frequency. */
export function paddingOf({ config, wrapped, alongTime }: Call, span: TwoSizes): readonly [PaddingSpec, PaddingSpec] {
  const mode = config.choice(
    'padding',
    wrapped || alongTime ? ['valid', 'same', 'causal'] : ['valid', 'same'],
    'valid',
  );
  const along = (axis: 0 | 1): PaddingSpec =>
    mode === 'same' ? 'same_upper' : mode === 'causal' ? [span[axis] - 1, 0] : [0, 0];
  return [wrapped ? [0, 0] : along(0), alongTime ? [0, 0] : along(1)];
}

export interface Window {
  readonly size: TwoSizes;
  readonly stride: TwoSizes;
  readonly dilation: TwoSizes;
  readonly padding: readonly [PaddingSpec, PaddingSpec];
}

/** What a window makes of both axes. */
export function through(
  x: Plane,
  { size, stride, dilation, padding }: Window,
  name: string,
  channels: number,
  where: string,
): Flow {
  const step = (axis: 0 | 1) =>
    windowStep({ span: spanOf(size[axis], dilation[axis]), stride: stride[axis], padding: padding[axis] });
  const frequencies = timesteps([step(1)], { time: x.frequencies });
  if (frequencies < 1) refuse(where, 'no frequency is left', 'at least one', `${frequencies}`);
  return flowOf({ ...x, time: advanced(x.time, step(0)) }, name, [frequencies, channels]);
}

export function windowOf(call: Call): Window {
  const size = sizes(call, 'kernel_size');
  const stride = sizes(call, 'strides', 1);
  const dilation = sizes(call, 'dilation_rate', 1);
  const padding = paddingOf(call, [spanOf(size[0], dilation[0]), spanOf(size[1], dilation[1])]);
  return { size, stride, dilation, padding };
}
