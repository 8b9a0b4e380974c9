import type { BidirectionalNode, ModelSpec, NodeSpec } from '../spec.js';
import { furtherLayers } from './further.js';
import type { LayerKinds } from './layer.js';

/** Those that a model needs: one without newer cells, or layers over time and frequency, does without their code. */
export async function layers({ nodes }: ModelSpec): Promise<LayerKinds> {
  if (areIn(furtherLayers, nodes)) return furtherLayers;
  const newer = (await import('./newer.js')).newerLayers;
  return areIn(newer, nodes) ? newer : (await import('./all.js')).allLayers;
}

/** A node that has not been checked: a bidirectional one has cells. */
type Unchecked = (Pick<NodeSpec, 'type'> & Partial<Pick<BidirectionalNode, 'forward' | 'backward'>>) | undefined;

const areIn = (kinds: LayerKinds, nodes: readonly Unchecked[]): boolean =>
  Array.isArray(nodes) &&
  (nodes as readonly Unchecked[]).every((node) =>
    [node, ...(node?.type === 'bidirectional' ? [node.forward, node.backward] : [])].every(
      (part) => typeof part?.type === 'string' && part.type in kinds,
    ),
  );
