import { renameSync, rmSync, type Stats } from 'node:fs';
import { access, constants, type FileHandle, open, realpath, rm, stat } from 'node:fs/promises';
import { constants as system } from 'node:os';
import { dirname } from 'node:path';
import { WriteError } from '../faults.js';
import type { Terminal } from '../terminal.js';

/** Where bytes go, one after another. */
export interface Sink {
  /** @throws {WriteError} @throws {Closed} */
  write(data: string | Uint8Array): Promise<void>;
  /** Overwrites what has been written, where that is possible. */
  patch?(position: number, data: Uint8Array): Promise<void>;
}

type Writable = <Result>(action: () => Promise<Result>) => Promise<Result>;

/** A whole file. */
export interface Whole {
  readonly path: string;
  readonly data: string | Uint8Array;
}

/**
 * Writes a file that is there whole, or not at all: what is written goes to one beside it, which takes its name at the end, and is taken
 * away whatever else ends the command, Ctrl-C too. `-` is the standard output; what is no file on a disk (a pipe, a device) is written as it is.
 * @throws {WriteError} no room, no folder, no right; the file is as it was. Whatever `use` throws.
 */
export async function writing(path: string, terminal: Terminal, use: (sink: Sink) => Promise<void>): Promise<void> {
  if (path === '-') return use(terminal);
  const writable = writableAs(path);
  const { target, info } = await placeOf(path);
  if (info && !info.isFile()) {
    const file = await writable(() => open(target, 'w'));
    return use({ write: (data) => writable(() => file.writeFile(data)) }).finally(() => file.close());
  }
  // Told before the work is done, not after it.
  await writable(() => access(dirname(target), constants.W_OK));
  const part = new PartFile(target, info?.mode);
  try {
    await use({
      write: (data) => writable(() => part.write(data)),
      patch: (position, data) => writable(() => part.patch(position, data)),
    });
    await writable(() => part.close());
    await writable(async () => part.takeName());
  } finally {
    await part.remove();
  }
}

/**
 * Writes files that are there together, each whole, or as they were before: they take their names one right after another, when all are
 * written. The first takes its name last, for whoever waits for it to find the others.
 * @throws {WriteError} as `writing`.
 */
export async function writeTogether(files: readonly Whole[], terminal: Terminal): Promise<void> {
  const parts: { readonly path: string; readonly part: PartFile }[] = [];
  try {
    for (const { path, data } of files) {
      const { target, info } = await placeOf(path);
      if (path === '-' || (info && !info.isFile())) {
        await writing(path, terminal, (sink) => sink.write(data));
        continue;
      }
      const part = new PartFile(target, info?.mode);
      parts.unshift({ path, part });
      await writableAs(path)(() => part.write(data).then(() => part.close()));
    }
    // Microtasks alone come between, and no signal.
    for (const { path, part } of parts) await writableAs(path)(async () => part.takeName());
  } finally {
    for (const { part } of parts) await part.remove();
  }
}

const writableAs =
  (path: string): Writable =>
  (action) =>
    action().catch((cause) => {
      throw new WriteError(`file ${JSON.stringify(path)}`, cause);
    });

/** Where a file is to be, whatever leads there, and what is there. */
async function placeOf(path: string): Promise<{ readonly target: string; readonly info: Stats | undefined }> {
  const target = await realpath(path).catch(() => path);
  return { target, info: await stat(target).catch(() => undefined) };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Those that are written now. */
const started = new Set<PartFile>();

/** All of them, since the process ends with the first that hears of it. */
const stop = (signal: NodeJS.Signals): void => {
  for (const { path } of started) rmSync(path, { force: true });
  process.exit(128 + system.signals[signal]);
};

/**
 * A file that is made when something is written, and from then on taken away by signals. Not before: whoever listens to a signal keeps it from
 * ending the process, and is not heard in a computation of minutes.
 */
class PartFile {
  readonly path: string;
  #file: FileHandle | undefined;

  /** @param target what it becomes. */
  constructor(
    readonly target: string,
    readonly mode: number | undefined,
  ) {
    this.path = `${target}.${process.pid}.part`;
  }

  async write(data: string | Uint8Array): Promise<void> {
    await (await this.#open()).writeFile(data);
  }

  async patch(position: number, data: Uint8Array): Promise<void> {
    await (await this.#open()).write(data, 0, data.length, position);
  }

  async close(): Promise<void> {
    await (await this.#open()).close();
  }

  /** In the place of what has it. Without waiting, so that several can do it as one. */
  takeName(): void {
    renameSync(this.path, this.target);
    this.#forget();
  }

  /** Unless it has become another. */
  async remove(): Promise<void> {
    if (this.#file) {
      await this.#file.close().catch(() => {});
      await rm(this.path, { force: true });
    }
    this.#forget();
  }

  async #open(): Promise<FileHandle> {
    if (this.#file) return this.#file;
    if (started.size === 0) for (const signal of SIGNALS) process.once(signal, stop);
    started.add(this);
    this.#file = await open(this.path, 'wx', this.mode);
    return this.#file;
  }

  #forget(): void {
    this.#file = undefined;
    started.delete(this);
    if (started.size === 0) for (const signal of SIGNALS) process.off(signal, stop);
  }
}
