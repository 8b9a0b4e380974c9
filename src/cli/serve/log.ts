import { type Logger, pino } from 'pino';
import type { ServerObserver } from '../../server/index.js';
import { UsageError } from '../faults.js';

const LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];

/**
 * Logs for the standard error: a JSON object a line, or lines for people.
 * @param format `json` or `pretty`; undefined: pretty where a person sees them. @throws {UsageError}
 */
export async function loggerOf(format: string | undefined, level: string, isScreen: boolean): Promise<Logger> {
  if (!LEVELS.includes(level)) throw new UsageError(`--log-level: expected ${LEVELS.join(', ')}, got ${level}`);
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (format === 'json' || (format === undefined && !isScreen))
    return pino(options, pino.destination({ dest: 2, sync: true }));
  if (format !== 'pretty' && format !== undefined)
    throw new UsageError(`--log: expected json or pretty, got ${format}`);
  const { default: pretty } = await import('pino-pretty');
  return pino(options, pretty({ destination: 2, sync: true, colorize: isScreen, singleLine: true }));
}

/** Says what went wrong, and at `debug` what went well. Nothing of what requests hold. */
export function logging(log: Logger): ServerObserver {
  return {
    request({ error, ...event }) {
      if (error !== undefined) log.error({ ...event, err: error }, 'request failed');
      else if (event.status >= 400) log.warn(event, 'request refused');
      else log.debug(event, 'request');
    },
    sequence: (event) => log.debug(event, 'sequence'),
  };
}
