import { optionalActivation } from '../../graph/field-checks.js';
import type { RnnConfig } from '../../spec.js';
import { gateColumns, packBias, packMatrix } from '../../wasm/pack.js';
import { type CellKind, cellFields, packCell } from './cell.js';

/** Simple recurrent network (Elman 1990). */
export const rnn: CellKind<RnnConfig> = {
  fields: cellFields({ activation: optionalActivation }),
  pack(name, { units, tensors, activation, clip = 0 }, inputs, context) {
    const columns = gateColumns([0], units);
    const weight = packMatrix(context, columns, [tensors.weightIh, inputs], [tensors.weightHh, units]);
    const bias = packBias(context, columns, tensors.biasIh, tensors.biasHh);
    return {
      descriptor: packCell(name, context, [inputs, units, weight.address, bias], [clip], 0, [[activation, 'tanh']]),
      projection: { weight, bias },
      gates: [],
      scratchVectors: 0,
    };
  },
};
