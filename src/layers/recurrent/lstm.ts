import { optionalActivations, optionalBound, optionalSize, optionalTruth } from '../../graph/field-checks.js';
import type { LstmConfig } from '../../spec.js';
import { FLAG, LSTM_FIELDS, vectorsFor } from '../../wasm/abi.js';
import { packLinear } from '../../wasm/linear.js';
import { gateColumns, packBias, packMatrix } from '../../wasm/pack.js';
import { type CellKind, cellFields, INITIAL_H, packCell } from './cell.js';

const STACKED = [0, 1, 2, 3]; // i f g o, in the spec's order and in the kernel's

/** Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000). */
export const lstm: CellKind<LstmConfig> = {
  title: 'an LSTM',
  gates: { i: 'input gate', f: 'forget gate', g: 'candidate', o: 'output gate' },
  extras: {
    peephole: 'peepholes',
    weightHr: 'for the projection',
    ...INITIAL_H,
    initialC: 'for the trained initial c',
  },
  fields: cellFields({
    activations: optionalActivations(['i', 'f', 'g', 'o', 'output']),
    projection: optionalSize,
    coupled: optionalTruth,
    cellClip: optionalBound,
  }),
  stateLengths: ({ units, projection }) => [projection ?? units, units],
  extraTensors: ({ units, projection }) => ({
    'initialC?': [units],
    'peephole?': [3 * units],
    ...(projection === undefined ? {} : { weightHr: [projection, units] }),
  }),
  pack(name, config, inputs, context) {
    const { units, projection, tensors, activations = {}, clip = 0, cellClip = 0, coupled = false } = config;
    const length = projection ?? units;
    const { weightIh, weightHh, biasIh, biasHh, weightHr } = tensors;
    // One stream of weights over [x h]: rows = inputs + length.
    const sum = packLinear(
      context,
      gateColumns(STACKED, units),
      [
        [weightIh, inputs],
        [weightHh, length],
      ],
      [biasIh, biasHh],
    );
    const peephole = tensors.peephole ? packBias(context, peepholeColumns(units), tensors.peephole) : 0;
    const projected = weightHr ? packMatrix(context, gateColumns([0], length), [weightHr, units]).address : 0;
    return {
      kernel: context.kernels.lstm,
      descriptor: packCell(
        name,
        context,
        LSTM_FIELDS,
        {
          inputs,
          units,
          recurrent: length,
          w: sum.weight.address,
          bias: sum.bias,
          peephole,
          projection: projected,
          clip,
          cellClip,
          flags: (peephole || coupled ? FLAG.general : 0) | (coupled ? FLAG.coupled : 0),
        },
        [
          [activations.i, 'sigmoid'],
          [activations.f, 'sigmoid'],
          [activations.g, 'tanh'],
          [activations.o, 'sigmoid'],
          [activations.output, 'tanh'],
        ],
      ),
      projection: sum,
      withinOne: true,
      front: inputs,
      flushesInputs: true,
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
