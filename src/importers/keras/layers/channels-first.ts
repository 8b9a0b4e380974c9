import { show } from '../../formats/json.js';
import { type Build, type Flow, fixedSteps } from '../build.js';
import { Config } from '../config.js';
import { sameInEveryRun } from '../times.js';
import { type Call, type Layer, needsNoMask, ownRank } from './layer.js';
import { permuted, rearranged } from './plane-shapes.js';

/** Layers that name their channels by `axis`. */
const BY_AXIS = ['BatchNormalization', 'GroupNormalization'];

/** Whether the layer takes the first axis behind those that it does not look at for the channels. */
function isFirst(call: Call): boolean {
  const { config, entry, inputs, wrapped } = call;
  if (config.values.data_format === 'channels_first') return true;
  const [x] = inputs;
  if (!x || !BY_AXIS.includes(entry.className)) return false;
  const { axis } = config.values;
  // Of images in time, the time stands before it.
  const first = x.rows !== undefined && !wrapped ? 2 : 1;
  return ownRank(call, x) > first + 1 && show(Array.isArray(axis) && axis.length === 1 ? axis[0] : axis) === `${first}`;
}

/**
 * A layer that may be told to have its channels first: then it is itself between values whose axes are in another order. Where these are axes of each timestep,
 * that is an order within its row; where the time is one of them, as of Conv2D, all of them must be known.
 */
export const channelsLast =
  (layer: Layer): Layer =>
  (call) => {
    if (!isFirst(call)) return layer(call);
    const { build, config, entry, name, inputs } = call;
    const { where, values } = config;
    for (const x of inputs) needsNoMask(where, x);
    const { axis, data_format: _, ...others } = values;
    const own = new Config(
      where,
      entry.name,
      BY_AXIS.includes(entry.className) ? others : { ...others, ...(axis !== undefined && { axis }) },
      build.reporter,
    );
    config.ignore(...Object.keys(values));
    build.reporter.read(entry.name, 'channels', 'first', 'file');
    const given = inputs.map((x, index) => toLast(call, x, index, `${name}.last${index === 0 ? '' : index}`));
    const made = layer({ ...call, config: own, inputs: given });
    own.finish();
    return made.map((y, index) => toFirst(call, y, `${y.name}.first${index === 0 ? '' : index}`));
  };

/** Whether the axes of a value of frequencies are those of each timestep, so that time is none that the layer looks at. */
const isWithin = ({ wrapped, entry }: Call, index: number): boolean =>
  wrapped === true || (entry.className === 'ConvLSTM1D' && index === 0);

/** Axes that are channels first, as the layer wants them. */
function toLast(call: Call, x: Flow, index: number, name: string): Flow {
  const { build, config } = call;
  const known = build.turned.get(x.name);
  if (known) return known;
  const { rows, frequencies = 1, features } = x;
  if (rows !== undefined) {
    const sizes = [rows, frequencies / rows, features / frequencies] as const;
    const made = rearranged(build, x.name, sizes, [1, 2, 0], name);
    return { ...x, name: made, rows: sizes[1], frequencies: sizes[1] * sizes[2] };
  }
  if (x.frequencies !== undefined && isWithin(call, index)) return turnedFrames(build, x, name);
  if (x.kind === 'vector' || (call.wrapped && x.frequencies === undefined)) return x;
  return x.frequencies === undefined
    ? transposed(build, config.where, x, name)
    : permuted(build, config.where, x, [1, 2, 0], name);
}

/** The other way. */
function toFirst(call: Call, y: Flow, name: string): Flow {
  const { build, config } = call;
  const turned = (): Flow => {
    const { rows, frequencies = 1, features } = y;
    if (rows !== undefined) {
      const sizes = [rows, frequencies / rows, features / frequencies] as const;
      const made = rearranged(build, y.name, sizes, [2, 0, 1], name);
      return { ...y, name: made, rows: sizes[2], frequencies: sizes[2] * sizes[0] };
    }
    if (y.frequencies !== undefined && isWithin(call, 0)) return turnedFrames(build, y, name);
    if (y.kind === 'vector' || call.wrapped) return y;
    return y.frequencies === undefined
      ? transposed(build, config.where, y, name)
      : permuted(build, config.where, y, [2, 0, 1], name);
  };
  const first = build.nodes.length;
  const made = turned();
  if (made !== y) build.turned.set(made.name, y);
  for (const node of build.nodes.slice(first)) build.turning.add(node.name);
  return made;
}

/** Rows `[a][b]` as `[b][a]`. */
function turnedFrames(build: Build, x: Flow, name: string): Flow {
  const frequencies = x.frequencies as number;
  const channels = x.features / frequencies;
  return { ...x, name: rearranged(build, x.name, [frequencies, channels], [1, 0], name), frequencies: channels };
}

/** Timesteps as features, and features as timesteps. @throws {ImportError} their number is open. */
function transposed(build: Build, where: string, x: Flow, name: string): Flow {
  const time = fixedSteps(where, x, build);
  const made = build.add({ type: 'transpose', inputs: [x.name] }, name);
  return { name: made, kind: 'sequence', features: time, time: sameInEveryRun(x.features) };
}
