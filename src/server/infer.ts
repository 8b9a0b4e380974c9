import type { Waiting } from './batcher.js';
import { type Call, passedOn, type Reply } from './call.js';
import type { Served } from './models.js';
import type { ServerLimits } from './options.js';
import type { Parts } from './parts.js';
import { headerLength, idempotencyKey, readBody } from './protocol/body.js';
import { inferReply } from './protocol/reply.js';
import { type InferRequest, parseInfer, type SequenceParameters } from './protocol/request.js';
import { refuse } from './refusal.js';
import { keyOf, type Sequences } from './sequences/sequences.js';

/** Whom a request comes from, and how long it may take. */
export interface Asked {
  readonly subject: string;
  readonly until: number;
  /** Of its path; undefined: the one that is served. */
  readonly version: string | undefined;
}

/** `POST …/infer`. @throws {Refusal} */
export async function infer(
  call: Call,
  served: Served,
  { sequences, limits, options: { elsewhere } }: Parts,
  asked: Asked,
): Promise<Reply> {
  if (served.pending >= limits.queue)
    refuse('queue-full', 'model', 'too many requests wait', `at most ${limits.queue}`);
  // As large as it says that it is, until that is known.
  let bytes = Math.min(Number(call.headers.get('content-length')) || 0, limits.bodyBytes);
  checkBytes(served.pendingBytes, bytes, limits);
  served.pending++;
  served.pendingBytes += bytes;
  try {
    const body = await readBody(call, limits.bodyBytes, asked.until);
    checkBytes(served.pendingBytes - bytes, body.length, limits);
    served.pendingBytes += body.length - bytes;
    bytes = body.length;
    const request = parseInfer(body, headerLength(call, body));
    const patience = performance.now() + (request.timeout ?? Number.POSITIVE_INFINITY) * 1000;
    const waiting: Waiting = { until: Math.min(asked.until, patience), aborted: () => call.aborted() };
    const key = idempotencyKey(call);
    const sequence = request.sequence && key !== undefined ? { ...request.sequence, key } : request.sequence;
    if (sequence && elsewhere) {
      return passedOn(await elsewhere(keyOf(served.name, asked.subject, sequence.id), call, { body }));
    }
    return await (sequence
      ? inSequence(served, sequences, request, sequence, waiting, asked)
      : alone(served, request, waiting, asked));
  } finally {
    served.pending--;
    served.pendingBytes -= bytes;
  }
}

/** @throws {Refusal} no room for a body beside those that wait; alone it has room. */
function checkBytes(waiting: number, bytes: number, { queueBytes }: ServerLimits): void {
  if (waiting === 0 || waiting + bytes <= queueBytes) return;
  refuse('queue-full', 'model', 'requests that wait are too large', `at most ${queueBytes} bytes`);
}

async function alone(served: Served, request: InferRequest, waiting: Waiting, { version }: Asked): Promise<Reply> {
  const host = await served.host();
  checkVersion(host.version, version);
  const { inputs, outputs } = request.of(host);
  host.hold();
  try {
    const results = await host.runWhole(inputs, waiting);
    return inferReply({ model_name: host.name, model_version: host.version, id: request.id }, outputs, results);
  } finally {
    host.release();
  }
}

async function inSequence(
  served: Served,
  sequences: Sequences,
  request: InferRequest,
  sequence: SequenceParameters,
  waiting: Waiting,
  { subject, version }: Asked,
): Promise<Reply> {
  // Sequences that live in a version which is not served any longer go on.
  if (sequence.start && !served.current) await served.host();
  const key = keyOf(served.name, subject, sequence.id);
  const versions = await served.versions();
  if (sequence.start) checkVersion(versions.current.version, version);
  const { host, outputs, wanted, step } = await sequences.infer(versions, key, request, sequence, waiting);
  const head = { model_name: host.name, model_version: host.version, id: request.id };
  return inferReply({ ...head, parameters: { sequence_id: sequence.id, sequence_step: step } }, wanted, outputs);
}

/** @throws {Refusal} a path that names another version. */
export function checkVersion(served: string, asked: string | undefined): void {
  if (asked !== undefined && asked !== served)
    refuse('unknown', 'version', 'not served', served, JSON.stringify(asked));
}
