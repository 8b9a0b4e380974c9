import { checkedWithNode, finite, optionalActivation } from '../../graph/field-checks.js';
import { badSpec, choose } from '../../refuse.js';
import type { SruConfig } from '../../spec.js';
import { BINARY, rowBytes, vectorsFor } from '../../wasm/abi.js';
import { type Linear, packLinear } from '../../wasm/linear.js';
import { packBias } from '../../wasm/pack.js';
import { makeActivation } from '../activation.js';
import { type CellKind, INITIAL_H } from '../recurrent/cell.js';
import { compose, gateBlocks, newerFields } from './composed.js';
import { mixing } from './mix.js';

/** Matrices by what the highway brings. */
const MATRICES = { input: 3, projected: 4, none: 3 };

/** Simple recurrent unit (Lei et al. 2018). */
export const sru: CellKind<SruConfig> = {
  title: 'an SRU',
  gates: { f: 'forget gate', r: 'reset gate', n: 'candidate' },
  extras: {
    weightIh: 'weights from x',
    peephole: 'from c',
    biasIh: 'biases',
    ...INITIAL_H,
    initialC: 'for the trained initial c',
  },
  fields: newerFields({
    highway: checkedWithNode,
    scale: (value, where) => {
      if (value !== undefined) finite(value, where);
    },
    activation: optionalActivation,
  }),
  stateLengths: ({ units }) => [units, units],
  ownTensors: true,
  extraTensors({ units, highway, scale }, where, inputs) {
    const matrices = choose(MATRICES, highway, `${where}, highway`, 'highway');
    if (highway === 'input' && inputs !== units) {
      badSpec(
        where,
        'a highway from an input of another length',
        `an input of ${units}, or another highway`,
        `${inputs}`,
      );
    }
    if (highway !== 'input' && scale !== undefined) {
      badSpec(where, 'a scale of nothing', "highway: 'input' beside scale", `${scale}`);
    }
    return {
      weightIh: [matrices * units, inputs],
      'peephole?': [2 * units],
      'biasIh?': [2 * units],
      'initialC?': [units],
    };
  },
  pack(name, { units, tensors, highway, scale = 1, activation }, inputs, context) {
    const { kernels } = context;
    const { binary, copyRows } = kernels;
    const groups = vectorsFor(units);
    const bytes = rowBytes(units);
    const gates = [0, 1, 2, ...(highway === 'projected' ? [3] : [])];
    const sum = packLinear(context, gateBlocks(gates, units), [[tensors.weightIh, inputs]], []);
    const bias = packBias(context, gateBlocks([0, 1], units), tensors.biasIh);
    const peephole = packBias(context, gateBlocks([0, 1], units), tensors.peephole);
    const sigmoid = makeActivation('sigmoid', name, kernels);
    const scaled = scale === 1 ? undefined : makeActivation({ type: 'affine', alpha: scale, beta: 0 }, name, kernels);
    const g = makeActivation(activation, name, kernels);
    const mix = mixing(kernels, groups, name);
    const projection: Linear = {
      ...sum,
      vectors: 4 * groups,
      applyTerms(k0, count, a, aStride, rows, init, initStride, to, toStride) {
        sum.applyTerms(k0, count, a, aStride, rows, init, initStride, to, toStride);
        // x itself, which a timestep has no other sight of, behind what is made of it.
        if (highway === 'input') copyRows(a, aStride, to + 3 * bytes, toStride, rows, units);
      },
    };
    return compose(context, {
      inputs,
      units,
      c: units,
      projection,
      scratchVectors: 2 * groups,
      step(raw, scratch, h) {
        const r = raw + bytes;
        const n = r + bytes;
        const s = n + bytes;
        const c = h + bytes;
        binary(BINARY.multiply, peephole, c, scratch, groups);
        binary(BINARY.multiply, peephole + bytes, c, scratch + bytes, groups);
        binary(BINARY.add, raw, bias, raw, 2 * groups);
        binary(BINARY.add, raw, scratch, raw, 2 * groups);
        sigmoid?.(raw, raw, 2 * groups);
        mix(raw, n, c, scratch);
        if (g) g(c, h, groups);
        else copyRows(c, 0, h, 0, 1, units);
        if (highway === 'none') binary(BINARY.multiply, r, h, h, groups);
        else {
          scaled?.(s, s, groups);
          mix(r, s, h, scratch);
        }
      },
    });
  },
};
