import type { GruConfig } from '../spec.js';
import { FLAG, vectorsFor } from '../wasm/abi.js';
import { gateColumns, packBias, packDescriptor, packMatrix } from '../wasm/pack.js';
import { activationFields, type Cell } from './cell.js';
import type { BuildContext } from './layer.js';
import { countParameters } from './parameters.js';

// Positions in the spec's stacking r z n.
const ALL = [0, 1, 2];
const RESET_AND_UPDATE = [0, 1];
const CANDIDATE = [2];

/** Gated recurrent unit (Cho et al. 2014), the reset gate before or after the recurrent product. */
export function gruCell(name: string, config: GruConfig, inputs: number, context: BuildContext): Cell {
  const { arena, kernels, slot, tensor } = context;
  const { units, tensors, resetAfter, clip = 0 } = config;
  const columns = gateColumns(ALL, units);
  const ih = packMatrix(arena, kernels, columns, [{ data: tensor(tensors.weightIh), length: inputs }]);
  const biasIh = packBias(arena, columns, tensor(tensors.biasIh));
  const hh = { data: tensor(tensors.weightHh), length: units };
  // With the reset before the product, n's part needs r∘h and so a matrix of its own.
  const rz = resetAfter ? columns : gateColumns(RESET_AND_UPDATE, units);
  const n = resetAfter ? new Int32Array() : gateColumns(CANDIDATE, units);
  const wHh = packMatrix(arena, kernels, rz, [hh]).address;
  const wHn = resetAfter ? 0 : packMatrix(arena, kernels, n, [hh]).address;
  const biasHh = packBias(arena, Int32Array.of(...rz, ...n), tensor(tensors.biasHh));
  const given = config.activations ?? {};
  const activations = [
    activationFields(given.r, 'sigmoid', name),
    activationFields(given.z, 'sigmoid', name),
    activationFields(given.n, 'tanh', name),
  ];
  const general = clip > 0 || activations.some((a) => !a.isStandard);
  const flags = (general ? FLAG.general : 0) | (resetAfter ? FLAG.resetAfter : 0) | FLAG.keepsOutput;
  const layer = packDescriptor(arena, [
    { i32: inputs },
    { i32: units },
    { i32: ih.address },
    { i32: biasIh },
    { i32: wHh },
    { i32: biasHh },
    { i32: wHn },
    { f32: clip },
    { i32: flags },
    ...activations.flatMap((a) => a.fields),
  ]);
  return {
    name,
    config,
    inputs,
    units,
    outputLength: units,
    kernel: kernels.gru,
    layer,
    flagsAt: layer / 4 + 8,
    flags,
    projection: { weight: ih.address, panelRows: ih.rows, bias: biasIh },
    gates: ['r', 'z', 'n'],
    rawVectors: ih.vectors,
    scratchVectors: 4 * vectorsFor(units),
    place: slot.place(0, units, 0),
    initialH: tensor(tensors.initialH),
    initialC: undefined,
    parameters: countParameters(tensors, tensor),
  };
}
