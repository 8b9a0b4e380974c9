import { checkFields, later } from '../checks.js';
import type { Shape } from '../graph/value.js';
import { badSpec, describe } from '../refuse.js';
import type { BidirectionalNode } from '../spec.js';
import { BINARY, rowBytes } from '../wasm/abi.js';
import { outputLength } from './cell-sizes.js';
import { CELLS, checkCell, makeCell } from './cells.js';
import type { LayerKind, Op, PlanContext, ValueBuffer } from './layer.js';
import { unroll } from './unroll.js';

const MERGE = { sum: BINARY.add, mul: BINARY.multiply, ave: BINARY.mean } as const;

/** Two cells over one sequence, from either end (Schuster & Paliwal 1997). */
export const bidirectional: LayerKind<BidirectionalNode> = {
  fields: { forward: later, backward: later, merge: later },
  check(node, at) {
    const { forward, backward, merge } = node;
    const { features } = at.sequence(at.only());
    for (const half of ['forward', 'backward'] as const) {
      const cell = node[half];
      const where = `${at.where}, ${half}`;
      if (!Object.hasOwn(CELLS, cell?.type)) {
        badSpec(where, 'unknown cell type', Object.keys(CELLS).join(', '), describe(cell?.type));
      }
      checkFields(cell, ['type'], CELLS[cell.type].fields, where);
      if (cell.goBackwards) {
        badSpec(where, 'the halves have their directions already', 'no goBackwards', 'goBackwards true');
      }
      checkCell(cell, features, at, where);
    }
    if ((forward.returnSequences ?? true) !== (backward.returnSequences ?? true)) {
      badSpec(at.where, 'the halves disagree', 'the same returnSequences in both');
    }
    const [one, two] = [outputLength(forward), outputLength(backward)];
    const y: Shape = {
      kind: forward.returnSequences === false ? 'vector' : 'sequence',
      dtype: 'float32',
      features: merge === 'concat' ? one + two : one,
    };
    if (merge === 'none') return [y, { ...y, features: two }];
    if (merge !== 'concat') {
      if (!Object.hasOwn(MERGE, merge)) {
        badSpec(`${at.where}, merge`, 'unknown merge', 'concat, sum, mul, ave, none', describe(merge));
      }
      if (one !== two) badSpec(at.where, `merge ${merge} needs halves of one length`, `${one}`, `${two}`);
    }
    return [y];
  },
  make(node, context, inputs) {
    const forward = makeCell(`${node.name}.forward`, node.forward, inputs, context);
    const backward = makeCell(`${node.name}.backward`, node.backward, inputs, context);
    return {
      cells: [forward, backward],
      plan(plan) {
        const x = plan.inputs[0] as ValueBuffer;
        const sequences = node.forward.returnSequences !== false;
        const halves = placeHalves(node, plan, [forward.outputLength, backward.outputLength], sequences ? x.mask : 0);
        const options = { outputOrder: 'input', sequences } as const;
        return [
          unroll(forward, x, halves.forward, { ...options, backwards: false }, plan),
          unroll(backward, x, halves.backward, { ...options, backwards: true }, plan),
          ...halves.merge,
        ];
      },
    };
  },
};

interface Halves {
  readonly forward: ValueBuffer;
  readonly backward: ValueBuffer;
  readonly merge: readonly Op[];
}

/** Where each half writes, and what then joins them. */
function placeHalves(
  node: BidirectionalNode,
  plan: PlanContext,
  lengths: readonly [number, number],
  mask: number,
): Halves {
  const { kernels } = plan;
  const out = plan.output(0, mask);
  if (node.merge === 'none') {
    return { forward: out, backward: plan.output(1, mask) as ValueBuffer, merge: [] };
  }
  const half = (features: number): ValueBuffer => {
    const stride = rowBytes(features);
    return { ...out, features, stride, address: plan.alloc(out.rows * stride) };
  };
  const [forward, backward] = [half(lengths[0]), half(lengths[1])];
  const { merge } = node;
  const join: Op =
    merge === 'concat'
      ? () => {
          const put = ({ address, stride, features }: ValueBuffer, to: number): void =>
            kernels.copyRows(address, stride, to, out.stride, out.rows, features);
          put(forward, out.address);
          put(backward, out.address + lengths[0] * 4);
        }
      : () =>
          kernels.binary(MERGE[merge], forward.address, backward.address, out.address, (out.rows * out.stride) / 16);
  return { forward, backward, merge: [join] };
}
