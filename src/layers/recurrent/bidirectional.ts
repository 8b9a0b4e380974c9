import { flows } from '../../graph/clock.js';
import { checkEveryField, checkedWithNode } from '../../graph/field-checks.js';
import { onlyInput, sequence } from '../../graph/node-context.js';
import type { Shape } from '../../graph/value.js';
import { badSpec, choose, describe } from '../../refuse.js';
import type { BidirectionalNode } from '../../spec.js';
import { BINARY, rowBytes } from '../../wasm/abi.js';
import { joinValues } from '../around/join.js';

import type { LayerKind, ValueBuffer } from '../layer.js';
import type { Cell, CellKind, CellKinds } from './cell.js';
import { stateLengths } from './cell-sizes.js';
import { CELLS, checkCell, makeCell } from './cells.js';
import { unroll } from './unroll.js';

/** What joins the halves: an elementwise operation, or none where they are put side by side or stay apart. */
const MERGES = {
  concat: { operation: undefined, words: 'their outputs put side by side' },
  sum: { operation: BINARY.add, words: 'their outputs added' },
  mul: { operation: BINARY.multiply, words: 'their outputs multiplied' },
  ave: { operation: BINARY.mean, words: 'their outputs averaged' },
  none: { operation: undefined, words: 'their outputs kept apart' },
} as const;

/** Two cells over one sequence, from either end (Schuster & Paliwal 1997). @param cells the types of cell there are. */
export const bidirectionalOf = (cells: CellKinds): LayerKind<BidirectionalNode> => ({
  fields: { forward: checkedWithNode, backward: checkedWithNode, merge: checkedWithNode },
  namesAllOutputs: true,
  check(node, context) {
    const { forward, backward, merge } = node;
    const x = sequence(context, onlyInput(context));
    const [first, second] = (
      [
        ['forward', forward],
        ['backward', backward],
      ] as const
    ).map(([half, cell]) => {
      const where = `${context.where}, ${half}`;
      const kind = choose(cells, cell?.type, where, 'cell type');
      checkEveryField(cell, ['type'], kind.fields, where);
      if (cell.goBackwards || cell.outputOrder) {
        badSpec(where, 'the halves have their directions already', 'no goBackwards or outputOrder', describe(cell));
      }
      checkCell(kind, cell, x.features, context, where);
      return stateLengths(kind, cell)[0];
    }) as [number, number];
    if ((forward.returnSequences ?? true) !== (backward.returnSequences ?? true)) {
      badSpec(context.where, 'the halves disagree', 'the same returnSequences in both');
    }
    const y: Shape = {
      ...x,
      kind: forward.returnSequences === false ? 'vector' : 'sequence',
      features: merge === 'concat' ? first + second : first,
    };
    const { operation } = choose(MERGES, merge, `${context.where}, merge`, 'merge');
    if (operation !== undefined && first !== second) {
      badSpec(context.where, `merge ${merge} needs halves of one length`, `${first}`, `${second}`);
    }
    return merge === 'none' ? [y, { ...y, features: second }] : [y];
  },
  parts: ({ forward, backward }) => [forward, backward],
  make(node, context, inputs) {
    const [forward, backward] = (['forward', 'backward'] as const).map((half) =>
      makeCell(`${node.name}.${half}`, cells[node[half].type] as CellKind<never>, node[half], inputs, context),
    ) as [Cell, Cell];
    return {
      cells: [forward, backward],
      multiplyAdds: forward.multiplyAdds + backward.multiplyAdds,
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
        const first = apart ? out : half(forward);
        const second = apart ? (plan.output(1, mask) as ValueBuffer) : half(backward);
        const options = { outputOrder: 'input', sequences } as const;
        return [
          unroll(forward, x, first, { ...options, backwards: false }, plan),
          unroll(backward, x, second, { ...options, backwards: true }, plan),
          ...(apart ? [] : joinValues(plan, MERGES[node.merge].operation, [first, second], out)),
        ];
      },
    };
  },
  obstacle: (_, [x]) =>
    x && flows(x)
      ? 'is bidirectional: its backward half starts at the last timestep, so it needs the whole sequence first'
      : 'starts anew in every run',
  words: ({ merge }) => ({
    opening:
      'is bidirectional: two cells over the same timesteps, one walking from the first to the last and one from the last to the first, ' +
      `${MERGES[merge].words}.`,
    closing:
      'Since the backward one begins at the last timestep, this layer needs the whole sequence and cannot be streamed.',
  }),
});

export const bidirectional = bidirectionalOf(CELLS);
