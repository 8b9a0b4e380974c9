import { checkedWithNode, optionalActivations } from '../../graph/field-checks.js';
import { badSpec, describe } from '../../refuse.js';
import type { GruConfig } from '../../spec.js';
import { FLAG, GRU_FIELDS, vectorsFor } from '../../wasm/abi.js';
import { type Linear, packLinear } from '../../wasm/linear.js';
import { gateColumns } from '../../wasm/pack.js';
import { type CellKind, cellFields, INITIAL_H, packCell } from './cell.js';

// Positions in the spec's stacking r z n.
const ALL = [0, 1, 2];
const RESET_AND_UPDATE = [0, 1];
const CANDIDATE = [2];

/** Gated recurrent unit (Cho et al. 2014), the reset gate before or after the recurrent product. */
export const gru: CellKind<GruConfig> = {
  title: 'a GRU',
  gates: { r: 'reset gate', z: 'update gate', n: 'candidate' },
  extras: INITIAL_H,
  fields: cellFields({ activations: optionalActivations(['r', 'z', 'n']), resetAfter: checkedWithNode }),
  extraTensors({ resetAfter }, where) {
    if (typeof resetAfter !== 'boolean') {
      badSpec(where, 'resetAfter must be said, frameworks disagree', 'true or false', describe(resetAfter));
    }
    return {};
  },
  pack(name, config, inputs, context) {
    const { units, tensors, resetAfter, activations = {}, clip = 0 } = config;
    const columns = gateColumns(ALL, units);
    const fromX = packLinear(context, columns, [[tensors.weightIh, inputs]], [tensors.biasIh]);
    // With the reset before the product, n's part needs r∘h and so a matrix of its own.
    const [hh, hn] = (resetAfter ? [ALL] : [RESET_AND_UPDATE, CANDIDATE]).map((gates) =>
      packLinear(context, gateColumns(gates, units), [[tensors.weightHh, units]], [tensors.biasHh]),
    ) as [Linear, Linear?];
    return {
      kernel: context.kernels.gru,
      descriptor: packCell(
        name,
        context,
        GRU_FIELDS,
        {
          inputs,
          units,
          wIh: fromX.weight.address,
          biasIh: fromX.bias,
          wHh: hh.weight.address,
          biasHh: hh.bias,
          wHn: hn?.weight.address ?? 0,
          biasHn: hn?.bias ?? 0,
          clip,
          flags: resetAfter ? FLAG.resetAfter : 0,
        },
        [
          [activations.r, 'sigmoid'],
          [activations.z, 'sigmoid'],
          [activations.n, 'tanh'],
        ],
      ),
      projection: fromX,
      overH: hn ? [hh, hn] : [hh],
      withinOne: true,
      // The products of x and of h stay apart, since the reset gate stands between them.
      front: 0,
      flushesInputs: true,
      // Of h's part and r∘h, and of x.
      scratchVectors: 4 * vectorsFor(units) + vectorsFor(inputs),
    };
  },
};
