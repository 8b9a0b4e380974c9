import { fixed, fixedTime, isInputTime, timesteps } from '../../graph/clock.js';
import {
  checkedWithNode,
  optionalActivations,
  optionalOrder,
  optionalSize,
  optionalTruth,
  size,
} from '../../graph/field-checks.js';
import { namedTensors, sequence, wrongInputs } from '../../graph/node-context.js';
import type { Shape } from '../../graph/value.js';
import { badSpec } from '../../refuse.js';
import type { Conv2dNode, ConvLstmNode } from '../../spec.js';
import { BINARY, vectorsFor } from '../../wasm/abi.js';
import { makeActivation } from '../activation.js';
import type { LayerKind, PlanContext, ValueBuffer, Work } from '../layer.js';
import type { Holder, StatePart } from '../recurrent/slot.js';
import { conv2d, conv2dTimeStep, windowed } from './conv2d.js';
import { windowAlong } from './convolution.js';
import { NOTHING, ONES, optionalPaddings, optionalTwoSizes, twoSizes } from './plane.js';

/** The convolution of the input, which makes all four gates of each place. */
const ofInput = (node: ConvLstmNode): Conv2dNode => {
  const {
    name,
    inputs,
    channels,
    filters,
    kernelSize,
    stride = ONES,
    dilation = ONES,
    padding = NOTHING,
    tensors,
  } = node;
  const { weightIh: weight, biasIh: bias } = tensors;
  const sizes = { channels, filters: 4 * filters, kernelSize, stride, dilation, padding };
  return { type: 'conv2d', name, inputs, ...sizes, tensors: { weight, ...(bias && { bias }) } };
};

/** That of the hidden state, of the same size before and after. */
const ofState = ({
  name,
  inputs,
  filters,
  kernelSize,
  recurrentKernelSize = kernelSize,
  tensors,
}: ConvLstmNode): Conv2dNode => ({
  type: 'conv2d',
  name,
  inputs,
  channels: filters,
  filters: 4 * filters,
  kernelSize: recurrentKernelSize,
  padding: ['same_upper', 'same_upper'],
  tensors: { weight: tensors.weightHh },
});

/**
 *     i = σ(Wi∗x + Ui∗h + bi)     f = σ(Wf∗x + Uf∗h + bf)     g = tanh(Wg∗x + Ug∗h + bg)     o = σ(Wo∗x + Uo∗h + bo)
 *     c' = f∘c + i∘g              h' = o∘tanh(c')
 *
 * An LSTM of images (Shi et al. 2015, without peepholes, as Keras has it): ∗ convolves rows and columns, the state is an image of `filters` channels.
 */
