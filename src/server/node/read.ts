/// <reference types="node" />
import type { IncomingMessage } from 'node:http';
import { joined, tooLarge } from '../call.js';
import { refuse } from '../refusal.js';

/** A body that is being read. */
export interface Read {
  readonly until: number;
  late(): void;
}

/** One timer looks after all of them: one for each would cost more than the reading. */
export function endLate(reads: ReadonlySet<Read>): void {
  const now = performance.now();
  for (const { until, late } of reads) if (until < now) late();
}

/** A body, without a stream of the web's: it costs as much as a small model's step. */
export function read(request: IncomingMessage, reads: Set<Read>, most: number, until: number): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > most) tooLarge(most);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    const fail = (fault: () => never): void => {
      if (reads.delete(own)) reject(faultOf(fault));
    };
    const late = (): void => fail(() => refuse('timeout', 'body', 'did not come in time'));
    // Those that are being read: what comes later is nobody's, and its listeners go with the request.
    const own = { until, late };
    reads.add(own);
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > most) fail(() => tooLarge(most));
      else if (reads.has(own)) chunks.push(chunk);
    });
    request.on('end', () => {
      if (reads.delete(own)) resolve(joined(chunks, bytes));
    });
    // After an error too.
    request.on('close', () => fail(() => refuse('cancelled', 'body', 'broken off')));
  });
}

function faultOf(fault: () => never): unknown {
  try {
    return fault();
  } catch (error) {
    return error;
  }
}
