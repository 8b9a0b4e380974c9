import { resolveActivation } from '../../graph/activations.js';
import { later, optionalActivation, size } from '../../graph/field-checks.js';
import { namedTensors, onlyInput } from '../../graph/node-check.js';
import type { DenseNode } from '../../spec.js';
import { gateColumns, packBias, packMatrix } from '../../wasm/pack.js';
import type { LayerKind, ValueBuffer } from '../layer.js';

/** Fully connected, at every timestep by itself. */
export const dense: LayerKind<DenseNode> = {
  fields: { units: size, tensors: later, activation: optionalActivation },
  check({ units, tensors }, at) {
    const x = onlyInput(at);
    namedTensors(at, tensors, { weight: [units, x.features], 'bias?': [units] }, at.where);
    return [{ ...x, features: units }];
  },
  make({ name: where, units, tensors, activation = 'linear' }, context, inputs) {
    const { kernels } = context;
    const columns = gateColumns([0], units);
    const weight = packMatrix(context, columns, [tensors.weight, inputs]);
    const bias = packBias(context, columns, tensors.bias);
    const { name, id, alpha, beta } = resolveActivation(activation, where);
    return {
      multiplyAdds: inputs * units,
      plan(plan) {
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0, x.mask);
        const { address, vectors } = weight;
        return [
          () => {
            kernels.gemm(
              x.address,
              x.stride,
              x.rows,
              address,
              inputs,
              0,
              inputs,
              vectors,
              bias,
              0,
              y.address,
              y.stride,
            );
            if (name !== 'linear') kernels.activate(y.address, y.address, y.rows * vectors, id, alpha, beta);
          },
        ];
      },
    };
  },
};
