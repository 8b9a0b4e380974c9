import type { TwoSizes } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import type { Flow, Sequence } from '../build.js';
import { type Call, only } from './layer.js';

/** A value with an axis of frequencies in the file, `(batch, time, frequency, channels)`: its rows are `[frequency][channels]`. */
export type Plane = Sequence & { readonly frequencies: number; readonly channels: number };

export const asPlane = (where: string, x: Flow): Plane =>
  x.kind === 'sequence' && x.frequencies !== undefined
    ? ({ ...x, channels: x.features / x.frequencies } as Plane)
    : refuse(where, 'its input has another number of axes', '(batch, time, frequency, channels)', axesOf(x));

const axesOf = ({ kind }: Flow): string => (kind === 'sequence' ? '(batch, time, features)' : '(batch, features)');

export const plane = (call: Call): Plane => asPlane(call.config.where, only(call));

/** What a node makes of a plane: with other frequencies and channels, or without an axis of frequencies. */
export const flowOf = (
  { time }: Sequence,
  name: string,
  [frequencies, channels]: TwoSizes | [undefined, number],
): Flow => ({
  name,
  kind: 'sequence',
  features: (frequencies ?? 1) * channels,
  time,
  ...(frequencies !== undefined && { frequencies }),
});
