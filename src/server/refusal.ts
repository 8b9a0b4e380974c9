import { DisposedError, GatewiseError, InputError, MemoryLimitError, StateError, UnsupportedError } from '../errors.js';
import { StoreError } from './errors.js';

/** Why a request was refused, as a word that is counted by. */
export type Reason =
  | 'malformed'
  | 'too-large'
  | 'unknown'
  | 'method'
  | 'media-type'
  | 'unauthorised'
  | 'forbidden'
  | 'misdirected'
  | 'queue-full'
  | 'too-many-sequences'
  | 'gone'
  | 'conflict'
  | 'timeout'
  | 'cancelled'
  | 'memory'
  | 'loading'
  | 'draining'
  | 'store'
  | 'upgrade'
  | 'internal';

const STATUS = {
  malformed: 400,
  unauthorised: 401,
  forbidden: 403,
  unknown: 404,
  method: 405,
  timeout: 408,
  conflict: 409,
  gone: 410,
  'too-large': 413,
  'media-type': 415,
  misdirected: 421,
  upgrade: 426,
  'queue-full': 429,
  'too-many-sequences': 429,
  cancelled: 499,
  internal: 500,
  memory: 503,
  loading: 503,
  draining: 503,
  store: 503,
} satisfies Record<Reason, number>;

/** Those that are worth to be tried again, after so many seconds. */
const AGAIN: ReadonlySet<Reason> = new Set([
  'queue-full',
  'too-many-sequences',
  'memory',
  'loading',
  'draining',
  'store',
]);

/** A request that is answered with an error: `{ "error": … }` and the status of its reason. */
export class Refusal extends GatewiseError {
  override readonly name = 'Refusal';
  override readonly code = 'REFUSAL';
  readonly reason: Reason;
  /** Of the reply, beside those that all have. */
  headers: { readonly allow?: string } = {};

  constructor(reason: Reason, message: string, details: ConstructorParameters<typeof GatewiseError>[1] = {}) {
    super(message, details);
    this.reason = reason;
  }

  get status(): number {
    return STATUS[this.reason];
  }

  /** Seconds for `Retry-After`; undefined where trying again would change nothing. */
  get retryAfter(): number | undefined {
    return AGAIN.has(this.reason) ? 1 : undefined;
  }
}

/** @throws {Refusal} always. */
export function refuse(reason: Reason, where: string, message: string, expected?: string, got?: string): never {
  throw new Refusal(reason, message, { where, expected, got });
}

/** @throws {Refusal} always, of a request that says something wrong. */
export const malformed = (where: string, message: string, expected?: string, got?: string): never =>
  refuse('malformed', where, message, expected, got);

const REASONS: readonly (readonly [new (...given: never[]) => GatewiseError, Reason])[] = [
  [InputError, 'malformed'],
  [UnsupportedError, 'malformed'],
  [MemoryLimitError, 'memory'],
  [StateError, 'conflict'],
  [StoreError, 'store'],
  [DisposedError, 'loading'],
];

/** What a client is told of an error; of one that is nobody's but the server's it is told nothing. */
export function asRefusal(error: unknown): Refusal {
  // Perhaps of another copy of this module: an adapter's.
  if (error instanceof GatewiseError && error.code === 'REFUSAL') return error as Refusal;
  const [, reason] = REASONS.find(([type]) => error instanceof type) ?? [];
  if (reason) return new Refusal(reason, (error as Error).message, { cause: error });
  return new Refusal('internal', 'the server failed', { cause: error });
}
