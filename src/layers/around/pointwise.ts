import { resolveActivation } from '../../graph/activations.js';
import { later, notNegative, optionalActivation } from '../../graph/field-checks.js';
import { namedTensors, onlyInput } from '../../graph/node-check.js';
import { badSpec } from '../../refuse.js';
import type { ActivationNode, DropoutNode, LayerNormNode, SoftmaxNode } from '../../spec.js';
import { packVector } from '../../wasm/pack.js';
import type { LayerKind, ValueBuffer, Work } from '../layer.js';

export const activation: LayerKind<ActivationNode> = {
  fields: { activation: optionalActivation },
  check(node, at) {
    if (node.activation === undefined) badSpec(at.where, 'no activation', 'an activation');
    return [onlyInput(at)];
  },
  make(node, { kernels }) {
    const { id, alpha, beta } = resolveActivation(node.activation, node.name);
    return rowwise((x, y) => kernels.activate(x.address, y.address, (x.rows * x.stride) / 16, id, alpha, beta));
  },
};

export const softmax: LayerKind<SoftmaxNode> = {
  fields: {},
  check: (_, at) => [onlyInput(at)],
  make: (_, { kernels }) => rowwise((x, y) => kernels.softmax(x.address, y.address, x.rows, x.stride, x.features)),
};

export const layerNorm: LayerKind<LayerNormNode> = {
  fields: { epsilon: notNegative, tensors: later },
  check({ tensors }, at) {
    const x = onlyInput(at);
    namedTensors(at, tensors, { 'gamma?': [x.features], 'beta?': [x.features] }, at.where);
    return [x];
  },
  make({ tensors, epsilon }, context) {
    const { kernels } = context;
    const gamma = packVector(context, tensors.gamma);
    const beta = packVector(context, tensors.beta);
    return rowwise((x, y) =>
      kernels.layerNorm(x.address, y.address, x.rows, x.stride, x.features, gamma, beta, epsilon),
    );
  },
};

/** Nothing, at inference. */
export const dropout: LayerKind<DropoutNode> = {
  fields: {},
  check: (_, at) => [onlyInput(at)],
  make: () => ({
    plan(plan) {
      plan.alias(plan.inputs[0] as ValueBuffer);
      return [];
    },
  }),
};

/** One value in, one of the same shape out, the mask carried along. */
const rowwise = (run: (x: ValueBuffer, y: ValueBuffer) => void): Work => ({
  plan(plan) {
    const x = plan.inputs[0] as ValueBuffer;
    const y = plan.output(0, x.mask);
    return [() => run(x, y)];
  },
});
