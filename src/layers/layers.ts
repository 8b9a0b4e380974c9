import type { ModelSpec, NodeSpec } from '../spec.js';
import { furtherLayers } from './further.js';
import type { LayerKinds } from './layer.js';

/** Those that a model needs: one without layers over time and frequency does without their code. */
export async function layers({ nodes }: ModelSpec): Promise<LayerKinds> {
  const knows = (node: NodeSpec | undefined): boolean => typeof node?.type === 'string' && node.type in furtherLayers;
  return Array.isArray(nodes) && nodes.every(knows) ? furtherLayers : (await import('./all.js')).allLayers;
}
