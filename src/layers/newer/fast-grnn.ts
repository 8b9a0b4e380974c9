import { finite, optionalActivations } from '../../graph/field-checks.js';
import type { FastGrnnConfig } from '../../spec.js';
import { BINARY, rowBytes, vectorsFor } from '../../wasm/abi.js';
import { packLinear } from '../../wasm/linear.js';
import { gateColumns, packBias } from '../../wasm/pack.js';
import { makeActivation } from '../activation.js';
import { type CellKind, INITIAL_H } from '../recurrent/cell.js';
import { compose, gateBlocks, newerFields } from './composed.js';
import { SCAN } from './mix.js';

/** Fast gated recurrent network (Kusupati et al. 2018): gate and candidate share one sum, and differ in their biases. */
export const fastGrnn: CellKind<FastGrnnConfig> = {
  title: 'a FastGRNN',
  gates: { z: 'gate', n: 'candidate' },
  extras: {
    weightIh: 'weights from x',
    weightHh: 'weights from h, both for gate and candidate alike',
    bias: 'biases',
    ...INITIAL_H,
  },
  fields: newerFields({ zeta: finite, nu: finite, activations: optionalActivations(['z', 'n']) }),
  ownTensors: true,
  extraTensors: ({ units }, _, inputs) => ({
    weightIh: [units, inputs],
    weightHh: [units, units],
    'bias?': [2 * units],
  }),
  pack(name, { units, tensors, zeta, nu, activations = {} }, inputs, context) {
    const { weightIh, weightHh, bias } = tensors;
    const { binary } = context.kernels;
    const groups = vectorsFor(units);
    const bytes = rowBytes(units);
    const sum = packLinear(
      context,
      gateColumns([0], units),
      [
        [weightIh, inputs],
        [weightHh, units],
      ],
      [],
    );
    const biasZ = packBias(context, gateBlocks([0, 1], units), bias);
    const biasN = biasZ + bytes;
    const activateZ = makeActivation(activations.z ?? 'sigmoid', name, context.kernels);
    const activateN = makeActivation(activations.n ?? 'tanh', name, context.kernels);
    // ζ·(1 - z) + ν
    const share = makeActivation({ type: 'affine', alpha: -zeta, beta: zeta + nu }, name, context.kernels);
    return compose(context, {
      inputs,
      units,
      // The one sum stands where z will, before n.
      projection: { ...sum, vectors: 2 * groups },
      scratchVectors: groups,
      sums: (raw, rawStride, _, __, state, stateStride, rows) =>
        sum.applyTerms(inputs, units, state, stateStride, rows, raw, rawStride, raw, rawStride),
      step(raw, scratch, h) {
        const n = raw + bytes;
        binary(BINARY.add, raw, biasN, n, groups);
        activateN?.(n, n, groups);
        binary(BINARY.add, raw, biasZ, raw, groups);
        activateZ?.(raw, raw, groups);
        share?.(raw, scratch, groups);
        binary(BINARY.multiply, scratch, n, scratch, groups);
        binary(SCAN, raw, scratch, h, groups);
      },
    });
  },
};
