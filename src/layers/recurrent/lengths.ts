import { optionalTruth } from '../../graph/field-checks.js';
import type { AnyNode } from '../../graph/kind.js';
import { type NodeContext, wrongInputs } from '../../graph/node-context.js';
import type { ValueInfo } from '../../graph/value.js';
import { badInput, badSpec, describe } from '../../refuse.js';
import type { WithLengths } from '../../spec.js';
import { addMask } from '../around/mask.js';
import type { LayerKind, Op, PlanContext, ValueBuffer } from '../layer.js';

/** The same kind of layer, whose last input may be how many timesteps of each row are valid. It need not know of it. */
export const withLengths = <Node extends AnyNode>(kind: LayerKind<Node>): LayerKind<Node & WithLengths> => ({
  ...kind,
  fields: { ...kind.fields, lengths: optionalTruth },
  check: (node, context) => kind.check(node, node.lengths ? withoutLengths(context) : context),
  make(node, context, inputs, outputs) {
    const work = kind.make(node, context, inputs, outputs);
    if (!node.lengths) return work;
    return {
      ...work,
      plan(plan) {
        const { x, ops } = maskLengths(node.name, plan);
        const { mask } = plan.inputs[0] as ValueBuffer;
        return [
          ...ops,
          ...work.plan({
            ...plan,
            inputs: [x, ...plan.inputs.slice(1, -1)],
            zeroMasked: true,
            // The mask that goes on is the one that came: lengths are this layer's own affair.
            output: ((index: 0, own?: number) => plan.output(index, own && mask)) as PlanContext['output'],
          }),
        ];
      },
    };
  },
  obstacle: (node, inputs, carried) =>
    node.lengths ? 'is given the lengths of whole sequences' : kind.obstacle(node, inputs, carried),
  words(node, inputs) {
    const words = kind.words?.(node, inputs);
    if (!node.lengths) return words;
    const said = ['Each row has as many timesteps as its length says.', words?.closing];
    return { ...words, closing: said.filter(Boolean).join(' ') };
  },
});

/** The context without its last input, which is checked. @throws {SpecError} */
function withoutLengths(context: NodeContext): NodeContext {
  const { inputs, where } = context;
  const last = inputs.at(-1) as ValueInfo;
  if (inputs.length < 2) wrongInputs(context, 'no lengths', '[x, …, lengths]');
  if (last.kind !== 'vector' || last.features !== 1) {
    const got = `a ${last.kind} of ${last.features}`;
    badSpec(where, `lengths ${describe(last.name)} have the wrong shape`, 'a vector of 1', got);
  }
  return { ...context, inputs: inputs.slice(0, -1) };
}

/**
 * A layer's first input, masked behind each row's length as well as where it was.
 * @returns it, and what makes its mask in each run.
 * @throws {InputError} from what is returned: a length that is no whole number from 0 to the time.
 */
function maskLengths(name: string, plan: PlanContext): { x: ValueBuffer; ops: readonly Op[] } {
  const { arena, batch, inputs } = plan;
  const x = inputs[0] as ValueBuffer;
  const { address, stride } = inputs.at(-1) as ValueBuffer;
  const { time, rows } = x;
  const mask = plan.alloc(rows);
  const fill: Op = () => {
    const { f32, u8 } = arena;
    for (let b = 0; b < batch; b++) {
      const length = f32[(address + b * stride) / 4] as number;
      if (!(Number.isInteger(length) && length >= 0 && length <= time)) {
        badInput(
          `layer ${describe(name)}`,
          `not a length of row ${b}`,
          `a whole number from 0 to ${time}`,
          `${length}`,
        );
      }
      const start = mask + b * time;
      u8.fill(1, start, start + length);
      u8.fill(0, start + length, start + time);
    }
  };
  return { x: { ...x, mask }, ops: [fill, ...addMask(plan, mask, x.mask, rows)] };
}
