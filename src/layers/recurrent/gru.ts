import { checkedWithNode, optionalActivations } from '../../graph/field-checks.js';
import { badSpec, describe } from '../../refuse.js';
import type { GruConfig } from '../../spec.js';
import { DESCRIPTOR, FLAG, vectorsFor } from '../../wasm/abi.js';
import { packLinear } from '../../wasm/linear.js';
import { gateColumns, packBias, packMatrix } from '../../wasm/pack.js';
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
    const rz = resetAfter ? columns : gateColumns(RESET_AND_UPDATE, units);
    const n = resetAfter ? new Int32Array() : gateColumns(CANDIDATE, units);
    const wHh = packMatrix(context, rz, [tensors.weightHh, units]).address;
    const wHn = resetAfter ? 0 : packMatrix(context, n, [tensors.weightHh, units]).address;
    const biasHh = packBias(context, joined(rz, n), tensors.biasHh);
    return {
      kernel: context.kernels.gru,
      descriptor: packCell(
        name,
        context,
        DESCRIPTOR.gru,
        {
          inputs,
          units,
          wIh: fromX.weight.address,
          biasIh: fromX.bias,
          wHh,
          biasHh,
          wHn,
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
      // The products of x and of h stay apart, since the reset gate stands between them.
      front: 0,
      flushesInputs: true,
      // Of h's part and r∘h, and of x.
      scratchVectors: 4 * vectorsFor(units) + vectorsFor(inputs),
    };
  },
};

function joined(a: Int32Array, b: Int32Array): Int32Array {
  const both = new Int32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
