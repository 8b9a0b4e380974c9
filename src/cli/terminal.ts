/// <reference types="node" />
import { WriteStream } from 'node:tty';
import { WriteError } from './faults.js';

/** What commands know of the process that runs them, so that tests can be another. */
export interface Terminal {
  /** Bytes of the standard input. */
  stdin(): AsyncIterable<Uint8Array>;
  /**
   * Writes to the standard output; settled once it is taken, so that nothing piles up.
   * @throws {Closed} nobody reads it any more. @throws {WriteError} no room.
   */
  write(data: string | Uint8Array): Promise<void>;
  /** A line on the standard error. */
  note(text: string): void;
  /** Whether the standard output is to have colours. */
  readonly colours: boolean;
  /** Bits of its colours: 24, 8, 4; 1 where it has none. */
  readonly colourDepth: number;
  /** The standard output, if a person sees it, and it can be drawn on. */
  readonly window: WriteStream | undefined;
  /** Where progress is drawn: the standard error, if a person sees it. */
  readonly screen: WriteStream | undefined;
}

/** The reader of the standard output has gone: nothing is left to do, and nothing is wrong. */
export class Closed extends Error {}

/** What the process gives, as commands know it; `close` at the end, since a pipe that nobody else closes would keep the process. */
export function terminalOf(process: NodeJS.Process): Terminal & { close(): void } {
  const { stdout, stderr, env } = process;
  const colours = wantsColours(env, stdout.isTTY);
  let failed: Error | undefined;
  let reads = false;
  // Told to whom it concerns by the next write; without a listener it would end the process.
  stdout.on('error', (error) => {
    failed = error;
  });
  stderr.on('error', () => {});
  return {
    stdin() {
      reads = true;
      return process.stdin;
    },
    close() {
      if (reads) process.stdin.destroy();
    },
    async write(data) {
      const fault = await new Promise<Error | null | undefined>((taken) => {
        if (failed) taken(failed);
        else stdout.write(data, taken);
      });
      if (!fault) return;
      const { code } = fault as NodeJS.ErrnoException;
      throw code === 'EPIPE' ? new Closed() : new WriteError('standard output', fault);
    },
    note: (text) => void stderr.write(`${text}\n`),
    colours,
    // Looks at COLORTERM, TERM and the like.
    colourDepth: colours ? WriteStream.prototype.getColorDepth(env) : 1,
    window: stdout.isTTY && env.TERM !== 'dumb' ? stdout : undefined,
    screen: stderr.isTTY && env.TERM !== 'dumb' ? stderr : undefined,
  };
}

/** no-color.org, force-color.org. */
export const wantsColours = (env: NodeJS.ProcessEnv, isTerminal: boolean): boolean =>
  env.NO_COLOR ? false : env.FORCE_COLOR ? env.FORCE_COLOR !== '0' : isTerminal && env.TERM !== 'dumb';

/** Text of files and models for a screen, which is not to be moved, coloured or cleared by it. */
export const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => (character === '\n' ? character : '\ufffd'));

const CODES = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39] } as const;

/** Text in a style, where there are styles. */
export const styled = ({ colours }: Pick<Terminal, 'colours'>, style: keyof typeof CODES, text: string): string =>
  colours ? `\x1b[${CODES[style][0]}m${text}\x1b[${CODES[style][1]}m` : text;
