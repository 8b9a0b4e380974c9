import { Buffer } from 'node:buffer';
import { StoreError } from '../errors.js';
import type { StateStore, StoredState } from '../store.js';

/**
 * What is used of a client of `redis` (npm i redis, version 5 or newer): `createClient`, `createClientPool`, `createCluster` and
 * `createSentinel` make such.
 */
export interface RedisClient {
  withTypeMapping(mapping: never): object;
}

export interface RedisStoreOptions {
  /** What keys begin with. Default `gatewise:`. */
  readonly prefix?: string;
  /** Milliseconds after which Redis counts as out of reach. Default 2000. */
  readonly timeout?: number;
}

/** The same client, with strings of Redis as bytes. */
interface Commands {
  hmGet(key: string, fields: readonly string[]): Promise<readonly unknown[]>;
  eval(script: string, given: { keys: readonly string[]; arguments: readonly (string | Buffer)[] }): Promise<unknown>;
}

/** Redis' type of strings, `$` in its protocol. */
const BLOB = 36;
const FIELDS = ['epoch', 'step', 'bytes', 'reply'] as const;

/**
 * Compares and sets. Redis runs a script as one command, between others: no other write can come in between.
 * ARGV: expected epoch and step (empty: nothing is kept), milliseconds to live, then names and values of fields.
 */
const REPLACE = `
local kept = redis.call('HMGET', KEYS[1], 'epoch', 'step')
if (kept[1] or '') ~= ARGV[1] or (kept[2] or '') ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 4))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1`;

/**
 * A store in Redis or Valkey, for servers that share sequences: a hash for each, which Redis drops when its time is over.
 * @param client of the package `redis`, connected by the caller and closed by the caller. With `disableOfflineQueue: true` a server that
 *   has lost Redis says so at once, and not after `timeout`.
 * @throws {StoreError} a client that cannot give bytes. Methods reject with it if Redis cannot be reached, refuses, or keeps something else
 *   under the key; a write may have been carried out all the same, which the next `read` tells.
 */
export function redisStore(
  client: RedisClient,
  { prefix = 'gatewise:', timeout = 2000 }: RedisStoreOptions = {},
): StateStore {
  if (typeof client?.withTypeMapping !== 'function') {
    throw new StoreError('not a client that can give bytes', {
      where: 'redisStore',
      expected: 'a client of the package redis, version 5 or newer',
    });
  }
  const commands = client.withTypeMapping({ [BLOB]: Buffer } as never) as Commands;

  async function ask<Answer>(what: string, command: () => Promise<Answer>): Promise<Answer> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeout} ms`)), timeout);
    });
    try {
      return await Promise.race([command(), late]);
    } catch (cause) {
      const got = cause instanceof Error ? cause.message || cause.name : String(cause);
      throw new StoreError('Redis cannot be asked', { where: what, got, cause });
    } finally {
      clearTimeout(timer);
    }
  }

  const read = async (key: string): Promise<StoredState | undefined> =>
    stateOf(key, await ask('read', () => commands.hmGet(prefix + key, FIELDS)));

  return {
    read,
    replace: async (key, expected, next, seconds) => {
      const { epoch = '', step = '' } = expected ?? {};
      const given = [epoch, `${step}`, `${Math.ceil(1e3 * seconds)}`, 'epoch', next.epoch, 'step', `${next.step}`];
      const blobs = (['bytes', 'reply'] as const).flatMap((name) => {
        const bytes = next[name];
        return bytes ? [name, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)] : [];
      });
      const script = { keys: [prefix + key], arguments: [...given, ...blobs] };
      return Number(await ask('replace', () => commands.eval(REPLACE, script))) === 1;
    },
    ping: async () => {
      await read('');
    },
  };
}

/** @throws {StoreError} something that was not put there by `replace`. */
function stateOf(key: string, values: readonly unknown[]): StoredState | undefined {
  const [epoch, step, bytes, reply] = values.map((value) => (Buffer.isBuffer(value) ? value : undefined));
  if (!epoch && !step && !bytes && !reply) return undefined;
  const count = Number(step ?? 'none');
  if (!epoch || !(Number.isSafeInteger(count) && count >= 0)) {
    throw new StoreError('no state of a sequence', { where: `key ${key}`, expected: 'what a server has put there' });
  }
  return { epoch: `${epoch}`, step: count, bytes: copyOf(bytes), reply: copyOf(reply) };
}

/** Plain bytes, of a length of their own: the client's lie in what came over the wire at once. */
const copyOf = (bytes: Buffer | undefined): Uint8Array | undefined => bytes && new Uint8Array(bytes);
