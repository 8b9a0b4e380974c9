import { StoreError } from '../errors.js';
import type { Outputs } from '../host.js';
import type { OutputTensor } from '../protocol/reply.js';
import type { InputTensor } from '../protocol/request.js';
import { refuse } from '../refusal.js';

/** The last request of a sequence and what came of it, for a client that sends it again since it got no reply. */
export interface LastReply {
  /** Timesteps before it. */
  readonly from: number;
  /** Of what it gave, so that another request is not answered with this one's reply. */
  readonly digest: string;
  /** Its `Idempotency-Key`. */
  readonly key?: string | undefined;
  /** Undefined: too large to be kept. */
  readonly outputs: Outputs | undefined;
}

/** Most bytes of a reply that is kept. */
const MOST_BYTES = 2 ** 20;

/** @returns what is remembered of a request and of its reply. */
export function lastReply(from: number, digest: string, key: string | undefined, outputs: Outputs): LastReply {
  return { from, digest, key, outputs: bytesOf(outputs) > MOST_BYTES ? undefined : outputs };
}

/** Bytes of all numbers. */
export const bytesOf = (outputs: Outputs): number =>
  Object.values(outputs).reduce((sum, { data }) => sum + data.byteLength, 0);

/**
 * The outputs that a request is to have again, as it is the last one once more; undefined: it is another.
 * @param asked what it says of itself.
 * @throws {Refusal} a key of another request; a reply that is not kept.
 */
export function repliedBefore(
  { from, digest, key, outputs }: LastReply,
  asked: Pick<LastReply, 'digest' | 'key'> & { readonly step: number | undefined },
): Outputs | undefined {
  const isSame = digest === asked.digest;
  const isKnown = asked.key !== undefined && asked.key === key;
  if (isKnown && !isSame) refuse('conflict', 'idempotency-key', 'is that of another request', 'one for each request');
  if (!isKnown && !(isSame && from === asked.step)) return undefined;
  return outputs ?? refuse('conflict', 'sequence', 'has had this request; its reply was too large to be kept');
}

/** Tells requests apart, not those who would have two look alike: they would deceive themselves alone. */
export function digestOf(inputs: ReadonlyMap<string, InputTensor>, start: boolean, end: boolean): string {
  let one = start ? 1 : 2;
  let other = end ? 3 : 4;
  for (const { data } of inputs.values()) {
    for (const word of new Uint32Array(data.buffer, data.byteOffset, data.byteLength / 4)) {
      one = Math.imul(one ^ word, 0x85eb_ca6b);
      one ^= one >>> 15;
      other = Math.imul(other ^ word, 0xc2b2_ae35);
      other ^= other >>> 13;
    }
  }
  return `${one >>> 0}-${other >>> 0}`;
}

interface Head {
  readonly from: number;
  readonly digest: string;
  readonly key?: string | undefined;
  readonly outputs?: readonly { readonly name: string; readonly shape: readonly number[]; readonly length: number }[];
}

/** `[4: length of JSON][JSON][padding to 4][float32 …]`, little-endian. */
export function encodeReply({ from, digest, key, outputs }: LastReply): Uint8Array {
  const entries = Object.entries(outputs ?? {});
  const head: Head = {
    from,
    digest,
    key,
    ...(outputs && { outputs: entries.map(([name, { data, shape }]) => ({ name, shape, length: data.length })) }),
  };
  const json = new TextEncoder().encode(JSON.stringify(head));
  const begin = 4 + Math.ceil(json.length / 4) * 4;
  const bytes = new Uint8Array(begin + bytesOf(outputs ?? {}));
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  let at = begin;
  for (const [, { data }] of entries) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

/** @throws {StoreError} not what `encodeReply` gave. */
export function decodeReply(given: Uint8Array): LastReply {
  try {
    // In memory of its own, aligned.
    const bytes = new Uint8Array(given);
    const length = new DataView(bytes.buffer).getUint32(0, true);
    const head = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Head;
    let at = 4 + Math.ceil(length / 4) * 4;
    const outputs: Record<string, OutputTensor> = Object.create(null);
    for (const { name, shape, length } of head.outputs ?? []) {
      outputs[name] = { data: new Float32Array(bytes.buffer, at, length), shape };
      at += length * 4;
    }
    return { from: head.from, digest: head.digest, key: head.key, outputs: head.outputs && outputs };
  } catch (cause) {
    throw new StoreError('keeps what cannot be read', { where: 'reply', cause });
  }
}
