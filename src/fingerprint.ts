import { nodeOutputs } from './graph.js';
import type { ModelSpec } from './spec.js';

/**
 * 64 bits that tell one model from another: its structure and every weight's bits, names of
 * tensors and of the model left out. Two lanes of FNV-1a over 32-bit words; not cryptographic,
 * it guards against mix-ups, not against forgery.
 */
export function fingerprint(spec: ModelSpec): [number, number] {
  const hash = new WordHash();
  const structure = {
    inputs: spec.inputs,
    outputs: spec.outputs,
    nodes: spec.nodes.map((node) => ({
      ...node,
      outputs: nodeOutputs(node),
      tensors: undefined,
      forward: undefined,
      backward: undefined,
    })),
  };
  hash.text(canonical(structure));
  for (const node of spec.nodes) {
    for (const part of node.type === 'bidirectional' ? [node.forward, node.backward] : [node]) {
      hash.text(
        canonical({
          ...part,
          inputs: undefined,
          outputs: undefined,
          tensors: undefined,
          forward: undefined,
          backward: undefined,
        }),
      );
      if (!('tensors' in part)) continue;
      for (const [field, name] of Object.entries(part.tensors).sort(([a], [b]) => (a < b ? -1 : 1))) {
        const tensor = name === undefined ? undefined : spec.tensors[name];
        if (!tensor) continue;
        hash.text(`${field} ${tensor.shape.join(' ')}`);
        hash.floats(tensor.data);
      }
    }
  }
  return hash.digest();
}

/** JSON with sorted keys; absent and undefined are the same. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner) =>
    inner && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

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
