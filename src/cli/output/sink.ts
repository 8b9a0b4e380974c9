import { rmSync } from 'node:fs';
import { access, constants, type FileHandle, open, realpath, rename, rm, stat } from 'node:fs/promises';
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

/**
 * Writes a file that is there whole, or not at all: what is written goes to one beside it, which takes its name at the end, and is taken
 * away whatever else ends the command, Ctrl-C too. `-` is the standard output; what is no file on a disk (a pipe, a device) is written as it is.
 * @throws {WriteError} no room, no folder, no right; the file is as it was. Whatever `use` throws.
 */
export async function writing(path: string, terminal: Terminal, use: (sink: Sink) => Promise<void>): Promise<void> {
  if (path === '-') return use(terminal);
  const writable: Writable = (action) =>
    action().catch((cause) => {
      throw new WriteError(`file ${JSON.stringify(path)}`, cause);
    });
  const target = await realpath(path).catch(() => path);
  const info = await stat(target).catch(() => undefined);
  if (info && !info.isFile()) {
    const file = await writable(() => open(target, 'w'));
    return use({ write: (data) => writable(() => file.writeFile(data)) }).finally(() => file.close());
  }
  // Told before the work is done, not after it.
  await writable(() => access(dirname(target), constants.W_OK));
  const part = new PartFile(`${target}.${process.pid}.part`, info?.mode);
  try {
    await use({
      write: (data) => writable(() => part.write(data)),
      patch: (position, data) => writable(() => part.patch(position, data)),
    });
    await writable(() => part.become(target));
  } finally {
    await part.remove();
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * A file that is made when something is written, and from then on taken away by signals. Not before: whoever listens to a signal keeps it from
 * ending the process, and is not heard in a computation of minutes.
 */
class PartFile {
  #file: FileHandle | undefined;
  readonly #stop = (signal: NodeJS.Signals): void => {
    rmSync(this.path, { force: true });
    process.exit(128 + system.signals[signal]);
  };

  constructor(
    readonly path: string,
    readonly mode: number | undefined,
  ) {}

  async write(data: string | Uint8Array): Promise<void> {
    await (await this.#open()).writeFile(data);
  }

  async patch(position: number, data: Uint8Array): Promise<void> {
    await (await this.#open()).write(data, 0, data.length, position);
  }

  /** Takes the name of another, in its place. */
  async become(path: string): Promise<void> {
    const file = await this.#open();
    await file.close();
    await rename(this.path, path);
    this.#forget();
  }

  /** Unless it has become another. */
  async remove(): Promise<void> {
    if (!this.#file) return;
    await this.#file.close().catch(() => {});
    await rm(this.path, { force: true });
    this.#forget();
  }

  async #open(): Promise<FileHandle> {
    if (this.#file) return this.#file;
    for (const signal of SIGNALS) process.once(signal, this.#stop);
    this.#file = await open(this.path, 'wx', this.mode);
    return this.#file;
  }

  #forget(): void {
    this.#file = undefined;
    for (const signal of SIGNALS) process.off(signal, this.#stop);
  }
}
