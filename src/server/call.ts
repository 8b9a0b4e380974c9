import type { RequestHead } from './options.js';
import { type Refusal, refuse } from './refusal.js';
import type { OpenStream } from './stream/socket.js';

/** A request as the server takes it, from whichever runtime: without a `Request`, which costs Node more than a small model's step. */
export interface Call extends RequestHead {
  /**
   * @param most bytes.
   * @param until when it must be there, as `performance.now()` counts.
   * @throws {Refusal} more than `most`, too slow, or broken off.
   */
  body(most: number, until: number): Promise<Uint8Array>;
  /** Whether nobody waits for the reply any longer. */
  aborted(): boolean;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** A stream's: the runtime is to make the connection a WebSocket, and to open this with it. */
  readonly open?: OpenStream;
  /** Instead of `open`, where it came to no WebSocket. */
  readonly abandon?: () => void;
  /**
   * Another server's, to be passed on as it is; of the rest, its status alone is true.
   * @internal
   */
  readonly passed?: Response;
}

export const json = (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

/** What another server has answered. */
export const passedOn = (passed: Response): Reply => ({ status: passed.status, headers: {}, body: '', passed });

/** Chunks put together, as far as they are allowed to come. */
export async function collect(
  next: () => Promise<Uint8Array | undefined>,
  most: number,
  until: number,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), Math.max(0, until - performance.now()));
  });
  try {
    for (;;) {
      const chunk = await Promise.race([next(), late]);
      if (chunk === 'late') refuse('timeout', 'body', 'did not come in time');
      if (chunk === undefined) break;
      bytes += chunk.length;
      if (bytes > most) tooLarge(most);
      chunks.push(chunk);
    }
  } finally {
    clearTimeout(timer);
  }
  return joined(chunks, bytes);
}

/** @throws {Refusal} always. */
export const tooLarge = (most: number): never => refuse('too-large', 'body', 'too large', `at most ${most} bytes`);

/** @param bytes of all parts. */
export function joined(parts: readonly Uint8Array[], bytes: number): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Bytes of a stream of them, one chunk after another. What has not been read is given up by `cancel`. */
export function chunksOf(stream: ReadableStream<Uint8Array>): {
  next(): Promise<Uint8Array | undefined>;
  cancel(): void;
} {
  const reader = stream.getReader();
  return {
    next: async () => (await reader.read()).value,
    cancel: () => void reader.cancel().catch(() => {}),
  };
}

/** What a client is told of what went wrong. */
export const errorReply = (refusal: Refusal): Reply => {
  const again: Record<string, string> =
    refusal.retryAfter === undefined ? {} : { 'retry-after': `${refusal.retryAfter}` };
  return json({ error: refusal.message }, refusal.status, { ...again, ...refusal.headers });
};
