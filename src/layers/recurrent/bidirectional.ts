import { checkFields, later } from '../../graph/field-checks.js';
import { onlyInput, sequence } from '../../graph/node-check.js';
import type { Shape } from '../../graph/value.js';
import { badSpec, choose, describe } from '../../refuse.js';
import type { BidirectionalNode } from '../../spec.js';
import { BINARY, rowBytes } from '../../wasm/abi.js';
import { joinValues } from '../around/merge.js';
import { flows } from '../around/values.js';
import type { LayerKind, ValueBuffer } from '../layer.js';
import type { Cell } from './cell.js';
import { outputLength } from './cell-sizes.js';
import { CELLS, checkCell, makeCell } from './cells.js';
import { unroll } from './unroll.js';

/** The elementwise operation of each merge that joins the halves; `concat` and `none` have none. */
const MERGES = { concat: undefined, sum: BINARY.add, mul: BINARY.multiply, ave: BINARY.mean, none: undefined } as const;

/** Two cells over one sequence, from either end (Schuster & Paliwal 1997). */
export const bidirectional: LayerKind<BidirectionalNode> = {
  fields: { forward: later, backward: later, merge: later },
  check(node, at) {
    const { forward, backward, merge } = node;
    const x = sequence(at, onlyInput(at));
    for (const half of ['forward', 'backward'] as const) {
      const cell = node[half];
      const where = `${at.where}, ${half}`;
      const { fields } = choose(CELLS, cell?.type, where, 'cell type');
      checkFields(cell, ['type'], fields, where);
      if (cell.goBackwards || cell.outputOrder) {
        badSpec(where, 'the halves have their directions already', 'no goBackwards or outputOrder', describe(cell));
      }
      checkCell(cell, x.features, at, where);
    }
    if ((forward.returnSequences ?? true) !== (backward.returnSequences ?? true)) {
      badSpec(at.where, 'the halves disagree', 'the same returnSequences in both');
    }
    const [one, two] = [outputLength(forward), outputLength(backward)];
    const y: Shape = {
      ...x,
      kind: forward.returnSequences === false ? 'vector' : 'sequence',
      features: merge === 'concat' ? one + two : one,
    };
    const operation = choose(MERGES, merge, `${at.where}, merge`, 'merge');
    if (operation !== undefined && one !== two) {
      badSpec(at.where, `merge ${merge} needs halves of one length`, `${one}`, `${two}`);
    }
    return merge === 'none' ? [y, { ...y, features: two }] : [y];
  },
  make(node, context, inputs) {
    const forward = makeCell(`${node.name}.forward`, node.forward, inputs, context);
    const backward = makeCell(`${node.name}.backward`, node.backward, inputs, context);
    return {
      cells: [forward, backward],
      plan(plan) {
        const x = plan.inputs[0] as ValueBuffer;
        const sequences = node.forward.returnSequences !== false;
        const mask = sequences ? x.mask : 0;
        const out = plan.output(0, mask);
        /** Room for a half that is not an output itself. */
        const half = ({ outputLength: features }: Cell): ValueBuffer => {
          const stride = rowBytes(features);
          return { ...out, features, stride, address: plan.alloc(out.rows * stride) };
        };
        const apart = node.merge === 'none';
        const one = apart ? out : half(forward);
        const two = apart ? (plan.output(1, mask) as ValueBuffer) : half(backward);
        const options = { outputOrder: 'input', sequences } as const;
        return [
          unroll(forward, x, one, { ...options, backwards: false }, plan),
          unroll(backward, x, two, { ...options, backwards: true }, plan),
          ...(apart ? [] : joinValues(plan, MERGES[node.merge], [one, two], out)),
        ];
      },
    };
  },
  obstacle: (_, [x]) =>
    x && flows(x)
      ? 'is bidirectional: its backward half starts at the last timestep, so it needs the whole sequence first'
      : undefined,
};
