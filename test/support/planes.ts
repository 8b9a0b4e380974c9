import fc from 'fast-check';
import type { CellConfig, NodeSpec, PaddingSpec, TwoSizes } from '../../src/index.js';
import type { SpecBuilder } from './random.js';

// Random layers over rows `[frequency][channels]`.

/** A node `y` over `x`, of so many frequencies and channels. */
export type MakePlane = (
  builder: SpecBuilder,
  frequency: number,
  channels: number,
  name: string,
  input: string,
) => NodeSpec;

const small = fc.integer({ min: 1, max: 3 });
const two = fc.tuple(small, small) as fc.Arbitrary<TwoSizes>;
const ends = fc.oneof<fc.Arbitrary<PaddingSpec>[]>(
  fc.constant('same_upper'),
  fc.constant('same_lower'),
  fc.tuple(fc.nat(2), fc.nat(2)),
);
const activation = fc.constantFrom(undefined, 'relu' as const, 'tanh' as const);
const cell = fc.constantFrom('lstm' as const, 'gru' as const, 'rnn' as const);
const units = fc.constantFrom(1, 3, 4, 5, 8);
const given = (fields: object): object => Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== undefined));

/** How channels are grouped: all of them together, two halves, each by itself. */
const grouping = fc.constantFrom('one', 'two', 'depthwise');
const groupsOf = (how: string, channels: number): number =>
  how === 'depthwise' ? channels : how === 'two' && channels % 2 === 0 ? 2 : 1;

