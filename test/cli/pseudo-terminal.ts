import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { Terminal } from '@xterm/headless';
import { afterEach } from 'vitest';
import { needs } from '../support/needs.js';

/** `script` of util-linux gives a command a terminal. */
export const hasScript = needs(
  process.platform === 'linux' && spawnSync('script', ['--version']).status === 0,
  'no `script` of util-linux',
);

/** What a test that failed left behind. */
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGHUP');
  running.clear();
});

/** A command in a terminal of so many columns and rows, whose screen is read as a person would. */
export class PseudoTerminal {
  readonly ended: Promise<number | null>;
  /** All that has been written. */
  raw = '';
  readonly #screen: Terminal;
  readonly #child: ChildProcess;
  #written: Promise<void> = Promise.resolve();

  constructor(command: string, columns = 80, rows = 24, env: NodeJS.ProcessEnv = {}) {
    this.#screen = new Terminal({ cols: columns, rows, allowProposedApi: true });
    const sized = `stty cols ${columns} rows ${rows}; ${command}`;
    // Nothing else of this process: NO_COLOR, FORCE_COLOR, CI, TMUX and others each decide of colours.
    const { PATH, HOME } = process.env;
    this.#child = spawn('script', ['-qfec', sized, '/dev/null'], {
      env: { PATH, HOME, TERM: 'xterm-256color', COLORTERM: 'truecolor', ...env },
    });
    running.add(this.#child);
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.raw += text;
      this.#written = new Promise((done) => this.#screen.write(text, done));
    });
    this.ended = new Promise((done) => this.#child.on('close', done));
  }

  press(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Its lines, as they are now. */
  async lines(): Promise<string[]> {
    await this.#written;
    const { active } = this.#screen.buffer;
    return Array.from(
      { length: this.#screen.rows },
      (_, y) => active.getLine(active.baseY + y)?.translateToString(true) ?? '',
    );
  }

  /** Whether what is seen is another screen than the one with the prompt. */
  async isAlternate(): Promise<boolean> {
    await this.#written;
    return this.#screen.buffer.active.type === 'alternate';
  }

  /** The colours of the cell at a place, as numbers of 24 bits, or of the palette. */
  async colours(
    x: number,
    y: number,
  ): Promise<{ readonly upper: number; readonly lower: number; readonly rgb: boolean }> {
    await this.#written;
    const cell = this.#screen.buffer.active.getLine(y)?.getCell(x);
    return { upper: cell?.getFgColor() ?? -1, lower: cell?.getBgColor() ?? -1, rgb: cell?.isFgRGB() === true };
  }

  /** Waits until the screen shows what is wanted. */
  async shows(wanted: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = wanted.exec((await this.lines()).join('\n'));
      if (found) return found;
      await new Promise((done) => setTimeout(done, 20));
      if (this.#child.exitCode !== null) throw new Error(`ended without ${wanted}:\n${this.raw.slice(-2000)}`);
    }
  }

  async end(): Promise<number | null> {
    const code = await this.ended;
    await this.#written;
    return code;
  }
}
