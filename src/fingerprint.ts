import { partsOf, tensorsOf } from './graph/parts.js';
import type { Graph } from './graph/value.js';
import type { ModelSpec, TensorSpec } from './spec.js';

/**
 * 64 bits that tell one model from another: its structure and every weight's bits, names of
 * tensors and of the model left out. Two lanes of FNV-1a over 32-bit words; not cryptographic,
 * it guards against mix-ups, not against forgery.
 */
export function fingerprint({ inputs, nodes, outputs }: Graph, tensors: ModelSpec['tensors']): [number, number] {
  const hash = new WordHash();
  hash.text(canonical({ inputs, nodes, outputs }));
  for (const part of nodes.flatMap(partsOf)) {
    for (const [field, name] of sortByKey(tensorsOf(part))) {
      const { shape, data } = tensors[name] as TensorSpec;
      hash.text(`${field} ${shape.join(' ')}`);
      hash.floats(data);
    }
  }
  return hash.digest();
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

export class WordHash {
  #a = 0x811c9dc5 | 0;
  #b = 0x01234567;

  word(word: number): void {
    this.#a = Math.imul(this.#a ^ word, 0x01000193);
    this.#b = Math.imul(this.#b ^ word, 0x85ebca6b);
    // FNV moves bits upwards only; bring the high ones back.
    this.#a ^= this.#a >>> 15;
    this.#b ^= this.#b >>> 13;
  }

  text(text: string): void {
    for (let i = 0; i < text.length; i++) this.word(text.charCodeAt(i));
    this.word(-1);
  }

  floats(data: Float32Array): void {
    const words = new Int32Array(data.buffer, data.byteOffset, data.length);
    for (let i = 0; i < words.length; i++) this.word(words[i] as number);
  }

  bytes(data: Uint8Array): void {
    for (let i = 0; i < data.length; i++) this.word(data[i] as number);
  }

  digest(): [number, number] {
    return [this.#a >>> 0, this.#b >>> 0];
  }
}