const LAYERS: Readonly<Record<string, fc.Arbitrary<MakePlane>>> = {
  conv2d: fc
    .record({
      kernelSize: two,
      stride: fc.oneof(fc.constant(undefined), two),
      dilation: fc.oneof(fc.constant(undefined), two),
      how: grouping,
      own: fc.constantFrom(1, 2, 3, 4),
      along: fc.oneof(fc.constant('causal' as const), fc.constant('causal' as const), ends),
      across: ends,
      bias: fc.boolean(),
      activation,
    })
    .map(
      ({ kernelSize, stride, dilation, how, own, along, across, bias, activation }): MakePlane =>
        (builder, _, channels, name, input) => {
          const groups = groupsOf(how, channels);
          const filters = (how === 'depthwise' ? 1 : own) * groups;
          const weight = builder.tensor(`${name}.w`, filters, ...kernelSize, channels / groups);
          const steps = stride && along === 'causal' ? ([1, stride[1]] as const) : stride;
          return {
            type: 'conv2d',
            name,
            inputs: [input],
            channels,
            filters,
            kernelSize,
            groups,
            padding: [along, across],
            tensors: { weight, ...(bias && { bias: builder.tensor(`${name}.b`, filters) }) },
            ...given({ stride: steps, dilation, activation }),
          };
        },
    ),
  conv_transpose2d: fc
    .record({
      kernelSize: two,
      stride: fc.oneof(fc.constant(undefined), two),
      dilation: fc.oneof(fc.constant(undefined), two),
      how: grouping,
      own: fc.constantFrom(1, 2, 3, 4),
      causal: fc.boolean(),
      crop: fc.tuple(fc.nat(1), fc.nat(1), fc.nat(1), fc.nat(1)),
      outputPadding: fc.oneof(fc.constant(undefined), fc.tuple(fc.nat(1), fc.nat(1))),
      activation,
    })
    .map(
      ({ kernelSize, stride, dilation, how, own, causal, crop, outputPadding, activation }): MakePlane =>
        (builder, _, channels, name, input) => {
          const groups = groupsOf(how, channels);
          const filters = (how === 'depthwise' ? 1 : own) * groups;
          const [a, b, c, d] = crop;
          const most = (axis: 0 | 1, n: number): number => Math.min(n, kernelSize[axis] - 1);
          const along = causal ? ('causal' as const) : ([most(0, a), most(0, b)] as const);
          const more = outputPadding && causal ? ([0, outputPadding[1]] as const) : outputPadding;
          return {
            type: 'conv_transpose2d',
            name,
            inputs: [input],
            channels,
            filters,
            kernelSize,
            groups,
            crop: [along, [most(1, c), most(1, d)]],
            tensors: {
              weight: builder.tensor(`${name}.w`, filters, ...kernelSize, channels / groups),
              bias: builder.tensor(`${name}.b`, filters),
            },
            ...given({
              stride: stride && causal ? [1, stride[1]] : stride,
              dilation,
              outputPadding: more,
              activation,
            }),
          };
        },
    ),
  pool: fc
    .record({
      type: fc.constantFrom('max_pool2d' as const, 'average_pool2d' as const),
      poolSize: two,
      stride: two,
      alone: fc.boolean(),
      dilation: fc.constantFrom(undefined, [1, 2] as const, [2, 1] as const),
      same: fc.constantFrom(undefined, 'same_upper' as const, 'same_lower' as const),
      countPadding: fc.boolean(),
      ceil: fc.boolean(),
    })
    .map(
      ({ type, poolSize: [over, across], stride, alone, dilation, same, countPadding, ceil }): MakePlane =>
        (_, __, channels, name, input) => {
          const poolSize: TwoSizes = [alone ? 1 : over, across];
          // As frameworks demand: no more padding than half a window.
          const padding = poolSize.map((n) => same ?? [Math.floor(n / 2), Math.floor(n / 2)]);
          return {
            type,
            name,
            inputs: [input],
            channels,
            poolSize,
            stride: alone ? [1, stride[1]] : stride,
            padding: padding as never,
            ...given({
              dilation: alone ? undefined : dilation,
              countPadding: type === 'average_pool2d' ? countPadding : undefined,
              ceil: same ? undefined : ceil,
            }),
          };
        },
    ),
  group_norm: fc
    .record({
      how: grouping,
      axes: fc.constantFrom([], ['frequency'] as const, ['time', 'frequency'] as const),
      affine: fc.boolean(),
    })
    .map(
      ({ how, axes, affine }): MakePlane =>
        (builder, _, channels, name, input) => ({
          type: 'group_norm',
          name,
          inputs: [input],
          channels,
          groups: groupsOf(how, channels),
          axes,
          epsilon: 0.1,
          tensors: affine
            ? { gamma: builder.tensor(`${name}.g`, channels), beta: builder.tensor(`${name}.b`, channels) }
            : {},
        }),
    ),
  upsample_frequency: small.map(
    (factor): MakePlane =>
      (_, __, channels, name, input) => ({ type: 'upsample_frequency', name, inputs: [input], channels, factor }),
  ),
  each_frame: fc.record({ type: cell, units, both: fc.boolean(), sequences: fc.boolean(), initial: fc.boolean() }).map(
    ({ type, units, both, sequences, initial }): MakePlane =>
      (builder, _, channels, name, input) => {
        const half = (part: string): CellConfig =>
          builder.cell(type, `${name}.${part}`, channels, units, { initial, returnSequences: sequences });
        const layer = both
          ? ({ type: 'bidirectional', merge: 'concat', forward: half('f'), backward: half('b') } as const)
          : half('c');
        return { type: 'each_frame', name, inputs: [input], channels, layer };
      },
  ),
  each_frequency: fc
    .record({ type: cell, units, both: fc.constantFrom(false, false, true), initial: fc.boolean() })
    .map(
      ({ type, units, both, initial }): MakePlane =>
        (builder, _, channels, name, input) => {
          const half = (part: string): CellConfig =>
            builder.cell(type, `${name}.${part}`, channels, units, { initial });
          const layer = both
            ? ({ type: 'bidirectional', merge: 'sum', forward: half('f'), backward: half('b') } as const)
            : half('c');
          return { type: 'each_frequency', name, inputs: [input], channels, layer };
        },
    ),
  per_channel: fc.constantFrom('scale_shift', 'batch_norm', 'prelu').map(
    (type): MakePlane =>
      (builder, _, channels, name, input) => {
        const at = { name, inputs: [input], channels };
        const tensor = (field: string): string => builder.tensor(`${name}.${field}`, channels);
        if (type === 'prelu') return { type, ...at, tensors: { alpha: tensor('a') } };
        if (type === 'scale_shift') return { type, ...at, tensors: { scale: tensor('s'), shift: tensor('t') } };
        const variance = tensor('v');
        const { data } = builder.tensors[variance] as { data: Float32Array };
        builder.tensors[variance] = { shape: [channels], data: data.map(Math.abs) };
        const tensors = { mean: tensor('m'), variance, gamma: tensor('g'), beta: tensor('b') };
        return { type: 'batch_norm', ...at, epsilon: 0.1, tensors };
      },
  ),
  pad: fc.record({ before: fc.nat(2), after: fc.nat(2), mode: fc.constantFrom('constant', 'edge', 'reflect') }).map(
    ({ before, after, mode }): MakePlane =>
      (_, frequency, channels, name, input) => {
        const most = (n: number): number => (mode === 'reflect' ? Math.min(n, frequency - 1) : n);
        const ends = { before: most(before), after: most(after), mode: mode as 'edge' };
        return { type: 'pad', name, inputs: [input], axis: 'features', channels, ...ends };
      },
  ),
  slice: fc.record({ start: fc.integer({ min: -2, max: 1 }), step: small }).map(
    ({ start, step }): MakePlane =>
      (_, frequency, channels, name, input) => {
        const from = frequency > 1 ? start : 0;
        return { type: 'slice', name, inputs: [input], axis: 'features', channels, start: from, step };
      },
  ),
};

