import type * as common from '../../layers/common.js';
import type { Layer, LayerKind } from '../../layers/layer.js';
import { told } from './told.js';

/** One node with its memory; what only those ask who look inside (parameters, words) is there for them alone. */
export const makeLayer: typeof common.makeLayer = (node, graph, context, kinds) => {
  const features = (name: string | undefined): number => graph.values.get(name as string)?.features ?? 0;
  const kind = kinds[node.type] as LayerKind<never>;
  const made = kind.make(node as never, context, features(node.inputs[0]), features(node.outputs[0]), graph, kinds);
  return told({ cells: [], multiplyAdds: 0, ...made, node } as object as Layer, graph);
};
