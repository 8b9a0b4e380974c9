import type { Graph, GraphNode } from '../graph/value.js';

/**
 * Whether a value may come with masked timesteps that the model itself masked. Layers that hand no mask on are taken to do so: what is
 * refused for nothing is better than numbers that lack a mask.
 */
export function mayBeMasked(name: string, { nodes, values }: Graph): boolean {
  const makers = new Map<string, GraphNode>();
  for (const node of nodes) for (const output of node.outputs) makers.set(output, node);
  const seen = new Set<string>();
  const waiting = [name];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    // A vector has no timesteps to mask.
    if (seen.has(value) || values.get(value)?.kind !== 'sequence') continue;
    seen.add(value);
    const node = makers.get(value);
    if (!node || node.type === 'unmask') continue;
    if (node.type === 'masking' || (node.type === 'embedding' && node.maskZero)) return true;
    waiting.push(...node.inputs);
  }
  return false;
}
