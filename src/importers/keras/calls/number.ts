import { isModel, type LayerEntry } from '../entries.js';
import type { LayerCall } from './collect.js';
import type { Reference } from './references.js';

/** The name of what a call makes, and of what a reference refers to. */
export interface Numbers {
  made(layer: string, call: number): string;
  of(reference: Reference): string;
}

/**
 * Which call a reference means. Its number is that of the layer's call, but for models: a model's first call is often number 1,
 * its own making being number 0, so theirs are counted from the least number that anything refers to.
 */
export function numberCalls(
  layers: readonly LayerEntry[],
  calls: readonly LayerCall[],
  outputs: readonly Reference[],
): Numbers {
  const models = new Set(layers.filter(({ className }) => isModel(className)).map(({ name }) => name));
  const least = new Map<string, number>();
  for (const [name, node] of [...calls.flatMap(({ values }) => values), ...outputs]) {
    if (models.has(name)) least.set(name, Math.min(node, least.get(name) ?? node));
  }
  const made = (layer: string, call: number): string => `${layer}/${call}`;
  return { made, of: ([name, node]) => made(name, node - (least.get(name) ?? 0)) };
}
