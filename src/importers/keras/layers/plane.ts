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

/** A value whose timesteps are images, `(batch, time, rows, columns, channels)`: its rows are `[rows][columns][channels]`, so many frequencies. */
export type Volume = Plane & { readonly rows: number };

export const asVolume = (where: string, x: Flow): Volume =>
  x.rows === undefined
    ? refuse(where, 'its input has another number of axes', '(batch, time, rows, columns, channels)', 'fewer')
    : ({ ...asPlane(where, x), rows: x.rows } as Volume);

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
