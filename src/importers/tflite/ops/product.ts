import type { RoundingRule } from '../../../spec.js';
import { refuse } from '../../shared/refuse.js';
import type { AttributeValue } from '../../translated/messages.js';
import { DOMAIN, isQuantised } from '../builder.js';
import type { Site, Translate } from '../site.js';
import { type IntegerSums, integerSums } from './integer-sums.js';

/** Whether weights are whole numbers among floats, so that TensorFlow Lite rounds what they are multiplied by. */
export const isHybrid = (site: Site, weights: number, x = 0): boolean =>
  isQuantised(site.tensor(weights)) && !isQuantised(site.tensor(x));

/** Weights as floats; of whole numbers among floats, what TensorFlow Lite does at run time and this does not. */
export function weight(site: Site, input: number, x: number, rounded = false): string {
  if (!rounded && isHybrid(site, input, x)) {
    const { name, type } = site.tensor(input);
    site.builder.file.notes.add(
      `${site.where}: weights ${JSON.stringify(name)}, ${type}, dequantised to float32; TensorFlow Lite rounds the values ` +
        'that they are multiplied by to 8 bits at run time, which is not done here',
    );
  }
  return site.float(input);
}

/** XNNPACK leaves operators with another fused activation than a bound to TensorFlow Lite's own kernels. */
const takenByXnnpack = (activation: number): boolean => activation < 4;

/** Whether a product's rows are rounded: within a loop they are left as they are, so that its formulas can be told. */
const roundsRows = (site: Site): boolean => isHybrid(site, 1) && site.tensor(1).type === 'INT8' && !site.builder.inLoop;

/** Rows of floats, rounded to 8 bits as they are where 8-bit weights multiply them. @returns the name of what is rounded. */
export function roundRows(site: Site, x: string, rule: RoundingRule): string {
  const { builder, source, where } = site;
  const by = rule === 'xnnpack' ? "XNNPACK, TensorFlow Lite's default," : `TensorFlow Lite (${rule})`;
  builder.file.notes.add(`${where}: each row is rounded to 8 bits, as ${by} rounds what 8-bit weights multiply`);
  const made = builder.fresh(`${x}.rounded`);
  builder.add('RoundRows', source, [x], [made], { rule: { s: rule } }, DOMAIN);
  return made;
}

/** A bias: of whole numbers, those are sums of products, so they count in the scale of these. */
export function bias(site: Site, input: number, x: number, weights: number): string {
  const found = site.tensor(input);
  const [value, factor] = [site.tensor(x), site.tensor(weights)];
  if (!isQuantised(found) || !isQuantised(value)) return site.float(input);
  const scales = factor.scales.map((scale) => Math.fround((value.scales[0] as number) * scale));
  const { builder } = site;
  const name = site.raw(input);
  const by = builder.constant(
    `${name}.scale`,
    1,
    scales.length === 1 ? [] : [scales.length],
    Float32Array.from(scales),
  );
  return site.emit('DequantizeLinear', [name, by], { axis: { i: 0 } }, 'bias');
}

/** `x·Wᵀ + b`, W `[units, inputs]`; what is not kept of x' axes is one axis of rows. */
function fullyConnected(site: Site): void {
  const { options, builder } = site;
  options.expect('FullyConnected');
  const activation = site.fused();
  if (options.byte(1, 'weights_format') !== 0) refuse(site.where, 'shuffled weights', 'weights_format 0', '1');
  const keep = options.flag(2, 'keep_num_dims');
  const asymmetric = options.flag(3, 'asymmetric_quantize_inputs');
  options.ignore(4);
  const { shape } = site.arity(3).tensor(1);
  const rank = site.tensor(0).shape.length;
  const units = shape[1] as number;
  if (shape.length !== 2) refuse(site.where, 'weights that are no matrix', '[units, inputs]', `[${shape}]`);
  const whole = integerSums(site, activation, 0, true);
  let x = whole?.x ?? site.float(0);
  if (!keep && (rank !== 2 || site.tensor(0).shape[1] !== units))
    x = site.emit('Reshape', [x, builder.integers(`${site.outputName()}.rows`, [-1, units])]);
  const rounds = roundsRows(site);
  if (rounds) x = roundRows(site, x, takenByXnnpack(activation) ? 'xnnpack' : asymmetric ? 'asymmetric' : 'symmetric');
  const w = site.emit('Transpose', [whole?.weights ?? weight(site, 1, 0, rounds)], { perm: { ints: [1, 0] } });
  const target = whole?.sums ?? site.target(0, activation);
  const product = site.has(2) ? site.emit('MatMul', [x, w]) : target;
  if (site.has(2)) site.add('Add', [product, whole?.bias ?? bias(site, 2, 0, 1)], [target]);
  else site.add('MatMul', [x, w], [target]);
}

function batchMatmul(site: Site): void {
  const { options } = site;
  options.expect('BatchMatMul');
  const [turnX, turnY] = [options.flag(0, 'adj_x'), options.flag(1, 'adj_y')];
  options.ignore(2);
  site.arity(2);
  const factor = (input: number, turn: boolean): string => {
    const x = input === 1 ? weight(site, 1, 0) : site.float(0);
    const rank = site.tensor(input).shape.length;
    const axes = Array.from({ length: rank }, (_, axis) => axis);
    return turn ? site.emit('Transpose', [x], { perm: { ints: [...axes.slice(0, -2), rank - 1, rank - 2] } }) : x;
  };
  site.add('MatMul', [factor(0, turnX), factor(1, turnY)], [site.target()]);
}

