import { isObject, show } from '../../formats/json.js';
import { refuse } from '../../shared/refuse.js';
import type { LayerEntry } from '../entries.js';
import { isMaskOperation } from '../layers/masks.js';
import { argumentReferences, type CallReferences, callReferences, type Reference } from './references.js';

/** A call of a layer in a functional model. */
export interface LayerCall extends CallReferences {
  readonly layer: LayerEntry;
  /** The layer's place among the model's layers. */
  readonly index: number;
  /** How many calls the layer had before. */
  readonly call: number;
  /** As the file has it. */
  readonly node: unknown;
}

/** All calls of all layers, as the file lists them. @throws {ImportError} a call that cannot be read. */
export function collectCalls(layers: readonly LayerEntry[], listed: readonly unknown[]): LayerCall[] {
  return layers.flatMap((layer, index) => {
    if (layer.className === 'InputLayer') return [];
    const where = `layer ${JSON.stringify(layer.name)}`;
    const nodes = (listed[index] as Record<string, unknown>).inbound_nodes;
    if (!Array.isArray(nodes)) return refuse(where, 'no inbound_nodes', 'a list', show(nodes));
    return nodes.map((node: unknown, call) => {
      const given = isMaskOperation(layer.className)
        ? { values: operands(node, where), masks: [] }
        : callReferences(node, where);
      return { layer, index, call, node, ...given };
    });
  });
}

/** What an operation on masks reads; it may be given numbers too. */
const operands = (node: unknown, where: string): Reference[] =>
  isObject(node) && Array.isArray(node.args)
    ? argumentReferences(
        node.args.filter((argument) => typeof argument !== 'number'),
        where,
      )
    : [];
