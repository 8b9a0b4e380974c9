import { checkedWithNode } from '../../graph/field-checks.js';
import { badSpec, choose } from '../../refuse.js';
import type { QrnnConfig } from '../../spec.js';
import { BINARY, rowBytes, VECTOR_BYTES, vectorsFor } from '../../wasm/abi.js';
import { type Linear, packLinear } from '../../wasm/linear.js';
import { makeActivation } from '../activation.js';
import type { CellInfo } from '../layer.js';
import { type CellKind, INITIAL_H } from '../recurrent/cell.js';
import type { CellParts } from '../recurrent/cell-parts.js';
import { compose, gateBlocks, newerFields } from './composed.js';
import { mixing, SCAN } from './mix.js';

/** By pooling, how many of the gates there are. */
const GATES = { f: 2, fo: 3, ifo: 4 };

/** Quasi-recurrent network (Bradbury et al. 2016): its pooling, and a convolution of one timestep. */
export const qrnn: CellKind<QrnnConfig> = {
  title: 'a QRNN',
  gates: { n: 'candidate', f: 'forget gate', o: 'output gate', i: 'input gate' },
  extras: { weightIh: 'weights from x', biasIh: 'biases', ...INITIAL_H, initialC: 'for the trained initial c' },
  fields: newerFields({ pooling: checkedWithNode }),
  stateLengths: ({ units, pooling }) => (pooling === 'f' ? [units] : [units, units]),
  ownTensors: true,
  extraTensors({ units, pooling, tensors }, where, inputs) {
    const rows = choose(GATES, pooling, `${where}, pooling`, 'pooling') * units;
    const c = pooling === 'f' ? {} : { 'initialC?': [units] };
    if (tensors?.weightIh !== undefined) return { weightIh: [rows, inputs], 'biasIh?': [rows], ...c };
    if (inputs !== rows) {
      badSpec(where, 'sums of another length', `tensors.weightIh, or an input of ${rows}`, `${inputs}`);
    }
    return { 'weightIh?': [], ...c };
  },
  pack(name, { units, tensors, pooling }, inputs, context) {
    const { kernels } = context;
    const { binary } = kernels;
    const groups = vectorsFor(units);
    const bytes = rowBytes(units);
    const gates = Object.entries(qrnn.gates).slice(0, GATES[pooling]);
    const { weightIh, biasIh } = tensors;
    const projection = weightIh
      ? packLinear(
          context,
          gateBlocks(
            gates.map((_, index) => index),
            units,
          ),
          [[weightIh, inputs]],
          [biasIh],
        )
      : apart(kernels, gates.length, units);
    const tanh = makeActivation('tanh', name, kernels);
    const sigmoid = makeActivation('sigmoid', name, kernels);
    const mix = mixing(kernels, groups, name);
    const parts = compose(context, {
      inputs,
      units,
      c: pooling === 'f' ? 0 : units,
      projection,
      ...(weightIh ? {} : { keepsInputs: true }),
      scratchVectors: groups,
      step(raw, scratch, h) {
        const f = raw + bytes;
        const o = f + bytes;
        const c = h + bytes;
        tanh?.(raw, raw, groups);
        sigmoid?.(f, f, (gates.length - 1) * groups);
        if (pooling === 'f') mix(f, raw, h, scratch);
        else if (pooling === 'fo') mix(f, raw, c, scratch);
        else {
          binary(BINARY.multiply, o + bytes, raw, scratch, groups);
          binary(SCAN, f, scratch, c, groups);
        }
        if (pooling !== 'f') binary(BINARY.multiply, o, c, h, groups);
      },
    });
    // Of the gates of its type those that this pooling has.
    const own: CellParts & Pick<CellInfo, 'gates' | 'words'> = {
      ...parts,
      gates: gates.map(([gate]) => gate),
      words: { title: qrnn.title, gates: Object.fromEntries(gates), extras: qrnn.extras },
    };
    return own;
  },
};

/** In the place of a product, where x has the sums already, one gate after another: each put at the start of a vector. */
function apart({ copyRows }: Parameters<typeof mixing>[0], gates: number, units: number): Linear {
  const vectors = vectorsFor(units);
  const linear: Linear = {
    weight: { address: 0, rows: 0, vectors: gates * vectors },
    bias: 0,
    vectors: gates * vectors,
    apply: (a, aStride, rows, c, cStride) => linear.applyTerms(0, 0, a, aStride, rows, 0, 0, c, cStride),
    applyTerms(_, __, a, aStride, rows, ___, ____, c, cStride) {
      for (let gate = 0; gate < gates; gate++) {
        copyRows(a + 4 * gate * units, aStride, c + gate * vectors * VECTOR_BYTES, cStride, rows, units);
      }
    },
  };
  return linear;
}
