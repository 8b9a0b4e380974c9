import { fixed } from '../../graph/clock.js';
import { eachTimestep } from '../../graph/kind.js';
import type { EachFrameNode } from '../../spec.js';
import { rowBytes } from '../../wasm/abi.js';
import type { Arena } from '../../wasm/arena.js';
import { TINY, withoutTiny } from '../../wasm/tiny.js';
import type { BuildContext, CellInfo, LayerKind, PlanContext, ValueBuffer } from '../layer.js';
import { SlotLayout } from '../recurrent/slot.js';
import { checkInner, innerKind, innerNode, innerParts, OUTER_FIELDS } from './each.js';

/** A recurrent layer over the frequencies of each frame: frames are the rows of its batch, frequencies its time. */
export const eachFrame: LayerKind<EachFrameNode> = {
  fields: OUTER_FIELDS,
  check(node, context) {
    const { shapes, x, frequency } = checkInner(node, context, (_, count) => fixed(count), false);
    const [y] = shapes as [(typeof shapes)[0]];
    return [{ ...x, features: y.kind === 'sequence' ? y.features * frequency : y.features }];
  },
  parts: innerParts,
  make(node, context, inputs, outputs) {
    const { channels } = node;
    const frequency = inputs / channels;
    const slot = new SlotLayout();
    const work = innerKind(node).make(innerNode(node), { ...context, slot }, channels, 0);
    const slotBytes = slot.bytes;
    const start = initialSlot(context, work.cells ?? [], slotBytes);
    const sequences = (node.layer.type === 'bidirectional' ? node.layer.forward : node.layer).returnSequences !== false;
    const units = sequences ? outputs / frequency : outputs;
    return {
      multiplyAdds: (work.multiplyAdds ?? 0) * frequency,
      plan(plan) {
        const { arena, kernels } = plan;
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0, x.mask);
        const { rows } = x;
        const states = plan.alloc(rows * slotBytes);
        // Rows without gaps: [rows][frequency][channels].
        const tight = inputs * 4;
        const copy = x.stride === tight ? 0 : plan.alloc(rows * tight + 16);
        const from = { address: copy || x.address, stride: channels * 4, rows: rows * frequency, features: channels };
        const stride = rowBytes(units);
        // Whole vectors are written: into y itself where they meet no other frequency.
        const direct = !sequences || frequency === 1 || units % 4 === 0;
        const to = direct ? y.address : plan.alloc(rows * frequency * stride);
        const out = { address: to, stride, rows: sequences ? rows * frequency : rows, features: units };
        const inner: PlanContext = {
          ...plan,
          batch: rows,
          slotBytes,
          zeroMasked: false,
          mask: 0,
          watch: undefined,
          inputs: [{ ...from, kind: 'sequence', time: frequency, mask: 0 }],
          output: ((index: number) =>
            index > 0
              ? undefined
              : {
                  ...out,
                  kind: sequences ? 'sequence' : 'vector',
                  time: sequences ? frequency : 1,
                  mask: 0,
                }) as PlanContext['output'],
        };
        const ops = work.plan(inner);
        return [
          () => {
            if (copy !== 0) kernels.copyRows(x.address, x.stride, copy, tight, rows, inputs);
            resetSlots(arena, start, states, rows, slotBytes);
          },
          ...ops.map((op) => () => op(states)),
          () => {
            for (let row = 0; !direct && row < rows; row++)
              kernels.copyRows(
                to + row * frequency * stride,
                stride,
                y.address + row * y.stride,
                units * 4,
                frequency,
                units,
              );
          },
        ];
      },
    };
  },
  obstacle: eachTimestep,
  words: ({ layer, channels }) => ({
    opening:
      `takes each timestep for a frame of frequencies with ${channels} channels each, and runs a layer of type ${layer.type} over them ` +
      'from one frequency to the next: its state begins anew in every frame, so a stream has none of it to keep.',
  }),
};

/** A slot as it is at the start: zeros, or the trained initial state. */
function initialSlot(context: BuildContext, cells: readonly CellInfo[], bytes: number): number {
  const { arena, tensor } = context;
  const slot = arena.alloc(bytes);
  for (const { place, initial } of cells) {
    place.parts.forEach(({ offset }, index) => {
      const name = initial[index];
      if (name !== undefined) arena.f32.set(withoutTiny(context, tensor(name), TINY), (slot + offset) / 4);
    });
  }
  return slot;
}

function resetSlots({ u8 }: Arena, start: number, states: number, count: number, bytes: number): void {
  for (let i = 0; i < count; i++) u8.copyWithin(states + i * bytes, start, start + bytes);
}
