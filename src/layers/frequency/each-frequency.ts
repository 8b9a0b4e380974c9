import type { EachFrequencyNode } from '../../spec.js';
import { rowBytes } from '../../wasm/abi.js';
import type { LayerKind, PlanContext, ValueBuffer } from '../layer.js';
import { type Holder, SlotLayout } from '../recurrent/slot.js';
import { checkInner, innerKind, innerNode, innerParts, OUTER_FIELDS } from './each.js';

/** A recurrent layer over time at each frequency: frequencies are the rows of its batch, each with a slot of its own within the stream's. */
export const eachFrequency: LayerKind<EachFrequencyNode> = {
  fields: OUTER_FIELDS,
  check(node, context) {
    const { shapes, x, frequency } = checkInner(node, context, ({ time }) => time, true);
    return shapes.map((y) => ({ ...x, kind: y.kind, features: y.features * frequency }));
  },
  parts: innerParts,
  make(node, context, inputs) {
    const { channels } = node;
    const frequency = inputs / channels;
    const own = new SlotLayout();
    const work = innerKind(node).make(innerNode(node), { ...context, slot: own }, channels, 0);
    const slotBytes = own.bytes;
    const { offset: slots } = context.slot.carry((frequency * slotBytes) / 4).parts[0];
    const holders = Array.from({ length: frequency }, (_, f) => {
      const shift = slots + f * slotBytes;
      return (work.cells ?? []).map(
        ({ name, place: { parts, output }, initial }): Holder => ({
          name: `${name}[${f}]`,
          place: {
            parts: parts.map((part) => ({ ...part, offset: part.offset + shift })) as never,
            ...(output !== undefined && { output: output + shift }),
          },
          initial,
        }),
      );
    }).flat();
    return {
      holders,
      multiplyAdds: (work.multiplyAdds ?? 0) * frequency,
      plan(plan) {
        const { kernels, arena, batch } = plan;
        const [x, ...states] = plan.inputs as [ValueBuffer, ...ValueBuffer[]];
        const { time } = x;
        /** Of one row of the batch: `[frequency][time][features]`, as its rows are whole vectors. */
        const block = (whole: ValueBuffer): ValueBuffer => {
          const features = whole.features / frequency;
          const stride = rowBytes(features);
          const rows = frequency * whole.time;
          return { ...whole, address: plan.alloc(rows * stride), stride, rows, features, mask: 0 };
        };
        const mask = x.mask === 0 ? 0 : plan.alloc(frequency * time);
        const from = [{ ...block(x), mask }, ...states.map(block)];
        const outputs: ValueBuffer[] = [];
        const to: ValueBuffer[] = [];
        const inner: PlanContext = {
          ...plan,
          batch: frequency,
          slotBytes,
          mask,
          watch: undefined,
          inputs: from,
          output: ((index: number, own = 0) => {
            const y = plan.output(index, own && x.mask);
            if (!y) return undefined;
            outputs.push(y);
            to.push({ ...block(y), mask: own });
            return to.at(-1);
          }) as PlanContext['output'],
        };
        const ops = work.plan(inner);
        /** Between frames `[time][frequency][features]` of row `b` and the block. */
        const move = (whole: ValueBuffer, part: ValueBuffer, b: number, out: boolean): void => {
          const { features, stride } = part;
          const row = stride * whole.time;
          for (let t = 0; t < whole.time; t++) {
            const frame = whole.address + (b * whole.time + t) * whole.stride;
            const at = part.address + t * stride;
            if (out) kernels.copyRows(at, row, frame, features * 4, frequency, features);
            else kernels.copyRows(frame, features * 4, at, row, frequency, features);
          }
        };
        return [
          (state) => {
            const { u8 } = arena;
            for (let b = 0; b < batch; b++) {
              for (let i = 0; i < from.length; i++)
                move(plan.inputs[i] as ValueBuffer, from[i] as ValueBuffer, b, false);
              if (mask !== 0) {
                const given = x.mask + b * time;
                for (let f = 0; f < frequency; f++) u8.copyWithin(mask + f * time, given, given + time);
              }
              for (let i = 0; i < ops.length; i++)
                (ops[i] as (state: number) => void)(state + b * plan.slotBytes + slots);
              for (let i = 0; i < to.length; i++) move(outputs[i] as ValueBuffer, to[i] as ValueBuffer, b, true);
            }
          },
        ];
      },
    };
  },
  obstacle: (node, inputs, carried) => innerKind(node).obstacle(innerNode(node), inputs, carried),
  words: ({ layer, channels }, inputs) => ({
    opening:
      `takes each timestep for a frame of ${inputs / channels} frequencies with ${channels} channels each, and runs a layer of type ${layer.type} ` +
      'over time at every one of them: the same weights, and a state for each, which a stream keeps.',
  }),
};
