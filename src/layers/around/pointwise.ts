import { checkedWithNode, notNegative, optionalActivation } from '../../graph/field-checks.js';
import { eachTimestep } from '../../graph/kind.js';
import { namedTensors, onlyInput } from '../../graph/node-context.js';
import { badSpec } from '../../refuse.js';
import type { ActivationNode, DropoutNode, LayerNormNode, SoftmaxNode } from '../../spec.js';
import { VECTOR_BYTES } from '../../wasm/abi.js';
import { packVector } from '../../wasm/pack.js';
import { makeActivation } from '../activation.js';
import type { LayerKind, ValueBuffer, Work } from '../layer.js';

export const activation: LayerKind<ActivationNode> = {
  fields: { activation: optionalActivation },
  check(node, context) {
    if (node.activation === undefined) badSpec(context.where, 'no activation', 'an activation');
    return [onlyInput(context)];
  },
  make(node, { kernels }) {
    const activate = makeActivation(node.activation, node.name, kernels);
    return activate ? rowwise((x, y) => activate(x.address, y.address, (x.rows * x.stride) / VECTOR_BYTES)) : identity;
  },
  obstacle: eachTimestep,
};

export const softmax: LayerKind<SoftmaxNode> = {
  fields: {},
  check: (_, context) => [onlyInput(context)],
  make: (_, { kernels }) => rowwise((x, y) => kernels.softmax(x.address, y.address, x.rows, x.stride, x.features)),
  obstacle: eachTimestep,
};

export const layerNorm: LayerKind<LayerNormNode> = {
  fields: { epsilon: notNegative, tensors: checkedWithNode },
  check({ tensors }, context) {
    const x = onlyInput(context);
    namedTensors(context, tensors, { 'gamma?': [x.features], 'beta?': [x.features] }, context.where);
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
  obstacle: eachTimestep,
};

/** Nothing, at inference. */
export const dropout: LayerKind<DropoutNode> = {
  fields: {},
  check: (_, context) => [onlyInput(context)],
  make: () => identity,
  obstacle: eachTimestep,
};

const identity: Work = {
  plan(plan) {
    plan.alias(plan.inputs[0] as ValueBuffer);
    return [];
  },
};

/** One value in, one of the same shape out, the mask carried along. */
const rowwise = (run: (x: ValueBuffer, y: ValueBuffer) => void): Work => ({
  plan(plan) {
    const x = plan.inputs[0] as ValueBuffer;
    const y = plan.output(0, x.mask);
    return [() => run(x, y)];
  },
});
