import { refuse } from '../../shared/refuse.js';
import { isModel, type LayerEntry } from '../entries.js';
import type { Rules } from '../rules.js';
import type { LayerCall } from './collect.js';
import { type Reference, readsOf } from './references.js';

/** The name of what a call makes, and of what a reference refers to. */
export interface Numbers {
  made(layer: string, call: number): string;
  of(reference: Reference): string;
  /** A reference among the model's outputs, counted as the calls count theirs. */
  inOutputs(reference: Reference): Reference;
}

/**
 * Which call a reference means. Its number is that of the layer's call, but for models: a model's first call is often number 1,
 * its own making being number 0. Keras 3 counts so in the outputs of a model alone, and only calls of Functional models;
 * Keras 2 alike everywhere, so from the least number that anything refers to.
 *
 * @throws {ImportError} of Keras 3.0 and 3.1: a layer of several calls that may have been called outside the model before.
 */
export function numberCalls(
  layers: readonly LayerEntry[],
  calls: readonly LayerCall[],
  outputs: readonly Reference[],
  { outputsCountModels, readersCountAll }: Rules,
): Numbers {
  const models = new Map(layers.flatMap(({ className, name }) => (isModel(className) ? [[name, className]] : [])));
  const inOutputs = (reference: Reference): Reference => {
    const [name, node, tensor] = reference;
    return outputsCountModels && models.get(name) === 'Functional' ? [name, node - 1, tensor] : reference;
  };
  if (readersCountAll) refuseUnsure(calls);
  const least = new Map<string, number>();
  for (const [name, node] of [...calls.flatMap(({ values }) => values), ...outputs.map(inOutputs)]) {
    if (models.has(name)) least.set(name, Math.min(node, least.get(name) ?? node));
  }
  const made = (layer: string, call: number): string => `${layer}/${call}`;
  return { made, inOutputs, of: ([name, node]) => made(name, node - (least.get(name) ?? 0)) };
}

/** Where something reads call 0, that is the model's own first one, so all numbers are; with one call there is nothing to mistake. */
function refuseUnsure(calls: readonly LayerCall[]): void {
  const least = new Map<string, number>();
  for (const [name, node] of calls.flatMap(readsOf)) least.set(name, Math.min(node, least.get(name) ?? node));
  for (const { layer, call } of calls) {
    if (call > 0 && (least.get(layer.name) ?? 0) > 0)
      refuse(
        `layer ${JSON.stringify(layer.name)} (${layer.className})`,
        'calls that Keras before 3.2 counts together with those outside the model',
        'one call, or one that is number 0',
        `${least.get(layer.name)}`,
      );
  }
}
