import { optionalActivation } from '../../graph/field-checks.js';
import type { SsruConfig } from '../../spec.js';
import { rowBytes, vectorsFor } from '../../wasm/abi.js';
import { packLinear } from '../../wasm/linear.js';
import { makeActivation } from '../activation.js';
import { type CellKind, INITIAL_H } from '../recurrent/cell.js';
import { compose, gateBlocks, newerFields } from './composed.js';
import { mixing } from './mix.js';

/** Simpler simple recurrent unit (Kim et al. 2019). */
export const ssru: CellKind<SsruConfig> = {
  title: 'an SSRU',
  gates: { f: 'forget gate', n: 'candidate' },
  extras: { weightIh: 'weights from x', biasIh: 'biases', ...INITIAL_H, initialC: 'for the trained initial c' },
  fields: newerFields({ activation: optionalActivation }),
  stateLengths: ({ units }) => [units, units],
  ownTensors: true,
  extraTensors: ({ units }, _, inputs) => ({
    weightIh: [2 * units, inputs],
    'biasIh?': [2 * units],
    'initialC?': [units],
  }),
  pack(name, { units, tensors, activation = 'relu' }, inputs, context) {
    const { kernels } = context;
    const groups = vectorsFor(units);
    const bytes = rowBytes(units);
    const projection = packLinear(context, gateBlocks([0, 1], units), [[tensors.weightIh, inputs]], [tensors.biasIh]);
    const sigmoid = makeActivation('sigmoid', name, kernels);
    const output = makeActivation(activation, name, kernels);
    const mix = mixing(kernels, groups, name);
    return compose(context, {
      inputs,
      units,
      c: units,
      projection,
      scratchVectors: groups,
      step(raw, scratch, h) {
        const c = h + bytes;
        sigmoid?.(raw, raw, groups);
        mix(raw, raw + bytes, c, scratch);
        if (output) output(c, h, groups);
        else kernels.copyRows(c, 0, h, 0, 1, units);
      },
    });
  },
};
