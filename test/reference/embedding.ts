import type { EmbeddingNode } from '../../src/spec.js';
import type { Tensors } from './tensors.js';
import { both, mapRows, type Value } from './value.js';
import { at, type Vector } from './vector.js';

/** Row lookup; with maskZero, timesteps whose id is 0 are masked from here on (but looked up like the others). */
export function embedding(node: EmbeddingNode, ids: Value, tensors: Tensors): Value {
  const table = tensors.matrix(node.tensors.weight); // (vocabulary, features)
  const y = mapRows(ids, (table[0] as Vector).length, (id) => {
    const found = table[at(id, 0)];
    if (!found) throw new RangeError(`expected a token id below ${table.length}, got ${id[0]}`);
    return found;
  });
  return node.maskZero
    ? {
        ...y,
        mask: both(
          ids.mask,
          Uint8Array.from(ids.data, (id) => (id === 0 ? 0 : 1)),
        ),
      }
    : y;
}
