import {
  notNegative,
  optionalActivations,
  optionalBound,
  optionalSize,
  optionalTruth,
} from '../../graph/field-checks.js';
import { badSpec, choose } from '../../refuse.js';
import type { LayerNormLstmConfig } from '../../spec.js';
import { BINARY, rowBytes, vectorsFor } from '../../wasm/abi.js';
import { type Linear, packLinear } from '../../wasm/linear.js';
import { gateColumns, packBias, packVector } from '../../wasm/pack.js';
import { makeActivation } from '../activation.js';
import type { BuildContext } from '../layer.js';
import { type CellKind, INITIAL_H } from '../recurrent/cell.js';
import { tightColumns } from './columns.js';
import { compose, gateBlocks, newerFields } from './composed.js';

const NORMALISED = { gates: 0, products: 0 } as const;
const CELL_NORMS = { state: 0, output: 0 } as const;
const GATES = ['i', 'f', 'g', 'o'] as const;

/** An LSTM whose sums, and whose c if it is so, are normalised (Ba et al. 2016); `LayerNormLstmConfig` has the formulas. */
export const layerNormLstm: CellKind<LayerNormLstmConfig> = {
  title: 'an LSTM with layer normalisation',
  gates: { i: 'input gate', f: 'forget gate', g: 'candidate', o: 'output gate' },
  extras: {
    gamma: 'for the scale of normalised gates',
    gammaIh: 'for the scale of what comes of x',
    gammaHh: 'for the scale of what comes of h',
    beta: 'for what is added to normalised gates',
    gammaC: 'for the scale of normalised c',
    betaC: 'for what is added to normalised c',
    peephole: 'peepholes',
    weightHr: 'for the projection',
    biasHr: 'for the projection’s bias',
    ...INITIAL_H,
    initialC: 'for the trained initial c',
  },
  fields: newerFields({
    normalised: (value, where) => void choose(NORMALISED, value, where, 'normalised'),
    cellNorm: (value, where) => void (value === undefined || choose(CELL_NORMS, value, where, 'cellNorm')),
    epsilon: notNegative,
    activations: optionalActivations([...GATES, 'output']),
    coupled: optionalTruth,
    cellClip: optionalBound,
    projection: optionalSize,
  }),
  stateLengths: ({ units, projection }) => [projection ?? units, units],
  extraTensors({ units, projection, normalised, cellNorm, tensors }, where) {
    if (normalised === 'products' && tensors.peephole !== undefined) {
      badSpec(where, 'peepholes are of gates that are normalised', 'normalised: "gates"', normalised);
    }
    const scales = normalised === 'gates' ? ['gamma?'] : ['gammaIh?', 'gammaHh?'];
    return {
      ...Object.fromEntries(scales.map((name) => [name, [4 * units]])),
      'beta?': [4 * units],
      ...(cellNorm && { 'gammaC?': [units], 'betaC?': [units] }),
      'peephole?': [3 * units],
      'initialC?': [units],
      ...(projection !== undefined && { weightHr: [projection, units], 'biasHr?': [projection] }),
    };
  },
  pack(name, config, inputs, context) {
    const {
      units,
      projection: length = units,
      tensors,
      activations = {},
      coupled,
      cellClip = 0,
      epsilon,
      cellNorm,
    } = config;
    const { arena, kernels } = context;
    const { weightIh, weightHh, biasIh, biasHh } = tensors;
    const products = config.normalised === 'products';
    const vectors = vectorsFor(units);
    const bytes = rowBytes(units);
    // Products are normalised whole, so they stand without gaps.
    const columns = products ? tightColumns(4 * units, 4 * vectors) : gateBlocks([0, 1, 2, 3], units);
    const sum = packLinear(
      context,
      columns,
      [
        [weightIh, inputs],
        [weightHh, length],
      ],
      products ? [biasIh] : [biasIh, biasHh],
    );
    const biasH = products ? packBias(context, columns, biasHh) : 0;
    const [gammaIh, gammaHh] = [packVector(context, tensors.gammaIh), packVector(context, tensors.gammaHh)];
    const gateGamma = packOptional(context, columns, tensors.gamma);
    const beta = packOptional(context, columns, tensors.beta);
    const [gammaC, betaC] = [packVector(context, tensors.gammaC), packVector(context, tensors.betaC)];
    const peephole = packOptional(context, gateBlocks([0, 1, 2], units), tensors.peephole) / 4;
    const projected: Linear | undefined = tensors.weightHr
      ? packLinear(context, gateColumns([0], length), [[tensors.weightHr, units]], [tensors.biasHr])
      : undefined;
    const gates = GATES.map((gate) =>
      makeActivation(activations[gate] ?? (gate === 'g' ? 'tanh' : 'sigmoid'), name, kernels),
    );
    const squash = makeActivation(activations.output ?? 'tanh', name, kernels);

    // Scratch, each [vectors]: what is made of c; of products what comes of h [4], and the gates [4], which `raw` takes in the end.
    const toH = bytes;
    const toGates = 5 * bytes;

    /** From its sum to its activated values. */
    const finish = (gate: number, raw: number, to: number): void => {
      if (!products) {
        const at = gate * bytes;
        kernels.layerNorm(to, to, 1, 0, units, gateGamma && gateGamma + at, beta && beta + at, epsilon);
      }
      const from = products ? raw + gate * 4 * units : to;
      const activate = gates[gate];
      if (activate) activate(from, to, vectors);
      else kernels.copyRows(from, 0, to, 0, 1, units);
    };
    /** Adds p∘c to a gate's sum; all in floats. */
    const peep = (gate: number, weights: number, c: number): void => {
      const { f32 } = arena;
      for (let unit = 0; unit < units; unit++)
        (f32[gate + unit] as number) += (f32[weights + unit] as number) * (f32[c + unit] as number);
    };

    return compose(context, {
      inputs,
      units: length,
      c: units,
      projection: sum,
      scratchVectors: (products ? 9 : 1) * vectors,
      sums(raw, rawStride, scratch, scratchStride, state, stateStride, rows) {
        if (products) sum.applyTerms(inputs, length, state, stateStride, rows, biasH, 0, scratch + toH, scratchStride);
        else sum.applyTerms(inputs, length, state, stateStride, rows, raw, rawStride, raw, rawStride);
      },
      step(raw, scratch, h) {
        const { f32 } = arena;
        const c = h + rowBytes(length);
        const i = products ? scratch + toGates : raw;
        const f = i + bytes;
        const g = f + bytes;
        const o = g + bytes;
        if (products) {
          const ofH = scratch + toH;
          kernels.layerNorm(raw, raw, 1, 0, 4 * units, gammaIh, beta, epsilon);
          kernels.layerNorm(ofH, ofH, 1, 0, 4 * units, gammaHh, 0, epsilon);
          kernels.binary(BINARY.add, raw, ofH, raw, 4 * vectors);
        }
        if (peephole) {
          peep(i / 4, peephole, c / 4);
          peep(f / 4, peephole + bytes / 4, c / 4);
        }
        finish(0, raw, i);
        finish(1, raw, f);
        finish(2, raw, g);
        for (let unit = 0; unit < units; unit++) {
          const input = f32[i / 4 + unit] as number;
          if (coupled) f32[f / 4 + unit] = 1 - input;
          const kept = (f32[f / 4 + unit] as number) * (f32[c / 4 + unit] as number);
          const next = kept + input * (f32[g / 4 + unit] as number);
          f32[c / 4 + unit] = cellClip > 0 ? Math.min(cellClip, Math.max(-cellClip, next)) : next;
        }
        if (peephole) peep(o / 4, peephole + bytes / 2, c / 4);
        finish(3, raw, o);
        if (cellNorm === 'state') kernels.layerNorm(c, c, 1, 0, units, gammaC, betaC, epsilon);
        if (cellNorm === 'output') kernels.layerNorm(c, scratch, 1, 0, units, gammaC, betaC, epsilon);
        else kernels.copyRows(c, 0, scratch, 0, 1, units);
        squash?.(scratch, scratch, vectors);
        kernels.binary(BINARY.multiply, o, scratch, projected ? scratch : h, vectors);
        projected?.apply(scratch, 0, 1, h, 0);
        if (products) kernels.copyRows(i, 0, raw, 0, 1, 16 * vectors);
      },
    });
  },
};

/** One number per packed column; 0 for an absent tensor. */
const packOptional = (context: BuildContext, columns: Int32Array, name: string | undefined): number =>
  name === undefined ? 0 : packBias(context, columns, name);