export const convLstm: LayerKind<ConvLstmNode> = {
  fields: {
    channels: size,
    filters: size,
    rows: optionalSize,
    kernelSize: twoSizes,
    recurrentKernelSize: optionalTwoSizes,
    stride: optionalTwoSizes,
    dilation: optionalTwoSizes,
    padding: optionalPaddings,
    activations: optionalActivations(['i', 'f', 'g', 'o', 'output']),
    tensors: checkedWithNode,
    goBackwards: optionalTruth,
    outputOrder: optionalOrder,
    returnSequences: optionalTruth,
  },
  check(node, context) {
    const { channels, filters, rows = 1, kernelSize, recurrentKernelSize = kernelSize, tensors } = node;
    const [x, ...initial] = context.inputs;
    if (!x || (initial.length > 0 && initial.length !== 2))
      wrongInputs(context, 'wrong number of inputs', '[x] or [x, h0, c0]');
    const frame = sequence(context, x);
    if (frame.features % (rows * channels) !== 0) {
      const expected = `a divisor of ${frame.features}`;
      badSpec(context.where, 'rows and channels must divide the features', expected, `${rows} · ${channels}`);
    }
    const shapes = {
      weightIh: [4 * filters, ...kernelSize, channels],
      weightHh: [4 * filters, ...recurrentKernelSize, filters],
    };
    namedTensors(context, tensors, { ...shapes, 'biasIh?': [4 * filters] }, context.where);
    const inner = ofInput(node) as Required<Conv2dNode>;
    const image = { ...frame, features: frame.features / rows, time: fixed(rows) };
    const along = [0, 1].map((axis) => windowAlong({ ...inner, groups: 1 }, axis as 0 | 1));
    const made = windowed(context, image, filters, channels, along[0] as never, along[1] as never);
    const features = made.features * (fixedTime(made.time) as number);
    for (const { name, kind, features: got } of initial)
      if (kind !== 'vector' || got !== features)
        badSpec(
          context.where,
          `initial state ${JSON.stringify(name)} has the wrong shape`,
          `a vector of ${features}`,
          `a ${kind} of ${got}`,
        );
    const y: Shape = { ...frame, kind: node.returnSequences === false ? 'vector' : 'sequence', features };
    const state: Shape = { ...y, kind: 'vector' };
    return [y, state, state];
  },
  make(node, context, inputs, outputs) {
    const {
      name,
      filters,
      rows = 1,
      activations = {},
      goBackwards = false,
      outputOrder = 'computed',
      returnSequences = true,
    } = node;
    const { kernels } = context;
    const high = timesteps([conv2dTimeStep(ofInput(node))], { time: rows });
    const wide = outputs / high;
    const ih = conv2d.make(ofInput(node), context, inputs / rows, 4 * wide);
    const hh = conv2d.make(ofState(node), context, wide, 4 * wide);
    const holder: Holder = { name, place: context.slot.place(0, outputs, outputs), initial: [] };
    const [h, c] = holder.place.parts as unknown as readonly [StatePart, StatePart];
    const last = holder.place.output as number;
    const gates = (['i', 'f', 'g', 'o'] as const).map((gate) =>
      makeActivation(activations[gate] ?? (gate === 'g' ? 'tanh' : 'sigmoid'), name, kernels),
    );
    const squash = makeActivation(activations.output ?? 'tanh', name, kernels);
    const places = outputs / filters;
    const vectors = vectorsFor(outputs);
    return {
      holders: [holder],
      multiplyAdds: high * ((ih.multiplyAdds ?? 0) + (hh.multiplyAdds ?? 0)),
      plan(plan) {
        const { arena, batch, slotBytes } = plan;
        const [x, ...initial] = plan.inputs as [ValueBuffer, ...ValueBuffer[]];
        const { time } = x;
        const y = plan.output(0, returnSequences ? x.mask : 0);
        const states = [plan.output(1), plan.output(2)];
        const zeros = plan.zeroMasked && returnSequences;
        // Of all timesteps [batch][time][rows][columns][4·filters], and of one [rows][columns][4·filters].
        const projected = within(plan, ih, x, rows, inputs / rows, high, 4 * wide);
        const hidden = plan.alloc(16 * vectors + 16);
        const recurrent = within(
          plan,
          hh,
          { address: hidden, stride: 4 * outputs, rows: 1, features: outputs },
          high,
          wide,
          high,
          4 * wide,
        );
        const sum = plan.alloc(16 * outputs);
        const split = plan.alloc(4 * 16 * vectors);
        const at = (gate: number): number => split + gate * 16 * vectors;
        const step = (b: number, t: number, state: number): void => {
          const slot = state + b * slotBytes;
          kernels.copyRows(slot + h.offset, 0, hidden, 0, 1, outputs);
          recurrent.run(0);
          // The bias comes first in the input's sums; those of the state are added whole, step by step and in a sequence alike.
          kernels.binary(
            BINARY.add,
            projected.address + (b * time + t) * 16 * outputs,
            recurrent.address,
            sum,
            outputs,
          );
          for (let gate = 0; gate < 4; gate++) {
            kernels.copyRows(sum + gate * 4 * filters, 16 * filters, at(gate), 4 * filters, places, filters);
            gates[gate]?.(at(gate), at(gate), vectors);
          }
          const cell = slot + c.offset;
          kernels.binary(BINARY.multiply, at(1), cell, cell, vectors);
          kernels.binary(BINARY.multiply, at(0), at(2), at(0), vectors);
          kernels.binary(BINARY.add, cell, at(0), cell, vectors);
          kernels.copyRows(cell, 0, at(2), 0, 1, outputs);
          squash?.(at(2), at(2), vectors);
          kernels.binary(BINARY.multiply, at(3), at(2), slot + h.offset, vectors);
          kernels.copyRowsWithoutTiny(slot + h.offset, 0, slot + h.offset, 0, 1, outputs);
          kernels.copyRowsWithoutTiny(cell, 0, cell, 0, 1, outputs);
          kernels.copyRows(slot + h.offset, 0, slot + last, 0, 1, outputs);
        };
        return [
          (state) => {
            for (let i = 0; i < initial.length; i++) {
              const { address, stride } = initial[i] as ValueBuffer;
              const { offset } = i === 0 ? h : c;
              kernels.copyRowsWithoutTiny(address, stride, state + offset, slotBytes, batch, outputs);
            }
            projected.run(state);
            const { u8, f32 } = arena;
            for (let k = 0; k < time; k++) {
              const t = goBackwards ? time - 1 - k : k;
              for (let b = 0; b < batch; b++) {
                const masked = x.mask !== 0 && u8[x.mask + b * time + t] === 0;
                if (!masked) step(b, t, state);
                if (!returnSequences && k < time - 1) continue;
                const row = returnSequences ? b * time + (goBackwards && outputOrder === 'input' ? t : k) : b;
                const to = y.address + row * y.stride;
                if (masked && zeros) f32.fill(0, to / 4, to / 4 + outputs);
                else kernels.copyRows(state + b * slotBytes + last, 0, to, 0, 1, outputs);
              }
            }
            for (let i = 0; i < 2; i++) {
              const to = states[i];
              const { offset } = i === 0 ? h : c;
              if (to) kernels.copyRows(state + offset, slotBytes, to.address, to.stride, batch, outputs);
            }
          },
        ];
      },
    };
  },
  obstacle({ goBackwards = false, inputs: { length } }, [x], carried) {
    if (carried && !x?.time && !goBackwards) return undefined;
    if (!isInputTime(x?.time)) return 'starts anew in every run';
    if (goBackwards) return 'walks backwards from the last timestep, so it needs the whole sequence first';
    return length > 1
      ? 'takes its initial state from another value at every run, so it cannot carry its own'
      : undefined;
  },
  words: ({ filters, kernelSize, rows = 1 }) => ({
    opening:
      `is a convolutional LSTM: at each timestep, an image of ${rows} rows, each of its four gates is a convolution of the image and of the state before it, ` +
      `with a kernel of ${kernelSize.join(' by ')}. Its hidden state and its cell state are images of ${filters} channels, which a stream keeps.`,
  }),
};

