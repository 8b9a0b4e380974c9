import { resolveActivation } from '../activations.js';
import type { ActivationNode, DropoutNode, LayerNormNode, SoftmaxNode } from '../spec.js';
import { packVector } from '../wasm/pack.js';
import type { BuildContext, Layer, ValueBuffer } from './layer.js';
import { countParameters } from './parameters.js';

export function activationLayer(node: ActivationNode, { kernels }: BuildContext): Layer {
  const { id, alpha, beta } = resolveActivation(node.activation, node.name);
  return rowwise(node, 0, (x, y) => kernels.activate(x.address, y.address, (x.rows * x.stride) / 16, id, alpha, beta));
}

export function softmaxLayer(node: SoftmaxNode, { kernels }: BuildContext): Layer {
  return rowwise(node, 0, (x, y) => kernels.softmax(x.address, y.address, x.rows, x.stride, x.features));
}

export function layerNormLayer(node: LayerNormNode, { arena, kernels, tensor }: BuildContext): Layer {
  const gamma = node.tensors.gamma ? packVector(arena, tensor(node.tensors.gamma)) : 0;
  const beta = node.tensors.beta ? packVector(arena, tensor(node.tensors.beta)) : 0;
  return rowwise(node, countParameters(node.tensors, tensor), (x, y) =>
    kernels.layerNorm(x.address, y.address, x.rows, x.stride, x.features, gamma, beta, node.epsilon),
  );
}

export function dropoutLayer(node: DropoutNode): Layer {
  return {
    node,
    cells: [],
    parameters: 0,
    plan(plan) {
      plan.alias(plan.inputs[0] as ValueBuffer);
      return [];
    },
  };
}

/** One value in, one of the same shape out, the mask carried along. */
function rowwise(
  node: ActivationNode | SoftmaxNode | LayerNormNode,
  parameters: number,
  run: (x: ValueBuffer, y: ValueBuffer) => void,
): Layer {
  return {
    node,
    cells: [],
    parameters,
    plan(plan) {
      const x = plan.inputs[0] as ValueBuffer;
      const y = plan.output(0, x.mask);
      return [() => run(x, y)];
    },
  };
}
