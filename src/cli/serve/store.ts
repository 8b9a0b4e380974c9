import type { Logger } from 'pino';
import { type StateStore, StoreError } from '../../server/index.js';
import { redisStore } from '../../server/stores/redis.js';
import { UsageError } from '../faults.js';

/** Longest that a lost connection waits before it is tried again, in milliseconds. */
const PATIENCE = 1000;

export interface OpenedStore {
  readonly store: StateStore;
  close(): Promise<void>;
}

/**
 * Redis or Valkey at a URL. Once it has been reached, a lost connection is made again for as long as it takes; requests are refused meanwhile.
 * @throws {UsageError} no such kind of store, or the package that asks it is missing. @throws {StoreError} nobody answers there.
 */
export async function openStore(url: string, log: Logger): Promise<OpenedStore> {
  if (!/^rediss?:\/\//i.test(url) || !URL.canParse(url)) throw new UsageError('--store: expected redis://host:port');
  const { createClient } = await redisClient();
  let reached = false;
  const client = createClient({
    url,
    // Who cannot be asked is not waited for: clients are told, and try again.
    disableOfflineQueue: true,
    socket: { reconnectStrategy: (tries) => (reached ? Math.min(50 * 2 ** tries, PATIENCE) : false) },
  });
  client.on('error', (err) => {
    if (reached) log.warn({ err: { message: err.message, code: err.code } }, 'store out of reach');
  });
  client.on('ready', () => {
    if (reached) log.info('store reached again');
  });
  try {
    await client.connect();
  } catch (cause) {
    // Not the URL, which may hold a password.
    const got = (cause as Error).message || String(cause);
    throw new StoreError('nobody answers', { where: '--store', expected: `Redis at ${new URL(url).host}`, got, cause });
  }
  reached = true;
  return { store: redisStore(client), close: () => client.close() };
}

/** The package `redis`, which is as large as all the rest: installed by those who want it. */
const redisClient = (): Promise<typeof import('redis')> =>
  import('redis').catch((cause) => {
    if (cause.code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new UsageError('--store: the package redis is missing; npm install redis', { cause });
  });
