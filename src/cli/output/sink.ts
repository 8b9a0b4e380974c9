import { rmSync } from 'node:fs';
import { type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { WriteError } from '../faults.js';
import type { Terminal } from '../terminal.js';

/** Where bytes go, one after another. */
export interface Sink {
  /** @throws {WriteError} @throws {Closed} */
  write(data: string | Uint8Array): Promise<void>;
  /** Overwrites what has been written, where that is possible. */
  patch?(position: number, data: Uint8Array): Promise<void>;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Writes a file that is there whole, or not at all: what is written goes to one beside it, which takes its name at the end, and is taken
 * away whatever else ends the command, Ctrl-C too. `-` is the standard output; what is no file on a disk (a pipe, a device) is written as it is.
 * @throws {WriteError} no room, no folder, no right; the file is as it was. Whatever `use` throws.
 */
export async function writing(path: string, terminal: Terminal, use: (sink: Sink) => Promise<void>): Promise<void> {
  if (path === '-') return use(terminal);
  const where = `file ${JSON.stringify(path)}`;
  const writable = <Result>(action: () => Promise<Result>): Promise<Result> =>
    action().catch((cause) => {
      throw new WriteError(where, cause);
    });
  const target = await realpath(path).catch(() => path);
  const info = await stat(target).catch(() => undefined);
  if (info && !info.isFile()) {
    const file = await writable(() => open(target, 'w'));
    await use(sinkOf(file, writable, false)).finally(() => file.close());
    return;
  }
  const part = `${target}.${process.pid}.part`;
  const file = await writable(() => open(part, 'wx', info?.mode));
  const stop = (signal: NodeJS.Signals): void => {
    rmSync(part, { force: true });
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    await use(sinkOf(file, writable, true));
    await writable(() => file.close());
    await writable(() => rename(part, target));
  } catch (error) {
    await file.close().catch(() => {});
    await rm(part, { force: true });
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

function sinkOf(
  file: FileHandle,
  writable: <Result>(action: () => Promise<Result>) => Promise<Result>,
  patchable: boolean,
): Sink {
  return {
    write: (data) => writable(() => file.writeFile(data)),
    ...(patchable && {
      patch: async (position, data) => void (await writable(() => file.write(data, 0, data.length, position))),
    }),
  };
}
