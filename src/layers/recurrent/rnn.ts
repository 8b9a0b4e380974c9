import { optionalActivation } from '../../graph/field-checks.js';
import type { RnnConfig } from '../../spec.js';
import { RNN_FIELDS } from '../../wasm/abi.js';
import { packLinear } from '../../wasm/linear.js';
import { gateColumns } from '../../wasm/pack.js';
import { type CellKind, cellFields, INITIAL_H, packCell } from './cell.js';

/** Simple recurrent network (Elman 1990). */
export const rnn: CellKind<RnnConfig> = {
  title: 'a simple RNN',
  gates: {},
  extras: INITIAL_H,
  fields: cellFields({ activation: optionalActivation }),
  pack(name, { units, tensors, activation, clip = 0 }, inputs, context) {
    const { weightIh, weightHh, biasIh, biasHh } = tensors;
    const sum = packLinear(
      context,
      gateColumns([0], units),
      [
        [weightIh, inputs],
        [weightHh, units],
      ],
      [biasIh, biasHh],
    );
    const { weight, bias } = sum;
    return {
      kernel: context.kernels.rnn,
      descriptor: packCell(name, context, RNN_FIELDS, { inputs, units, w: weight.address, bias, clip, flags: 0 }, [
        [activation, 'tanh'],
      ]),
      projection: sum,
      front: inputs,
      flushesInputs: true,
      scratchVectors: 0,
    };
  },
};
