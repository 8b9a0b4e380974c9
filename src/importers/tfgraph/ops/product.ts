import { refuse } from '../../shared/refuse.js';
import type { AttributeValue } from '../../translated/messages.js';
import { FLOAT, INT64, onnxType, typeName } from '../proto.js';
import type { Site, Translate } from '../site.js';

function matmul(site: Site): void {
  const turned = ['transpose_a', 'transpose_b'].map((name) => site.attributes.flag(name, false));
  site.attributes.ignore('grad_a', 'grad_b');
  const factors = site
    .arity(2)
    .inputs()
    .map((x, i) => (turned[i] ? site.emit('Transpose', [x], { perm: { ints: [1, 0] } }) : x));
  site.add('MatMul', factors);
}

function batchMatmul(site: Site): void {
  const turned = ['adj_x', 'adj_y'].map((name) => site.attributes.flag(name, false));
  site.attributes.ignore('grad_x', 'grad_y');
  const factors = site
    .arity(2)
    .inputs()
    .map((x, i) => {
      if (!turned[i]) return x;
      const name = site.builder.fresh(`${site.output()}.adjoint`);
      site.later('Adjoint', [x], [name]);
      return name;
    });
  site.add('MatMul', factors);
}

function einsum(site: Site): void {
  const equation = site.attributes.string('equation');
  const count = site.attributes.int('N');
  site.arity(count).add('Einsum', site.inputs(), undefined, { equation: { s: equation } });
}

/** Of four numbers for batch, height, width, channels, those of height and width. */
function inner(site: Site, name: string, values: readonly number[]): number[] {
  const [batch, height, width, channels] = values;
  if (values.length !== 4 || batch !== 1 || channels !== 1)
    refuse(site.where, `${name} of another kind`, '[1, height, width, 1]', `[${values}]`);
  return [height as number, width as number];
}

/** Checks the order of axes, and gives the padding: SAME has what is left over at the end. */
function windows(site: Site): Readonly<Record<string, AttributeValue>> {
  const { attributes } = site;
  const format = attributes.string('data_format', 'NHWC');
  if (format !== 'NHWC') refuse(site.where, 'channels first', 'data_format NHWC', format);
  const padding = attributes.string('padding');
  if (padding !== 'SAME' && padding !== 'VALID')
    refuse(site.where, 'a padding that is not honoured', 'SAME or VALID', padding);
  attributes.ignore('explicit_paddings');
  const strides = inner(site, 'strides', attributes.ints('strides'));
  return { auto_pad: { s: padding === 'SAME' ? 'SAME_UPPER' : 'VALID' }, strides: { ints: strides } };
}

/** Runs an operator over x, channels last, as ONNX has them, channels first. */
function channelsFirst(site: Site, make: (x: string, y: string) => void): void {
  const x = site.emit('Transpose', [site.input(0)], { perm: { ints: [0, 3, 1, 2] } });
  const y = site.builder.fresh(`${site.output()}.channels_first`);
  make(x, y);
  site.add('Transpose', [y], undefined, { perm: { ints: [0, 2, 3, 1] } });
}

/** @param filter from `[height, width, …]` to ONNX' filters. */
const convolution =
  (filter: (site: Site) => string): Translate =>
  (site) => {
    const own = windows(site.arity(2));
    site.attributes.ignore('use_cudnn_on_gpu');
    const dilations = inner(site, 'dilations', site.attributes.ints('dilations', [1, 1, 1, 1]));
    const w = filter(site);
    channelsFirst(site, (x, y) => site.later('Conv', [x, w], [y], { ...own, dilations: { ints: dilations } }));
  };

/** `[height, width, channels of a group, filters]`. */
const filters = (site: Site): string => site.emit('Transpose', [site.input(1)], { perm: { ints: [3, 2, 0, 1] } });

/** `[height, width, channels, multiplier]`: each channel by itself. */
const depthwise = (site: Site): string => {
  const w = site.emit('Transpose', [site.input(1)], { perm: { ints: [2, 3, 0, 1] } });
  const [height, width] = [2, 3].map((axis) => {
    const dims = site.emit('Shape', [w]);
    return site.emit('Gather', [dims, site.whole('axis', [axis])], { axis: { i: 0 } }, `size${axis}`);
  }) as [string, string];
  const shape = site.emit('Concat', [site.whole('filters', [-1, 1]), height, width], { axis: { i: 0 } }, 'shape');
  return site.emit('Reshape', [w, shape]);
};

