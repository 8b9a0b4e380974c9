import { resolveActivation } from '../activations.js';
import type { DenseNode } from '../spec.js';
import { gateColumns, packBias, packMatrix } from '../wasm/pack.js';
import type { BuildContext, Layer, ValueBuffer } from './layer.js';
import { countParameters } from './parameters.js';

/** Fully connected, at every timestep by itself. */
export function denseLayer(node: DenseNode, inputs: number, { arena, kernels, tensor }: BuildContext): Layer {
  const columns = gateColumns([0], node.units);
  const weight = packMatrix(arena, kernels, columns, [{ data: tensor(node.tensors.weight), length: inputs }]);
  const bias = packBias(arena, columns, tensor(node.tensors.bias));
  const { name, id, alpha, beta } = resolveActivation(node.activation ?? 'linear', node.name);
  return {
    node,
    cells: [],
    parameters: countParameters(node.tensors, tensor),
    plan(plan) {
      const x = plan.inputs[0] as ValueBuffer;
      const y = plan.output(0, x.mask);
      const vectors = y.rows * weight.vectors;
      return [
        () => {
          kernels.gemm(
            x.address,
            x.stride,
            x.rows,
            weight.address,
            inputs,
            0,
            inputs,
            weight.vectors,
            bias,
            0,
            y.address,
            y.stride,
          );
          if (name !== 'linear') kernels.activate(y.address, y.address, vectors, id, alpha, beta);
        },
      ];
    },
  };
}