/** Padding is SAME (0), what is left over at the end, or VALID (1). */
const padding = (site: Site): Readonly<Record<string, AttributeValue>> => {
  const padding = site.options.byte(0, 'padding');
  if (padding !== 0 && padding !== 1) refuse(site.where, 'an unknown padding', 'SAME or VALID', `${padding}`);
  return { auto_pad: { s: padding === 0 ? 'SAME_UPPER' : 'VALID' } };
};

/** Runs an operator of ONNX, channels first, over x, channels last. */
function channelsFirst(
  site: Site,
  type: string,
  others: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>>,
  activation: number,
  { rounds = false, whole }: { readonly rounds?: boolean; readonly whole?: IntegerSums | undefined } = {},
): void {
  const given = rounds ? roundRows(site, site.float(0), 'xnnpack') : (whole?.x ?? site.float(0));
  const x = site.emit('Transpose', [given], { perm: { ints: [0, 3, 1, 2] } });
  const y = site.emit(type, [x, ...others], attributes);
  site.add('Transpose', [y], [whole?.sums ?? site.target(0, activation)], { perm: { ints: [0, 2, 3, 1] } });
}

/** `[filters, height, width, channels of a group]` over `[batch, height, width, channels]`. */
function conv2d(site: Site): void {
  const { options } = site;
  options.expect('Conv2D');
  const pads = padding(site);
  const strides = [options.int(2, 'stride_h'), options.int(1, 'stride_w')];
  const activation = site.fused(3);
  const dilations = [options.int(5, 'dilation_h_factor', 1), options.int(4, 'dilation_w_factor', 1)];
  options.ignore(6);
  const { shape } = site.arity(3).tensor(1);
  const channels = site.tensor(0).shape.at(-1) as number;
  // XNNPACK rounds all places of an image in the same steps; where there is but one, that is a row.
  const sizes = site.builder.sizes(site.index(0));
  const rounds = roundsRows(site) && takenByXnnpack(activation) && sizes[1] === 1 && sizes[2] === 1;
  const whole = integerSums(site, activation, 0, false);
  const w = site.emit('Transpose', [whole?.weights ?? weight(site, 1, 0, rounds)], { perm: { ints: [0, 3, 1, 2] } });
  const others = site.has(2) ? [w, whole?.bias ?? bias(site, 2, 0, 1)] : [w];
  const group = channels / (shape[3] as number);
  channelsFirst(
    site,
    'Conv',
    others,
    { ...pads, strides: { ints: strides }, dilations: { ints: dilations }, group: { i: group } },
    activation,
    { rounds, whole },
  );
}

/** `[1, height, width, channels·multiplier]`: each channel by itself. */
function depthwiseConv2d(site: Site): void {
  const { options } = site;
  options.expect('DepthwiseConv2D');
  const pads = padding(site);
  const strides = [options.int(2, 'stride_h'), options.int(1, 'stride_w')];
  // The multiplier is what the shapes say.
  options.ignore(3);
  const activation = site.fused(4);
  const dilations = [options.int(6, 'dilation_h_factor', 1), options.int(5, 'dilation_w_factor', 1)];
  const channels = site.arity(3).tensor(0).shape.at(-1) as number;
  const whole = integerSums(site, activation, 3, false);
  const w = site.emit('Transpose', [whole?.weights ?? weight(site, 1, 0)], { perm: { ints: [3, 0, 1, 2] } });
  const others = site.has(2) ? [w, whole?.bias ?? bias(site, 2, 0, 1)] : [w];
  channelsFirst(
    site,
    'Conv',
    others,
    { ...pads, strides: { ints: strides }, dilations: { ints: dilations }, group: { i: channels } },
    activation,
    { whole },
  );
}

const pool =
  (type: string): Translate =>
  (site) => {
    const { options } = site;
    options.expect('Pool2D');
    const pads = padding(site);
    const strides = [options.int(2, 'stride_h'), options.int(1, 'stride_w')];
    const kernel = [options.int(4, 'filter_height'), options.int(3, 'filter_width')];
    const activation = site.fused(5);
    channelsFirst(
      site.arity(1),
      type,
      [],
      { ...pads, strides: { ints: strides }, kernel_shape: { ints: kernel } },
      activation,
    );
  };

const reduce =
  (type: string): Translate =>
  (site) => {
    const keep = site.options.expect('Reducer').flag(0, 'keep_dims');
    const axes = site.arity(2).integers(1, 'the axes');
    const named = site.builder.integers(`${site.outputName()}.axes`, axes);
    site.add(type, [site.float(0), named], [site.target()], { keepdims: { i: keep ? 1 : 0 } });
  };

const argument =
  (type: string, options: string): Translate =>
  (site) => {
    site.options.expect(options).ignore(0);
    const [axis = 0] = site.arity(2).integers(1, 'the axis');
    const place = site.emit(type, [site.float(0)], { axis: { i: axis }, keepdims: { i: 0 } });
    site.add('Cast', [place], [site.outputName()], {
      to: { i: site.builder.type(site.operator.outputs[0] as number) },
    });
  };

export const PRODUCT: Readonly<Record<string, Translate>> = {
  __proto__: null as never,
  ARG_MAX: argument('ArgMax', 'ArgMax'),
  ARG_MIN: argument('ArgMin', 'ArgMin'),
  AVERAGE_POOL_2D: pool('AveragePool'),
  BATCH_MATMUL: batchMatmul,
  CONV_2D: conv2d,
  DEPTHWISE_CONV_2D: depthwiseConv2d,
  FULLY_CONNECTED: fullyConnected,
  MAX_POOL_2D: pool('MaxPool'),
  MEAN: reduce('ReduceMean'),
  REDUCE_MAX: reduce('ReduceMax'),
  REDUCE_MIN: reduce('ReduceMin'),
  REDUCE_PROD: reduce('ReduceProd'),
  SUM: reduce('ReduceSum'),
};
