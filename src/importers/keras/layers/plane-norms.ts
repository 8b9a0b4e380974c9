import { refuse } from '../../shared/refuse.js';
import { type Flow, sequence } from '../build.js';
import type { Stored } from '../files/stored.js';
import { type Call, type Layer, only, ownRank } from './layer.js';
import { vectors } from './normalizing.js';
import { type Plane, plane } from './plane.js';

/** It must be the channels' axis: the last one of all, or of those that a wrapped layer knows. */
function lastAxis(call: Call, x: Flow): void {
  call.config.lastAxis('axis', ownRank(call, x));
}

const batchNorm: Layer = (call) => {
  const { build, config, name } = call;
  const x = plane(call);
  const { channels } = x;
  lastAxis(call, x);
  const [scale, center] = [config.flag('scale', true), config.flag('center', true)];
  const take = vectors(call, channels);
  const tensors = {
    ...(scale && { gamma: take('gamma') }),
    ...(center && { beta: take('beta') }),
    mean: take('mean'),
    variance: take('variance'),
  };
  const epsilon = config.number('epsilon', 1e-3);
  return [{ ...x, name: build.add({ type: 'batch_norm', inputs: [x.name], channels, epsilon, tensors }, name) }];
};

type Joined = readonly ('time' | 'frequency')[];

function groupNorm(call: Call, x: Flow, channels: number, groups: number, axes: Joined): Flow[] {
  const { build, config, name } = call;
  const [scale, center] = [config.flag('scale', true), config.flag('center', true)];
  const take = vectors(call, channels);
  const tensors = { ...(scale && { gamma: take('gamma') }), ...(center && { beta: take('beta') }) };
  const epsilon = config.number('epsilon', 1e-3);
  const node = { type: 'group_norm', inputs: [x.name], channels, groups, axes, epsilon, tensors } as const;
  return [{ ...x, name: build.add(node, name) }];
}

/** Of the channels at each frequency. */
const layerNorm: Layer = (call) => {
  const x = plane(call);
  lastAxis(call, x);
  if (call.config.flag('rms_scaling', false)) refuse(call.config.where, 'rms_scaling is not honoured', 'false', 'true');
  return groupNorm(call, x, x.channels, 1, []);
};

/** Of groups of channels over all the time, and over all frequencies where there are such. */
export const groupNormalization: Layer = (call) => {
  const { config, build, wrapped } = call;
  const x = build.unmasked(sequence(config.where, only(call)));
  const channels = x.features / (x.frequencies ?? 1);
  lastAxis(call, x);
  const groups = config.raw('groups') === -1 ? channels : config.size('groups', 32);
  if (channels % groups !== 0)
    refuse(config.where, 'groups do not divide the channels', `a divisor of ${channels}`, `${groups}`);
  return groupNorm(call, x, channels, groups, wrapped ? ['frequency'] : ['time', 'frequency']);
};

/** A slope per channel, or per frequency and channel. */
const prelu: Layer = (call) => {
  const { build, config, entry, name, arrays } = call;
  const x = plane(call) as Plane;
  const { channels, frequencies } = x;
  const axes = `${config.raw('shared_axes') ?? ''}`;
  // Time, and the places within a frame, by their numbers.
  const places = Array.from({ length: ownRank(call, x) - 2 }, (_, i) => i + 1);
  const each = axes === (call.wrapped ? '' : '1');
  if (!each && axes !== `${places}`)
    refuse(config.where, 'a slope per timestep', `shared_axes [${places.join(', ')}] or [1]`, axes);
  const [alpha] = arrays as [Stored];
  const count = each ? frequencies * channels : channels;
  if (alpha.data.length !== count || alpha.shape.at(-1) !== channels)
    refuse(config.where, 'slopes of the wrong shape', `${count} numbers`, `(${alpha.shape.join(', ')})`);
  const tensors = { alpha: build.tensor(alpha, `${entry.name}.alpha`, [count], 'one per channel') };
  const node = { type: 'prelu', inputs: [x.name], tensors, ...(each ? {} : { channels }) } as const;
  return [{ ...x, name: build.add(node, name) }];
};

export const PLANE_NORMS: Readonly<Record<string, Layer>> = {
  __proto__: null as never,
  BatchNormalization: batchNorm,
  LayerNormalization: layerNorm,
  GroupNormalization: groupNormalization,
  PReLU: prelu,
};