/** Where a convolution within images writes, without gaps, and how it is run. */
interface Within {
  readonly address: number;
  run(state: number): void;
}

/** Lays out a convolution over rows and columns of each image. @param low rows before. @param high rows after. */
function within(
  plan: PlanContext,
  work: Work,
  x: Pick<ValueBuffer, 'address' | 'stride' | 'rows' | 'features'>,
  low: number,
  columns: number,
  high: number,
  features: number,
): Within {
  const images = x.rows;
  const tight = 4 * x.features;
  const copy = plan.alloc(images * tight + 16);
  const address = plan.alloc(images * high * 4 * features);
  const as = { kind: 'sequence', mask: 0 } as const;
  const from = { ...as, address: copy, stride: 4 * columns, rows: images * low, features: columns, time: low };
  const to = { ...as, address, stride: 4 * features, rows: images * high, features, time: high };
  const ops = work.plan({
    ...plan,
    batch: images,
    slotBytes: 0,
    mask: 0,
    zeroMasked: false,
    inputs: [from],
    output: ((index: number) => (index > 0 ? undefined : to)) as PlanContext['output'],
  });
  return {
    address,
    run(state) {
      plan.kernels.copyRows(x.address, x.stride, copy, tight, images, x.features);
      for (let i = 0; i < ops.length; i++) (ops[i] as (state: number) => void)(state);
    },
  };
}
