import { type NodeKinds, tensorsOf } from '../graph/kind.js';
import type { Graph } from '../graph/value.js';
import type { Int8TensorSpec, TensorSpec } from '../spec.js';
import { type Hash, hashText, hashWords } from './hash.js';

/** What stays of a tensor whose numbers have gone to the kernels. */
export interface Digest {
  readonly shape: readonly number[];
  /** Of the bits of its numbers. */
  readonly hash: Hash;
}

/** @param hashData continues a hash, by default that of nothing, by the bits of numbers. */
export const digest = (
  tensors: Readonly<Record<string, TensorSpec | Int8TensorSpec>>,
  hashData: (data: Float32Array, from?: Hash) => Hash,
): Record<string, Digest> =>
  Object.fromEntries(
    Object.entries(tensors).map(([name, tensor]) => {
      const { shape, data, scales = data } = tensor as TensorSpec & Partial<Int8TensorSpec>;
      // Of int8 weights the numbers as well.
      return [name, { shape, hash: hashData(scales, scales === data ? undefined : hashWords(data)) }];
    }),
  );

/**
 * Tells one model from another: a hash of its structure and of every weight's bits, names of
 * tensors and of the model left out, and the layouts, which say how values come and go but change no number. It guards against mix-ups, not against forgery.
 * Made when a state is first saved or restored: the structure takes code that has just been loaded longer than packing the weights.
 */
export function fingerprint(
  { inputs, nodes, outputs, carries }: Graph,
  digests: Readonly<Record<string, Digest>>,
  kinds: NodeKinds,
): Hash {
  // As the text of { carried, inputs, nodes, outputs }, item by item: the whole may be longer than a string can be.
  let hash = hashText('{');
  const list = (values: readonly unknown[], start: string, end: string): void => {
    hash = hashText(start, hash);
    values.forEach((value, index) => {
      hash = hashText(`${index > 0 ? ',' : ''}${canonical(value)}`, hash);
    });
    hash = hashText(end, hash);
  };
  if (carries.length > 0) {
    list(
      carries.map(({ input, output }) => [input, output.name]),
      '"carried":[',
      '],',
    );
  }
  list(inputs, '"inputs":[', '],');
  list(nodes, '"nodes":[', '],');
  list(outputs, '"outputs":[', ']}');
  const starts = carries.map(({ initial }): [string, string][] =>
    initial === undefined ? [] : [['initial', initial]],
  );
  for (const part of [...nodes.flatMap((node) => tensorsOf(node, kinds)), ...starts]) {
    for (const [field, name] of sortByKey(part)) {
      const { shape, hash: numbers } = digests[name] as Digest;
      hash = hashWords(numbers, hashText(`${field} ${shape}:`, hash));
    }
  }
  return hash;
}

/** JSON with sorted keys, without names of tensors; absent and undefined are the same. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (key, inner) => {
    if (key === 'tensors') return undefined;
    const isRecord = inner && typeof inner === 'object' && !Array.isArray(inner);
    return isRecord ? Object.fromEntries(sortByKey(Object.entries(inner))) : inner;
  });

const sortByKey = <Value>(entries: [string, Value][]): [string, Value][] =>
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
