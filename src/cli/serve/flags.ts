import type { ServerLimits } from '../../server/index.js';
import { wholeNumber } from '../faults.js';
import type { BuildFlags, CommonFlags } from '../flags.js';
import { byteCount, duration, port } from './quantities.js';

export interface ServeFlags extends CommonFlags, BuildFlags {
  /** For all models, or `name=…` for one. */
  readonly config?: readonly string[];
  readonly assume?: readonly string[];
  /** Of pages that may send requests. */
  readonly origin?: readonly string[];
  /** Names that requests may give in `Host`. */
  readonly allowHost?: readonly string[];
  readonly port: string;
  readonly host: string;
  readonly batchWindow: string;
  readonly maxSequences?: string;
  readonly idle?: string;
  readonly timeout?: string;
  readonly maxBody?: string;
  readonly memoryLimit?: string;
  readonly store?: string;
  readonly repository?: true;
  readonly metrics?: true;
  readonly reload: boolean;
  readonly log?: string;
  readonly logLevel: string;
}

/** Flags as the numbers that they say. */
export interface Settings {
  readonly port: number;
  /** Milliseconds. */
  readonly batchWindow: number;
  readonly limits: Partial<ServerLimits>;
  readonly memoryLimit: number | undefined;
}

/** @throws {UsageError} */
export function settingsOf(flags: ServeFlags): Settings {
  const { maxSequences, idle, timeout, maxBody, memoryLimit } = flags;
  return {
    port: port('--port', flags.port),
    batchWindow: 1000 * duration('--batch-window', flags.batchWindow),
    limits: {
      ...(maxSequences !== undefined && { sequences: wholeNumber('--max-sequences', maxSequences) }),
      ...(idle !== undefined && { idleSeconds: duration('--idle', idle) }),
      ...(timeout !== undefined && { requestSeconds: duration('--timeout', timeout) }),
      ...(maxBody !== undefined && { bodyBytes: byteCount('--max-body', maxBody) }),
    },
    memoryLimit: memoryLimit === undefined ? undefined : byteCount('--memory-limit', memoryLimit),
  };
}
