import { type NodeKinds, tensorsOf } from '../graph/kind.js';
import type { Graph } from '../graph/value.js';
import type { ModelSpec, TensorSpec } from '../spec.js';
import { type Hash, hashWords } from './hash.js';

/**
 * Tells one model from another: a hash of its structure and of every weight's bits, names of
 * tensors and of the model left out, and the layouts, which say how values come and go but change no number. It guards against mix-ups, not against forgery.
 */
export function fingerprint(
  { inputs, nodes, outputs, carries }: Graph,
  tensors: ModelSpec['tensors'],
  kinds: NodeKinds,
): Hash {
  const carried = carries.map(({ input, output }) => [input, output.name]);
  let hash = hashText(canonical({ inputs, nodes, outputs, ...(carried.length > 0 && { carried }) }));
  const starts = carries.map(({ initial }): [string, string][] =>
    initial === undefined ? [] : [['initial', initial]],
  );
  for (const part of [...nodes.flatMap((node) => tensorsOf(node, kinds)), ...starts]) {
    for (const [field, name] of sortByKey(part)) {
      const { shape, data } = tensors[name] as TensorSpec;
      hash = hashText(`${field} ${shape}:`, hash);
      hash = hashWords(new Int32Array(data.buffer, data.byteOffset, data.length), hash);
    }
  }
  return hash;
}

const hashText = (text: string, from?: Hash): Hash =>
  hashWords(
    Array.from(text, (character) => character.codePointAt(0) as number),
    from,
  );

/** JSON with sorted keys, without names of tensors; absent and undefined are the same. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (key, inner) => {
    if (key === 'tensors') return undefined;
    const isRecord = inner && typeof inner === 'object' && !Array.isArray(inner);
    return isRecord ? Object.fromEntries(sortByKey(Object.entries(inner))) : inner;
  });

const sortByKey = <Value>(entries: [string, Value][]): [string, Value][] =>
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
