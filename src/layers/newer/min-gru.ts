import { optionalTruth } from '../../graph/field-checks.js';
import type { MinGruConfig } from '../../spec.js';
import { BINARY, rowBytes, vectorsFor } from '../../wasm/abi.js';
import { packLinear } from '../../wasm/linear.js';
import { makeActivation } from '../activation.js';
import { type CellKind, INITIAL_H } from '../recurrent/cell.js';
import { compose, gateBlocks, newerFields } from './composed.js';
import { complementing, positive, SCAN } from './mix.js';

/** minGRU (Feng et al. 2024). */
export const minGru: CellKind<MinGruConfig> = {
  title: 'a minGRU',
  gates: { z: 'update gate', n: 'candidate' },
  extras: { weightIh: 'weights from x', biasIh: 'biases', ...INITIAL_H },
  fields: newerFields({ positive: optionalTruth }),
  ownTensors: true,
  extraTensors: ({ units }, _, inputs) => ({ weightIh: [2 * units, inputs], 'biasIh?': [2 * units] }),
  pack(name, { units, tensors, positive: isPositive }, inputs, context) {
    const { kernels } = context;
    const { binary } = kernels;
    const groups = vectorsFor(units);
    const bytes = rowBytes(units);
    const projection = packLinear(context, gateBlocks([0, 1], units), [[tensors.weightIh, inputs]], [tensors.biasIh]);
    const sigmoid = makeActivation('sigmoid', name, kernels);
    const complement = complementing(kernels, name);
    const g = isPositive ? positive(kernels, groups, name) : undefined;
    return compose(context, {
      inputs,
      units,
      projection,
      scratchVectors: 2 * groups,
      step(raw, scratch, h) {
        sigmoid?.(raw, raw, groups);
        g?.(raw + bytes, scratch);
        complement?.(raw, scratch, groups);
        binary(BINARY.multiply, raw, raw + bytes, scratch + bytes, groups);
        binary(SCAN, scratch, scratch + bytes, h, groups);
      },
    });
  },
};
