import { optionalTruth } from '../../graph/field-checks.js';
import type { MinLstmConfig } from '../../spec.js';
import { BINARY, rowBytes, vectorsFor } from '../../wasm/abi.js';
import { packLinear } from '../../wasm/linear.js';
import { makeActivation } from '../activation.js';
import { type CellKind, INITIAL_H } from '../recurrent/cell.js';
import { compose, gateBlocks, newerFields } from './composed.js';
import { mixing, positive } from './mix.js';

/** minLSTM (Feng et al. 2024). Its gates as traces show them are normalised. */
export const minLstm: CellKind<MinLstmConfig> = {
  title: 'a minLSTM',
  gates: { i: 'input gate', f: 'forget gate', n: 'candidate' },
  extras: { weightIh: 'weights from x', biasIh: 'biases', ...INITIAL_H },
  fields: newerFields({ positive: optionalTruth }),
  ownTensors: true,
  extraTensors: ({ units }, _, inputs) => ({ weightIh: [3 * units, inputs], 'biasIh?': [3 * units] }),
  pack(name, { units, tensors, positive: isPositive }, inputs, context) {
    const { kernels } = context;
    const { binary } = kernels;
    const groups = vectorsFor(units);
    const bytes = rowBytes(units);
    const projection = packLinear(
      context,
      gateBlocks([0, 1, 2], units),
      [[tensors.weightIh, inputs]],
      [tensors.biasIh],
    );
    // f/(f + i) = σ(ln f - ln i), which holds where both are too small to be divided.
    const log = makeActivation('log_sigmoid', name, kernels);
    const minus = makeActivation({ type: 'affine', alpha: -1, beta: 0 }, name, kernels);
    const sigmoid = makeActivation('sigmoid', name, kernels);
    const mix = mixing(kernels, groups, name);
    const g = isPositive ? positive(kernels, groups, name) : undefined;
    return compose(context, {
      inputs,
      units,
      projection,
      scratchVectors: groups,
      step(raw, scratch, h) {
        const f = raw + bytes;
        const n = f + bytes;
        log?.(raw, raw, 2 * groups);
        minus?.(raw, raw, groups);
        binary(BINARY.add, f, raw, f, groups);
        minus?.(f, raw, groups);
        sigmoid?.(raw, raw, 2 * groups);
        g?.(n, scratch);
        mix(f, n, h, scratch);
      },
    });
  },
};