const pool =
  (type: string): Translate =>
  (site) => {
    const own = windows(site.arity(1));
    const kernel = inner(site, 'ksize', site.attributes.ints('ksize'));
    channelsFirst(site, (x, y) => site.add(type, [x], [y], { ...own, kernel_shape: { ints: kernel } }));
  };

/**
 * By mean and variance that training left, over the last axis; or, which only tf.keras' LayerNormalization asks for, of rows that stand in the place of
 * channels, each by its own.
 */
function batchNorm(site: Site): void {
  const { attributes } = site;
  const training = attributes.flag('is_training', true);
  const format = attributes.string('data_format', 'NHWC');
  if (format !== (training ? 'NCHW' : 'NHWC'))
    refuse(
      site.where,
      'mean and variance of a batch, or channels first',
      'is_training false and NHWC',
      `${training}, ${format}`,
    );
  const epsilon = site.number('epsilon', attributes.float('epsilon', Math.fround(0.0001)));
  attributes.ignore('exponential_avg_factor');
  const [x, scale, offset] = [0, 1, 2].map((i) => site.arity(5).input(i)) as [string, string, string];
  if (training) {
    const axes = site.whole('axes', [0, 2, 3]);
    const mean = (of: string, what: string): string =>
      site.emit('ReduceMean', [of, axes], { keepdims: { i: 1 } }, what);
    const apart = site.emit('Sub', [x, mean(x, 'mean')], undefined, 'apart');
    const variance = mean(site.emit('Mul', [apart, apart], undefined, 'squares'), 'variance');
    const deviation = site.emit('Sqrt', [site.emit('Add', [variance, epsilon], undefined, 'bounded')]);
    const [factor, shift] = [scale, offset].map((own, i) => site.emit('Unsqueeze', [own, axes], undefined, `row${i}`));
    const normal = site.emit('Div', [apart, deviation]);
    site.add('Add', [site.emit('Mul', [normal, factor as string], undefined, 'scaled'), shift as string]);
    return;
  }
  const [mean, variance] = [site.input(3), site.input(4)];
  const deviation = site.emit('Sqrt', [site.emit('Add', [variance, epsilon])]);
  const factor = site.emit('Div', [scale, deviation], undefined, 'factor');
  const shift = site.emit('Sub', [offset, site.emit('Mul', [mean, factor], undefined, 'mean')], undefined, 'shift');
  site.add('Add', [site.emit('Mul', [x, factor], undefined, 'scaled'), shift]);
}

const reduce =
  (type: string): Translate =>
  (site) => {
    // Of whole numbers it is a whole number.
    if (type === 'ReduceMean' && site.attributes.type('T') !== FLOAT)
      refuse(site.where, 'a mean of whole numbers', 'DT_FLOAT', typeName(site.attributes.type('T')));
    const keep = site.attributes.flag('keep_dims', false);
    const known = site.arity(2).knownIntegers(1);
    // Without axes nothing is reduced, which ONNX has another way to say.
    if (known?.length === 0) site.add('Identity', [site.input(0)]);
    else {
      const axes = known ? site.whole('axes', known) : site.input(1);
      site.add(type, [site.input(0), axes], undefined, { keepdims: { i: keep ? 1 : 0 } });
    }
  };

const place =
  (type: string): Translate =>
  (site) => {
    const to = site.attributes.type('output_type', INT64);
    const axis = site.arity(2).integer(1, 'the axis');
    const found = site.emit(type, [site.input(0)], { axis: { i: axis }, keepdims: { i: 0 } });
    site.add('Cast', [found], undefined, { to: { i: onnxType(to) ?? 0 } });
  };

export const PRODUCT: Readonly<Record<string, Translate>> = {
  __proto__: null as never,
  ArgMax: place('ArgMax'),
  ArgMin: place('ArgMin'),
  AvgPool: pool('AveragePool'),
  BatchMatMul: batchMatmul,
  BatchMatMulV2: batchMatmul,
  Conv2D: convolution(filters),
  DepthwiseConv2dNative: convolution(depthwise),
  Einsum: einsum,
  FusedBatchNorm: batchNorm,
  FusedBatchNormV2: batchNorm,
  FusedBatchNormV3: batchNorm,
  MatMul: matmul,
  Max: reduce('ReduceMax'),
  MaxPool: pool('MaxPool'),
  Mean: reduce('ReduceMean'),
  Min: reduce('ReduceMin'),
  Prod: reduce('ReduceProd'),
  Sum: reduce('ReduceSum'),
};