type Inner = NodeSpec & { readonly padding?: unknown; readonly crop?: unknown };

/** Of rows as many as frequencies, each `[columns][channels]`: layers over rows and columns. */
const eachFrame2d = fc
  .tuple(
    fc.oneof(
      ...['conv2d', 'conv_transpose2d', 'pool', 'pad', 'slice'].map((type) => LAYERS[type] as fc.Arbitrary<MakePlane>),
    ),
    fc.constantFrom(1, 2),
  )
  .map(
    ([make, columns]): MakePlane =>
      (builder, rows, width, name, input) => {
        const many = width % columns === 0 ? columns : 1;
        const { name: _, inputs, ...layer } = make(builder, many, width / many, name, input) as Inner;
        const sized = (ends: unknown): unknown =>
          Array.isArray(ends) && ends[0] === 'causal' ? [[0, 0], ends[1]] : ends;
        const { padding, crop } = layer;
        const within = {
          ...layer,
          ...(padding !== undefined && { padding: sized(padding) }),
          ...(crop !== undefined && { crop: sized(crop) }),
        };
        return { type: 'each_frame2d', name, inputs, rows, layer: within } as NodeSpec;
      },
  );

/** Of rows as many as frequencies, or one. */
const convLstm = fc
  .record({
    kernelSize: two,
    recurrentKernelSize: fc.constantFrom(undefined, [1, 2] as const, [3, 1] as const),
    stride: fc.constantFrom(undefined, [1, 2] as const, [2, 1] as const),
    dilation: fc.constantFrom(undefined, [1, 2] as const),
    filters: fc.constantFrom(1, 2, 3, 4),
    columns: fc.constantFrom(1, 2),
    one: fc.boolean(),
    padding: fc.oneof(fc.constant(undefined), fc.tuple(ends, ends)),
    bias: fc.boolean(),
    activations: fc.constantFrom(undefined, { i: { type: 'hard_sigmoid', alpha: 0.2, beta: 0.5 }, output: 'linear' }),
  })
  .map(
    ({
      kernelSize,
      recurrentKernelSize,
      stride,
      dilation,
      filters,
      columns,
      one,
      padding,
      bias,
      activations,
    }): MakePlane =>
      (builder, frequency, width, name, input) => {
        const many = width % columns === 0 ? columns : 1;
        const channels = one ? width : width / many;
        const tensors = {
          weightIh: builder.tensor(`${name}.ih`, 4 * filters, ...kernelSize, channels),
          weightHh: builder.tensor(`${name}.hh`, 4 * filters, ...(recurrentKernelSize ?? kernelSize), filters),
          ...(bias && { biasIh: builder.tensor(`${name}.b`, 4 * filters) }),
        };
        return {
          type: 'conv_lstm',
          name,
          inputs: [input],
          channels,
          filters,
          kernelSize,
          tensors,
          ...given({
            rows: one ? undefined : frequency,
            recurrentKernelSize,
            stride,
            dilation,
            padding,
            activations,
          }),
        } as NodeSpec;
      },
  );

export const PLANES: Readonly<Record<string, fc.Arbitrary<MakePlane>>> = {
  ...LAYERS,
  each_frame2d: eachFrame2d,
  conv_lstm: convLstm,
};
