import { timesteps } from '../../../graph/clock.js';
import { spanOf, windowStep } from '../../../graph/window-steps.js';
import type { PaddingSpec } from '../../../spec.js';
import { turned } from '../../formats/matrix.js';
import { refuse } from '../../shared/refuse.js';
import { type Flow, fixedSteps, shaped } from '../build.js';
import type { Stored } from '../files/stored.js';
import { sameInEveryRun } from '../times.js';
import { cellActivation } from './activations.js';
import { type Call, type Layer, needsNoMask } from './layer.js';
import { asPlane, asVolume } from './plane.js';
import { ownSizes, sizes } from './plane-window.js';
import { aroundCell } from './recurrent.js';

/** ConvLSTM2D over timesteps that are images, ConvLSTM1D over those of one row. */
export const convLstm =
  (axes: 1 | 2): Layer =>
  (call) => {
    const { build, config, entry, name, inputs, arrays } = call;
    const { where } = config;
    const [first, ...initial] = inputs as [Flow, ...Flow[]];
    needsNoMask(where, first);
    const x = axes === 2 ? asVolume(where, first) : { ...asPlane(where, first), rows: 1 };
    const { rows, channels } = x;
    // As of a layer over the one axis of each frame, where it is of one.
    const own: Call = { ...call, wrapped: axes === 1 };
    const filters = config.size('filters');
    const [kernelSize, stride, dilation] = [
      sizes(own, 'kernel_size'),
      sizes(own, 'strides', 1),
      sizes(own, 'dilation_rate', 1),
    ];
    config.ignore('rank');
    const end: PaddingSpec = config.choice('padding', ['valid', 'same'], 'valid') === 'same' ? 'same_upper' : [0, 0];
    if (!config.has('recurrent_activation'))
      refuse(where, 'no recurrent_activation, whose default differs between versions', 'one', 'none');
    const main = cellActivation(config, 'activation', 'tanh', build.rules);
    const gate = cellActivation(config, 'recurrent_activation', 'sigmoid', build.rules);
    const { sequences, state, backwards, stateful } = aroundCell(config);
    if (stateful)
      build.reporter.note(
        `${where} is stateful: a stream carries its state from one run to the next, and reset() is reset_states(); run() of the model starts from zeros`,
      );
    const [kernel, recurrent, bias] = arrays as [Stored, Stored, Stored | undefined];
    const how = 'columns i f c o transposed to rows i f g o';
    const weight = (stored: Stored, field: string, from: number): string => {
      shaped(where, stored, [...ownSizes(own, kernelSize), from, 4 * filters]);
      return build.tensor(stored, `${entry.name}.${field}`, [4 * filters, ...kernelSize, from], how, (data) =>
        turned(data, kernelSize[0] * kernelSize[1] * from, 4 * filters),
      );
    };
    const tensors: { weightIh: string; weightHh: string; biasIh?: string } = {
      weightIh: weight(kernel, 'weightIh', channels),
      weightHh: weight(recurrent, 'weightHh', filters),
    };
    if (config.flag('use_bias', true)) {
      shaped(where, bias as Stored, [4 * filters]);
      tensors.biasIh = build.tensor(bias as Stored, `${entry.name}.biasIh`, [4 * filters], 'gates i f c o');
    }
    const [high, wide] = ([0, 1] as const).map((axis) => {
      const window = { span: spanOf(kernelSize[axis], dilation[axis]), stride: stride[axis], padding: end };
      return timesteps([windowStep(window)], { time: axis === 0 ? rows : x.frequencies / rows });
    }) as [number, number];
    if (high < 1 || wide < 1) refuse(where, 'no place is left', 'at least one', `${high} by ${wide}`);
    const features = high * wide * filters;
    if (initial.length !== 0 && initial.length !== 2)
      refuse(where, 'wrong number of initial states', '2', `${initial.length}`);
    const start = initial.map((flow) => {
      const numbers = fixedSteps(where, flow, build) * flow.features;
      if (numbers !== features) refuse(where, 'an initial state of another size', `${features} numbers`, `${numbers}`);
      return build.add({ type: 'reshape', inputs: [flow.name], shape: [features] }, `${name}.start`);
    });
    const outputs = state ? ['y', 'h', 'c'].map((part) => build.unique(`${name}.${part}`)) : undefined;
    const made = build.add(
      {
        type: 'conv_lstm',
        inputs: [x.name, ...start],
        channels,
        filters,
        ...(axes === 2 && { rows }),
        kernelSize,
        stride,
        dilation,
        padding: [end, end],
        tensors,
        activations: { i: gate, f: gate, g: main, o: gate, output: main },
        ...(backwards && { goBackwards: true }),
        ...(!sequences && { returnSequences: false }),
        ...(outputs && { outputs }),
      },
      name,
    );
    /** A vector as the image that it is: the rows, or places of the one row, are its timesteps. */
    const image = (vector: string): Flow => {
      const [time, width] = axes === 2 ? [high, wide * filters] : [wide, filters];
      return {
        name: build.add({ type: 'reshape', inputs: [vector], shape: [time, width] }, `${vector}.image`),
        kind: 'sequence',
        features: width,
        time: sameInEveryRun(time),
        ...(axes === 2 && { frequencies: wide }),
      };
    };
    const y: Flow = sequences
      ? {
          name: made,
          kind: 'sequence',
          features,
          time: x.time,
          frequencies: high * wide,
          ...(axes === 2 && { rows: high }),
        }
      : image(made);
    return [y, ...(outputs?.slice(1) ?? []).map(image)];
  };
