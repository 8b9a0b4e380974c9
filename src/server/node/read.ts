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
    const end = (done: () => void): void => {
      reads.delete(own);
      request.off('data', data).off('end', whole).off('error', broken).off('close', broken);
      done();
    };
    const fail = (fault: () => never): void => end(() => reject(faultOf(fault)));
    const broken = (): void => fail(() => refuse('cancelled', 'body', 'broken off'));
    const whole = (): void => end(() => resolve(joined(chunks, bytes)));
    const data = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes > most) fail(() => tooLarge(most));
      else chunks.push(chunk);
    };
    const late = (): void => fail(() => refuse('timeout', 'body', 'did not come in time'));
    const own = { until, late };
    reads.add(own);
    request.on('data', data).once('end', whole).once('error', broken).once('close', broken);
  });
}

function faultOf(fault: () => never): unknown {
  try {
    return fault();
  } catch (error) {
    return error;
  }
}
