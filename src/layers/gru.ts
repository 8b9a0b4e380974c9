import { later, optionalActivations } from '../checks.js';
import { badSpec, describe } from '../refuse.js';
import type { GruConfig } from '../spec.js';
import { FLAG, vectorsFor } from '../wasm/abi.js';
import { gateColumns, packBias, packMatrix } from '../wasm/pack.js';
import { type CellKind, cellFields, packCell } from './cell.js';

// Positions in the spec's stacking r z n.
const ALL = [0, 1, 2];
const RESET_AND_UPDATE = [0, 1];
const CANDIDATE = [2];

/** Gated recurrent unit (Cho et al. 2014), the reset gate before or after the recurrent product. */
export const gru: CellKind<GruConfig> = {
  fields: cellFields({ activations: optionalActivations(['r', 'z', 'n']), resetAfter: later }),
  extraTensors({ resetAfter }, where) {
    if (typeof resetAfter !== 'boolean') {
      badSpec(where, 'resetAfter must be said, frameworks disagree', 'true or false', describe(resetAfter));
    }
    return {};
  },
  pack(name, config, inputs, context) {
    const { arena, kernels, tensor } = context;
    const { units, tensors, resetAfter, activations = {}, clip = 0 } = config;
    const columns = gateColumns(ALL, units);
    const weight = packMatrix(arena, kernels, columns, [{ data: tensor(tensors.weightIh), length: inputs }]);
    const bias = packBias(arena, columns, tensor(tensors.biasIh));
    const hh = [{ data: tensor(tensors.weightHh), length: units }];
    // With the reset before the product, n's part needs r∘h and so a matrix of its own.
    const rz = resetAfter ? columns : gateColumns(RESET_AND_UPDATE, units);
    const n = resetAfter ? new Int32Array() : gateColumns(CANDIDATE, units);
    const wHh = packMatrix(arena, kernels, rz, hh).address;
    const wHn = resetAfter ? 0 : packMatrix(arena, kernels, n, hh).address;
    const biasHh = packBias(arena, Int32Array.of(...rz, ...n), tensor(tensors.biasHh));
    return {
      descriptor: packCell(
        name,
        context,
        [inputs, units, weight.address, bias, wHh, biasHh, wHn],
        [clip],
        resetAfter ? FLAG.resetAfter : 0,
        [
          [activations.r, 'sigmoid'],
          [activations.z, 'sigmoid'],
          [activations.n, 'tanh'],
        ],
      ),
      projection: { weight, bias },
      gates: ['r', 'z', 'n'],
      scratchVectors: 4 * vectorsFor(units),
    };
  },
};
