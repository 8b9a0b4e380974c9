import { type NodeKinds, tensorsOf } from '../graph/kind.js';
import type { Graph, GraphNode } from '../graph/value.js';
import type { NodeSpec } from '../spec.js';
import { dense } from './around/dense.js';
import { embedding } from './around/embedding.js';
import { activation, dropout, layerNorm, softmax } from './around/pointwise.js';
import type { BuildContext, Layer, LayerKind, LayerKinds } from './layer.js';
import { CELLS } from './recurrent/cells.js';
import { recurrent } from './recurrent/recurrent.js';

/** Those of most models that stream. `all.ts` has the further ones, which are loaded when a model has them. */
export const KINDS: LayerKinds = {
  __proto__: null as never,
  lstm: recurrent(CELLS.lstm),
  gru: recurrent(CELLS.gru),
  rnn: recurrent(CELLS.rnn),
  dense,
  embedding,
  layer_norm: layerNorm,
  activation,
  softmax,
  dropout,
};

/** Packs one node's weights. */
export function makeLayer(node: GraphNode, graph: Graph, context: BuildContext, kinds: LayerKinds): Layer {
  const features = (name: string | undefined): number => graph.values.get(name as string)?.features ?? 0;
  const kind = kinds[node.type] as LayerKind<never>;
  const inputs = features(node.inputs[0]);
  return {
    cells: [],
    multiplyAdds: 0,
    ...kind.make(node as never, context, inputs, features(node.outputs[0]), graph, kinds),
    node,
    parameters: countParameters(node, kinds, context),
    words: kind.words?.(node as never, inputs),
  };
}

/** Numbers in a node's tensors; a tensor that serves twice in a cell counts once. */
function countParameters(node: NodeSpec, kinds: NodeKinds, { size }: BuildContext): number {
  return tensorsOf(node, kinds)
    .flatMap((part) => [...new Set(part.map(([, name]) => name))])
    .reduce((sum, name) => sum + size(name), 0);
}
