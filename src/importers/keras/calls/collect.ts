import { isObject, show } from '../../formats/json.js';
import { type Budget, BYTES_PER_MAP } from '../../shared/budget.js';
import { refuse } from '../../shared/refuse.js';
import type { LayerEntry } from '../entries.js';
import { isOperationName } from '../operations/all.js';
import { type OperationCall, operationCall } from './operands.js';
import { type CallReferences, callReferences, type Reference } from './references.js';

/** A call of a layer in a functional model. */
export interface LayerCall extends CallReferences {
  readonly layer: LayerEntry;
  /** The layer's place among the model's layers. */
  readonly index: number;
  /** How many calls the layer had before. */
  readonly call: number;
  /** Whether the layer has more calls than this one. */
  readonly shared: boolean;
  /** If it is no layer but an operation: what it is called with. */
  readonly operation?: OperationCall | undefined;
}

/** All calls of all layers, as the file lists them. @throws {ImportError} a call that cannot be read; more than the budget has. */
export function collectCalls(layers: readonly LayerEntry[], listed: readonly unknown[], budget: Budget): LayerCall[] {
  return layers.flatMap((layer, index) => {
    if (layer.className === 'InputLayer') return [];
    const where = `layer ${JSON.stringify(layer.name)}`;
    const nodes = (listed[index] as Record<string, unknown>).inbound_nodes;
    if (!Array.isArray(nodes)) return refuse(where, 'no inbound_nodes', 'a list', show(nodes));
    budget.bytes(nodes.length * BYTES_PER_MAP, where);
    const shared = nodes.length > 1;
    return nodes.map((node: unknown, call): LayerCall => {
      if (!isOperation(layer, node))
        return { layer, index, call, shared, ...callReferences(node, where, layer.className) };
      const values: Reference[] = [];
      const operation = operationCall(node, values);
      return { layer, index, call, shared, values, masks: [], operation };
    });
  });
}

/**
 * An `.h5` file of Keras 3 has no modules that would tell `Add()([y, e])` from `y + e`; but all layers write whether they train, and
 * no operation does.
 */
const isOperation = ({ isOperation: stated, className, config }: LayerEntry, node: unknown): boolean =>
  stated ?? (isObject(node) && !Object.hasOwn(config, 'trainable') && isOperationName(className));
