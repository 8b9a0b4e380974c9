import { checkedWithNode, optionalActivation, size } from '../../graph/field-checks.js';
import { eachTimestep } from '../../graph/kind.js';
import { namedTensors, onlyInput } from '../../graph/node-context.js';
import type { DenseNode } from '../../spec.js';
import { packLinear } from '../../wasm/linear.js';
import { gateColumns } from '../../wasm/pack.js';
import { makeActivation } from '../activation.js';
import type { LayerKind, ValueBuffer } from '../layer.js';

/** Fully connected, at every timestep by itself. */
export const dense: LayerKind<DenseNode> = {
  fields: { units: size, tensors: checkedWithNode, activation: optionalActivation },
  check({ units, tensors }, context) {
    const x = onlyInput(context);
    namedTensors(context, tensors, { weight: [units, x.features], 'bias?': [units] }, context.where);
    return [{ ...x, features: units }];
  },
  make({ name, units, tensors, activation }, context, inputs) {
    const product = packLinear(context, gateColumns([0], units), [[tensors.weight, inputs]], [tensors.bias]);
    const activate = makeActivation(activation, name, context.kernels);
    return {
      multiplyAdds: inputs * units,
      plan(plan) {
        const x = plan.inputs[0] as ValueBuffer;
        const y = plan.output(0, x.mask);
        return [
          () => {
            product.apply(x.address, x.stride, x.rows, y.address, y.stride);
            activate?.(y.address, y.address, y.rows * product.vectors);
          },
        ];
      },
    };
  },
  obstacle: eachTimestep,
  words({ units, tensors }, inputs) {
    const bias = tensors.bias ? ` + ${units} biases` : '';
    const total = units * inputs + (bias ? units : 0);
    const [ofUnits, ofInputs] = [`${units} unit${units === 1 ? '' : 's'}`, `${inputs} input${inputs === 1 ? '' : 's'}`];
    return {
      opening:
        `is dense: each of its ${ofUnits} is one weighted sum of the ${ofInputs} of the same timestep, ` +
        `with no memory of earlier ones. Its parameters: ${units} · ${inputs} weights${bias} = ${total}.`,
    };
  },
};
