import type { RnnConfig } from '../spec.js';
import { FLAG } from '../wasm/abi.js';
import { gateColumns, packBias, packDescriptor, packMatrix } from '../wasm/pack.js';
import { activationFields, type Cell } from './cell.js';
import type { BuildContext } from './layer.js';
import { countParameters } from './parameters.js';

/** Simple recurrent network (Elman 1990). */
export function rnnCell(name: string, config: RnnConfig, inputs: number, context: BuildContext): Cell {
  const { arena, kernels, slot, tensor } = context;
  const { units, tensors, clip = 0 } = config;
  const columns = gateColumns([0], units);
  const weight = packMatrix(arena, kernels, columns, [
    { data: tensor(tensors.weightIh), length: inputs },
    { data: tensor(tensors.weightHh), length: units },
  ]);
  const bias = packBias(arena, columns, tensor(tensors.biasIh), tensor(tensors.biasHh));
  const activation = activationFields(config.activation, 'tanh', name);
  const flags = (clip > 0 || !activation.isStandard ? FLAG.general : 0) | FLAG.keepsOutput;
  const layer = packDescriptor(arena, [
    { i32: inputs },
    { i32: units },
    { i32: weight.address },
    { i32: bias },
    { f32: clip },
    { i32: flags },
    ...activation.fields,
  ]);
  return {
    name,
    config,
    inputs,
    units,
    outputLength: units,
    kernel: kernels.rnn,
    layer,
    flagsAt: layer / 4 + 5,
    flags,
    projection: { weight: weight.address, panelRows: weight.rows, bias },
    gates: [],
    rawVectors: weight.vectors,
    scratchVectors: 0,
    place: slot.place(inputs, units, 0),
    initialH: tensor(tensors.initialH),
    initialC: undefined,
    parameters: countParameters(tensors, tensor),
  };
}
