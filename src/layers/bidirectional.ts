import type { BidirectionalNode } from '../spec.js';
import { BINARY, rowBytes } from '../wasm/abi.js';
import type { BuildContext, Layer, Op, PlanContext, ValueBuffer } from './layer.js';
import { makeCell } from './recurrent.js';
import { unroll } from './unroll.js';

const MERGE = { sum: BINARY.add, mul: BINARY.multiply, ave: BINARY.mean } as const;

/** Two cells over one sequence, from either end (Schuster & Paliwal 1997). */
export function bidirectionalLayer(node: BidirectionalNode, inputs: number, context: BuildContext): Layer {
  const forward = makeCell(`${node.name}.forward`, node.forward, inputs, context);
  const backward = makeCell(`${node.name}.backward`, node.backward, inputs, context);
  return {
    node,
    cells: [forward, backward],
    parameters: forward.parameters + backward.parameters,
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
}

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
          kernels.copyRows(forward.address, forward.stride, out.address, out.stride, out.rows, lengths[0]);
          kernels.copyRows(
            backward.address,
            backward.stride,
            out.address + lengths[0] * 4,
            out.stride,
            out.rows,
            lengths[1],
          );
        }
      : () =>
          kernels.binary(MERGE[merge], forward.address, backward.address, out.address, (out.rows * out.stride) / 16);
  return { forward, backward, merge: [join] };
}
