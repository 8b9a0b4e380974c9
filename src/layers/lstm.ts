import type { LstmConfig } from '../spec.js';
import { FLAG, vectorsFor } from '../wasm/abi.js';
import { gateColumns, packBias, packDescriptor, packMatrix } from '../wasm/pack.js';
import { activationFields, type Cell } from './cell.js';
import type { BuildContext } from './layer.js';
import { countParameters } from './parameters.js';

const GATES = [0, 1, 2, 3]; // i f g o, in the spec's order and in the kernel's

/** Long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000). */
export function lstmCell(name: string, config: LstmConfig, inputs: number, context: BuildContext): Cell {
  const { arena, kernels, slot, tensor } = context;
  const { units, tensors, projection, clip = 0, cellClip = 0, coupled = false } = config;
  const outputLength = projection ?? units;
  const columns = gateColumns(GATES, units);
  // One stream of weights over [x h]: rows = inputs + outputLength.
  const weight = packMatrix(arena, kernels, columns, [
    { data: tensor(tensors.weightIh), length: inputs },
    { data: tensor(tensors.weightHh), length: outputLength },
  ]);
  const bias = packBias(arena, columns, tensor(tensors.biasIh), tensor(tensors.biasHh));
  const peephole = tensors.peephole ? packBias(arena, peepholeColumns(units), tensor(tensors.peephole)) : 0;
  const projected = tensors.weightHr
    ? packMatrix(arena, kernels, gateColumns([0], outputLength), [{ data: tensor(tensors.weightHr), length: units }])
        .address
    : 0;
  const given = config.activations ?? {};
  const activations = [
    activationFields(given.i, 'sigmoid', name),
    activationFields(given.f, 'sigmoid', name),
    activationFields(given.g, 'tanh', name),
    activationFields(given.o, 'sigmoid', name),
    activationFields(given.output, 'tanh', name),
  ];
  const general = peephole !== 0 || clip > 0 || cellClip > 0 || coupled || activations.some((a) => !a.isStandard);
  const flags = (general ? FLAG.general : 0) | (coupled ? FLAG.coupled : 0) | FLAG.keepsOutput;
  const layer = packDescriptor(arena, [
    { i32: inputs },
    { i32: units },
    { i32: outputLength },
    { i32: weight.address },
    { i32: bias },
    { i32: peephole },
    { i32: projected },
    { f32: clip },
    { f32: cellClip },
    { i32: flags },
    ...activations.flatMap((a) => a.fields),
  ]);
  return {
    name,
    config,
    inputs,
    units,
    outputLength,
    kernel: kernels.lstm,
    layer,
    flagsAt: layer / 4 + 9,
    flags,
    projection: { weight: weight.address, panelRows: weight.rows, bias },
    gates: ['i', 'f', 'g', 'o'],
    rawVectors: weight.vectors,
    scratchVectors: projected ? vectorsFor(units) : 0,
    place: slot.place(inputs, outputLength, units),
    initialH: tensor(tensors.initialH),
    initialC: tensor(tensors.initialC),
    parameters: countParameters(tensors, tensor),
  };
}

/** [i groups][f groups][o groups]: each gate's units in order, padded to whole vectors. */
function peepholeColumns(units: number): Int32Array {
  const padded = vectorsFor(units) * 4;
  return Int32Array.from({ length: 3 * padded }, (_, column) => {
    const [gate, unit] = [Math.floor(column / padded), column % padded];
    return unit < units ? gate * units + unit : -1;
  });
}
