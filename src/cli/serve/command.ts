import type { Logger } from 'pino';
import { createServer, type ModelServer, type ServerObserver } from '../../server/index.js';
import { listen } from '../../server/node.js';
import { FileFault, faultText, UsageError } from '../faults.js';
import type { Terminal } from '../terminal.js';
import { type ServeFlags, settingsOf } from './flags.js';
import { loggerOf, logging } from './log.js';
import { type ServedFile, servedFiles } from './models.js';
import { watching } from './reload.js';
import { stopSignal } from './stopping.js';

/**
 * `gatewise serve`: until a signal stops it. Then requests that are at work end, live sequences are saved, and the process with them.
 * @throws {UsageError} @throws {FileFault} a model that does not open. @throws {Error} a port that cannot be had.
 */
export async function serveFiles(given: readonly string[], flags: ServeFlags, terminal: Terminal): Promise<void> {
  const { port, batchWindow, limits, memoryLimit } = settingsOf(flags);
  const files = servedFiles(given, flags, memoryLimit, terminal);
  const log = await loggerOf(flags.log, flags.logLevel, terminal.screen !== undefined);
  const stored = flags.store === undefined ? undefined : await (await import('./store.js')).openStore(flags.store, log);
  try {
    const metrics = flags.metrics && (await import('./metrics.js')).metricsOf(() => server);
    const server: ModelServer = createServer({
      models: Object.fromEntries(files.map(({ name, open }) => [name, { load: open }])),
      limits,
      batchWindow,
      ...(flags.origin && { origins: flags.origin }),
      repository: flags.repository ?? false,
      observer: together([logging(log), ...(metrics ? [metrics.observer] : [])]),
      ...(stored && { store: stored.store }),
    });
    for (const { name, file } of files)
      await server.load(name).catch((error) => {
        const cause = causeOf(error);
        throw cause instanceof UsageError ? cause : new FileFault(file, cause);
      });
    const listener = await listen(metrics ? metrics.beside(server) : server, {
      host: flags.host,
      port,
      ...(flags.allowHost && { hosts: flags.allowHost }),
    });
    const url = `http://${flags.host.includes(':') ? `[${flags.host}]` : flags.host}:${listener.port}`;
    const names = files.map(({ name }) => name);
    await terminal.write(flags.json ? `${JSON.stringify({ url, port: listener.port, models: names })}\n` : `${url}\n`);
    log.info({ url, models: names }, 'listening');
    const ends = flags.reload ? files.map((served) => watching(served.file, () => reload(served, server, log))) : [];
    const signal = await stopSignal();
    log.info({ signal }, 'draining');
    for (const end of ends) end();
    await server.drain();
    await listener.close();
    await server.close();
    log.info('stopped');
  } finally {
    await stored?.close();
  }
}

/** Serves a file that has changed from now on; one that does not open changes nothing. */
async function reload({ name, file }: ServedFile, server: ModelServer, log: Logger): Promise<void> {
  try {
    await server.load(name);
    log.info({ model: name, file }, 'reloaded');
  } catch (error) {
    log.error({ model: name, file, fault: faultText(causeOf(error)) }, 'not reloaded, served as before');
  }
}

/** Why a model does not open, which is none of a client's business. */
const causeOf = (error: unknown): unknown => (error as Error).cause ?? error;

/** Tells several what happens. */
const together = (observers: readonly ServerObserver[]): ServerObserver => ({
  request: (event) => {
    for (const observer of observers) observer.request?.(event);
  },
  batch: (event) => {
    for (const observer of observers) observer.batch?.(event);
  },
  sequence: (event) => {
    for (const observer of observers) observer.sequence?.(event);
  },
});
