import { openSync } from 'node:fs';
import { constants } from 'node:os';
import { emitKeypressEvents, type Key } from 'node:readline';
import { ReadStream, type WriteStream } from 'node:tty';

// Control sequences of xterm, which all that call themselves terminals today understand.
const ESC = '\x1b[';
/** Another screen than the one with the prompt, no cursor, no new lines where a line is too long. */
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l`;
const LEAVE = `${ESC}?7h${ESC}?25h${ESC}?1049l`;
/** A frame is shown when it is there as a whole, by terminals that know of it. */
const [BEGIN, END] = [`${ESC}?2026h${ESC}H`, `${ESC}J${ESC}?2026l`];

/** As shells count. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The whole of a terminal, and the keys that are pressed, from `enter` to `leave`, however the process ends. */
export class Stage {
  readonly #window: WriteStream;
  readonly #keys: ReadStream | undefined;
  readonly #stop = (signal: NodeJS.Signals): never => {
    this.leave();
    process.exit(128 + constants.signals[signal]);
  };
  readonly #resize: () => void;
  readonly #press: (text: string | undefined, key: Key) => void;
  #entered = false;

  /**
   * @param free whether nothing else is read from the standard input; else keys are those of the terminal itself.
   * @param events is told of a key by its name (`space`, `q`, `+`), and when the size has changed.
   */
  constructor(window: WriteStream, free: boolean, events: { key(name: string): void; resized(): void }) {
    this.#window = window;
    this.#keys = free && process.stdin.isTTY ? process.stdin : ownTerminal();
    this.#resize = () => events.resized();
    this.#press = (text, { name, ctrl }) => {
      if (ctrl && name === 'c') this.#stop('SIGINT');
      else if (ctrl && name === 'z') this.#suspend(events.resized);
      else if (!ctrl) events.key(name ?? text ?? '');
    };
    if (this.#keys) emitKeypressEvents(this.#keys);
  }

  /** Whether keys can be pressed. */
  get hasKeys(): boolean {
    return this.#keys !== undefined;
  }

  get size(): { readonly columns: number; readonly rows: number } {
    // Some say 0 where they do not know.
    return { columns: this.#window.columns || 80, rows: this.#window.rows || 24 };
  }

  enter(): void {
    this.#entered = true;
    this.#window.write(ENTER);
    this.#window.on('resize', this.#resize);
    this.#keys?.setRawMode(true).on('keypress', this.#press).resume();
    for (const signal of SIGNALS) process.on(signal, this.#stop);
    process.on('exit', this.leave);
  }

  /** What a frame is written as. */
  frame(lines: readonly string[]): string {
    return `${BEGIN}${lines.map((line) => `${line}${ESC}K`).join('\r\n')}${END}`;
  }

  readonly leave = (): void => {
    if (!this.#entered) return;
    this.#entered = false;
    this.#window.write(LEAVE);
    this.#window.off('resize', this.#resize);
    this.#keys?.setRawMode(false).off('keypress', this.#press).pause();
    for (const signal of SIGNALS) process.off(signal, this.#stop);
    process.off('exit', this.leave);
  };

  /** No more keys: a terminal that stays open would keep the process. */
  close(): void {
    this.leave();
    if (this.#keys !== process.stdin) this.#keys?.destroy();
  }

  /** Stops, as Ctrl-Z does elsewhere, until the shell goes on with it. */
  #suspend(resumed: () => void): void {
    this.leave();
    // Nothing else is waited for.
    const stays = setInterval(() => {}, 1000);
    process.once('SIGCONT', () => {
      clearInterval(stays);
      this.enter();
      resumed();
    });
    process.kill(process.pid, 'SIGTSTP');
  }
}

/** The terminal of the process, whatever its standard input is; undefined without one. */
function ownTerminal(): ReadStream | undefined {
  try {
    return new ReadStream(openSync('/dev/tty', 'r'));
  } catch {
    return undefined;
  }
}
