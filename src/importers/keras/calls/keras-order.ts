import { isObject } from '../../formats/json.js';
import { isModel, type LayerEntry, layersOf, wrappedModel } from '../entries.js';
import type { LayerCall } from './collect.js';
import type { Numbers } from './number.js';
import { isReference, type Reference } from './references.js';

// Keras 3 runs a model's calls by their distance from the outputs, the furthest first (`map_graph` of keras/src/ops/function.py). What a call does to
// the masks of what it reads is seen by those after it alone, so there the order counts, and it must be Keras' own, down to calls of one distance.

/** All that a call of a Keras 3 file reads, in the order in which Keras looks at it: arguments, then those by name, by the alphabet. */
function readInOrder(node: unknown, found: Reference[] = []): Reference[] {
  if (!isObject(node) && !Array.isArray(node)) return found;
  if (!Array.isArray(node) && node.class_name === '__keras_tensor__' && isObject(node.config)) {
    const { keras_history } = node.config;
    if (isReference(keras_history)) found.push(keras_history);
    return found;
  }
  const inner = Array.isArray(node)
    ? node
    : Object.keys(node)
        .sort()
        .map((key) => node[key]);
  for (const one of inner) readInOrder(one, found);
  return found;
}

/**
 * Calls in the order in which Keras 3 makes them; those that no output needs, which Keras leaves out, come last.
 * @param calls each after those it reads. @param nodes of the file, by call. @param outputs counted as the calls count theirs.
 */
export function kerasOrder(
  calls: readonly LayerCall[],
  nodes: ReadonlyMap<LayerCall, unknown>,
  outputs: readonly Reference[],
  numbers: Numbers,
): readonly LayerCall[] {
  const makers = new Map(calls.map((call) => [numbers.made(call.layer.name, call.call), call]));
  const parents = new Map(
    calls.map((call) => [
      call,
      readInOrder(nodes.get(call)).flatMap((reference) => makers.get(numbers.of(reference)) ?? []),
    ]),
  );
  const walked: LayerCall[] = [];
  const seen = new Set<LayerCall>();
  for (const output of outputs) {
    const first = makers.get(numbers.of(output));
    const path = first && !seen.has(first) ? [{ call: first, next: 0 }] : [];
    if (first) seen.add(first);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const parent = parents.get(top.call)?.[top.next++];
      if (parent === undefined) {
        walked.push(top.call);
        path.pop();
      } else if (!seen.has(parent)) {
        seen.add(parent);
        path.push({ call: parent, next: 0 });
      }
    }
  }
  const depths = new Map<LayerCall, number>();
  /** Of layers of several calls, the furthest of those met before. */
  const ofLayers = new Map<number, number>();
  for (const call of walked.reverse()) {
    const depth = Math.max(depths.get(call) ?? 0, ofLayers.get(call.index) ?? 0);
    ofLayers.set(call.index, depth);
    depths.set(call, depth);
    for (const parent of parents.get(call) ?? []) depths.set(parent, Math.max(depth + 1, depths.get(parent) ?? 0));
  }
  // Sorting keeps those of one depth as they were met.
  const ordered = [...depths].sort(([, a], [, b]) => b - a).map(([call]) => call);
  return [...ordered, ...calls.filter((call) => !depths.has(call))];
}

const known = new WeakMap<object, boolean>();

/** Whether one of a model's layers, or of the models among them, is MultiHeadAttention. */
export function hasHeads(model: LayerEntry): boolean {
  const before = known.get(model.config);
  if (before !== undefined) return before;
  const found = layersOf(model).some((layer) => {
    const inner = isModel(layer.className) ? layer : wrappedModel(layer);
    return inner ? hasHeads(inner) : layer.className === 'MultiHeadAttention';
  });
  known.set(model.config, found);
  return found;
}
