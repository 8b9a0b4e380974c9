import type { NodeSpec } from '../../../spec.js';
import { show } from '../../formats/json.js';
import { recordOf, tableOf } from '../../formats/record.js';
import { refuse } from '../../shared/refuse.js';
import type { Mutable } from '../../shared/spec-builder.js';
import type { Flow } from '../build.js';
import { sameInEveryRun } from '../times.js';
import { convLstm } from './conv-lstm.js';
import type { Layer } from './layer.js';
import { asVolume, type Plane, type Volume } from './plane.js';
import { PLANE_NORMS } from './plane-norms.js';
import { flattenFrames, joinedChannels, PLANE_SHAPES, reshapeFrames, reshapePlane } from './plane-shapes.js';
import { PLANE_WINDOWS, WRAPPED_WINDOWS } from './plane-windows.js';
import { BY_NUMBER, distributed } from './planes.js';
import { SHAPES } from './shapes.js';

// Values (batch, time, rows, columns, channels), of which each timestep is an image. Its rows in the spec are [rows][columns][channels]: for what does not look
// along these axes, they are so many frequencies.

/** A layer whose places stay what they are. */
const placeByPlace =
  (layer: Layer): Layer =>
  (call) => {
    const { where } = call.config;
    const [first, ...others] = call.inputs.map((x) => asVolume(where, x)) as [Volume, ...Volume[]];
    for (const { rows } of others)
      if (rows !== first.rows) refuse(where, 'different numbers of rows', `${first.rows}`, `${rows}`);
    return layer(call).map((y) => ({ ...y, rows: first.rows }));
  };

const eachPlace = (layers: Readonly<Record<string, Layer>>, ...names: readonly string[]): [string, Layer][] =>
  names.map((name) => [name, placeByPlace(layers[name] as Layer)]);

/**
 * A layer over rows and columns of each frame, as one over time and frequency: what it adds to the spec becomes what does the same within frames.
 */
const withinFrames =
  (layer: Layer): Layer =>
  (call) => {
    const { build, config } = call;
    const x = asVolume(config.where, call.inputs[0] as Flow);
    const frame: Flow = {
      name: x.name,
      kind: 'sequence',
      features: x.features / x.rows,
      frequencies: x.frequencies / x.rows,
      time: sameInEveryRun(x.rows),
    };
    const first = build.nodes.length;
    const [made] = layer({ ...call, wrapped: false, inputs: [frame] }) as [Flow & Pick<Plane, 'time' | 'frequencies'>];
    const size = { rows: x.rows, width: frame.features };
    for (let i = first; i < build.nodes.length; i++)
      build.nodes[i] = within(build.nodes[i] as Mutable<NodeSpec>, size) as Mutable<NodeSpec>;
    const rows = build.times.fix(config.where, made.time);
    if (rows < 1) refuse(config.where, 'no row is left', 'at least one', `${rows}`);
    return [{ ...made, time: x.time, rows, frequencies: rows * made.frequencies, features: rows * made.features }];
  };

/** @param size of the frames before the node, and then of those after it, where it adds or leaves out rows or columns by itself. */
function within(node: NodeSpec, size: { rows: number; width: number }): NodeSpec {
  const { rows, width } = size;
  switch (node.type) {
    case 'pad':
    case 'slice':
      if (node.axis !== 'time') break;
      size.rows += node.type === 'pad' ? node.before + node.after : -node.start - (node.drop ?? 0);
      return { ...node, axis: 'features', channels: width };
    case 'repeat':
      return { name: node.name, type: 'upsample_frequency', inputs: node.inputs, channels: width, factor: node.count };
    case 'upsample_frequency':
      size.width *= node.factor;
      return node;
    case 'conv2d':
      if (`${[node.kernelSize, node.stride ?? [1, 1], node.padding ?? [0, 0, 0, 0]]}` === '1,1,1,1,0,0,0,0')
        return node;
      break;
    case 'conv_transpose2d':
    case 'max_pool2d':
    case 'average_pool2d':
      break;
    default:
      return node;
  }
  const { name, inputs, outputs: _, ...layer } = node;
  return { type: 'each_frame2d', name, inputs, rows, layer };
}

/** What TimeDistributed may wrap: layers for which a frame is an image. */
const WRAPPED = /* @__PURE__ */ tableOf<Layer>(
  BY_NUMBER,
  recordOf(eachPlace(PLANE_NORMS, ...Object.keys(PLANE_NORMS))),
  recordOf(eachPlace(PLANE_SHAPES, 'Dense')),
  recordOf(
    [
      'Conv2D',
      'DepthwiseConv2D',
      'SeparableConv2D',
      'Conv2DTranspose',
      'MaxPooling2D',
      'AveragePooling2D',
      'ZeroPadding2D',
      'Cropping2D',
      'UpSampling2D',
    ].map((name) => [name, withinFrames(PLANE_WINDOWS[name] as Layer)]),
  ),
  {
    GlobalMaxPooling2D: WRAPPED_WINDOWS.GlobalMaxPooling1D as Layer,
    GlobalAveragePooling2D: WRAPPED_WINDOWS.GlobalAveragePooling1D as Layer,
    Flatten: flattenFrames,
    Reshape: reshapeFrames,
  },
);

const concatenate: Layer = (call) => {
  const { config } = call;
  const axis = config.raw('axis') ?? -1;
  if (axis !== -1 && axis !== 4) refuse(config.where, 'axis is not honoured', '4, the channels', show(axis));
  return joinedChannels(call);
};

/** Layers that take a value of images: none of these is taken for one of frequencies. */
const VOLUMES = /* @__PURE__ */ tableOf<Layer>(
  BY_NUMBER,
  recordOf(eachPlace(PLANE_NORMS, ...Object.keys(PLANE_NORMS))),
  recordOf(eachPlace(PLANE_SHAPES, 'Dense', 'Add', 'Subtract', 'Multiply', 'Average', 'Maximum', 'Minimum')),
  {
    Concatenate: placeByPlace(concatenate),
    ConvLSTM2D: convLstm(2),
    TimeDistributed: distributed(WRAPPED),
    Flatten: SHAPES.Flatten as Layer,
    Reshape: reshapePlane,
  },
);

/** @throws {ImportError} none that takes such values. */
export const volumeLayer = (where: string, className: string): Layer =>
  VOLUMES[className] ??
  refuse(
    where,
    'its input has two axes too many',
    `(batch, time, features), or ${Object.keys(VOLUMES).join(', ')}`,
    '(batch, time, rows, columns, channels)',
  );
