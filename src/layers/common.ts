import { partsOf, tensorsOf } from '../graph/parts.js';
import type { Graph, GraphNode } from '../graph/value.js';
import type { NodeSpec } from '../spec.js';
import { dense } from './around/dense.js';
import { embedding } from './around/embedding.js';
import { activation, dropout, layerNorm, softmax } from './around/pointwise.js';
import type { BuildContext, Layer, LayerKind } from './layer.js';
import { CELLS } from './recurrent/cells.js';
import { recurrent } from './recurrent/recurrent.js';

/** Types of node by name. */
export type LayerKinds = Readonly<Record<string, LayerKind>>;

/** Those of most models that stream. Further ones are loaded when a model has them (`more.ts`). */
export const KINDS: LayerKinds = {
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
export function makeLayer(node: GraphNode, { values }: Graph, context: BuildContext, kinds: LayerKinds): Layer {
  const features = (name: string | undefined): number => values.get(name as string)?.features ?? 0;
  const kind = kinds[node.type] as LayerKind;
  const work = kind.make(node, context, features(node.inputs[0]), features(node.outputs[0]));
  return { cells: [], ...work, node, parameters: countParameters(node, context) };
}

/** Numbers in a node's tensors; a tensor that serves twice in a cell counts once. */
function countParameters(node: NodeSpec, { tensor }: BuildContext): number {
  return partsOf(node)
    .flatMap((part) => [...new Set(tensorsOf(part).map(([, name]) => name))])
    .reduce((sum, name) => sum + tensor(name).length, 0);
}
