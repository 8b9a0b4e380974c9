import { type Call, chunksOf, collect } from '../call.js';
import { malformed, refuse } from '../refusal.js';

/**
 * A request's body, unpacked.
 * @param most bytes, packed and not.
 * @throws {Refusal} too large, too slow, or packed otherwise.
 */
export function readBody(call: Call, most: number, until: number): Promise<Uint8Array> {
  const encoding = call.headers.get('content-encoding')?.trim().toLowerCase() ?? 'identity';
  const packed = encoding === 'gzip' || encoding === 'deflate';
  const known = typeof DecompressionStream === 'undefined' ? 'identity' : 'gzip, deflate, identity';
  if (encoding !== 'identity' && !(packed && known !== 'identity')) {
    refuse('media-type', 'content-encoding', 'unknown', known, JSON.stringify(encoding.slice(0, 100)));
  }
  const body = call.body(most, until);
  return packed ? body.then((bytes) => unpack(bytes, encoding, most, until)) : body;
}

async function unpack(
  bytes: Uint8Array,
  encoding: 'gzip' | 'deflate',
  most: number,
  until: number,
): Promise<Uint8Array> {
  const unpacked = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new DecompressionStream(encoding));
  const { next, cancel } = chunksOf(unpacked as ReadableStream<Uint8Array>);
  const read = (): Promise<Uint8Array | undefined> =>
    next().catch(() => malformed('body', `not ${encoding}`, `what content-encoding says`));
  try {
    return await collect(read, most, until);
  } finally {
    cancel();
  }
}

/**
 * Tells a request from all others, so that a client which got no reply may send it again (draft-ietf-httpapi-idempotency-key-header).
 * @returns undefined: none was given. @throws {Refusal} more than a key is.
 */
export function idempotencyKey(call: Call): string | undefined {
  const given = call.headers.get('idempotency-key');
  if (given === null) return undefined;
  if (!/^[ -~]{1,256}$/.test(given))
    malformed('idempotency-key', 'not a key', '1 to 256 ASCII characters', JSON.stringify(given.slice(0, 100)));
  return given;
}

/** How many bytes of a body are JSON; undefined: all. @throws {Refusal} no length, or more than there are. */
export function headerLength(call: Call, body: Uint8Array): number | undefined {
  const given = call.headers.get('inference-header-content-length');
  if (given === null) return undefined;
  const length = /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
  if (!(length <= body.length)) {
    const expected = `a number up to ${body.length}, the bytes of the body`;
    malformed(
      'inference-header-content-length',
      'not a length of the body',
      expected,
      JSON.stringify(given.slice(0, 100)),
    );
  }
  return length;
}
