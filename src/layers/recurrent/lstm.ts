import { optionalActivations, optionalBound, optionalSize, optionalTruth } from '../../graph/field-checks.js';
import type { LstmConfig } from '../../spec.js';
import { FLAG, vectorsFor } from '../../wasm/abi.js';
import { gateColumns, packBias, packMatrix } from '../../wasm/pack.js';
import { type CellKind, cellFields, packCell } from './cell.js';
import { outputLength } from './cell-sizes.js';

const GATES = [0, 1, 2, 3]; // i f g o, in the spec's order and in the kernel's

/** Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000). */
export const lstm: CellKind<LstmConfig> = {
  fields: cellFields({
    activations: optionalActivations(['i', 'f', 'g', 'o', 'output']),
    projection: optionalSize,
    coupled: optionalTruth,
    cellClip: optionalBound,
  }),
  extraTensors: ({ units, projection }) => ({
    'initialC?': [units],
    'peephole?': [3 * units],
    ...(projection === undefined ? {} : { weightHr: [projection, units] }),
  }),
  pack(name, config, inputs, context) {
    const { units, tensors, activations = {}, clip = 0, cellClip = 0, coupled = false } = config;
    const length = outputLength(config);
    const columns = gateColumns(GATES, units);
    // One stream of weights over [x h]: rows = inputs + length.
    const weight = packMatrix(context, columns, [tensors.weightIh, inputs], [tensors.weightHh, length]);
    const bias = packBias(context, columns, tensors.biasIh, tensors.biasHh);
    const peephole = tensors.peephole ? packBias(context, peepholeColumns(units), tensors.peephole) : 0;
    const projected = tensors.weightHr
      ? packMatrix(context, gateColumns([0], length), [tensors.weightHr, units]).address
      : 0;
    return {
      descriptor: packCell(
        name,
        context,
        [inputs, units, length, weight.address, bias, peephole, projected],
        [clip, cellClip],
        (peephole || coupled ? FLAG.general : 0) | (coupled ? FLAG.coupled : 0),
        [
          [activations.i, 'sigmoid'],
          [activations.f, 'sigmoid'],
          [activations.g, 'tanh'],
          [activations.o, 'sigmoid'],
          [activations.output, 'tanh'],
        ],
      ),
      projection: { weight, bias },
      gates: ['i', 'f', 'g', 'o'],
      scratchVectors: projected ? vectorsFor(units) : 0,
    };
  },
};

/** [i groups][f groups][o groups]: each gate's units in order, padded to whole vectors. */
function peepholeColumns(units: number): Int32Array {
  const padded = vectorsFor(units) * 4;
  return Int32Array.from({ length: 3 * padded }, (_, column) => {
    const [gate, unit] = [Math.floor(column / padded), column % padded];
    return unit < units ? gate * units + unit : -1;
  });
}
