import type { Terminal } from './terminal.js';

export interface Progress {
  /** So much more has been done. */
  tick(amount: number): void;
  /** Takes it off the screen. */
  end(): void;
}

/**
 * A bar on the standard error, where a person sees it; elsewhere nothing.
 * @param total in whatever unit; undefined if it is not known, and then there is none.
 */
export async function progressOf(terminal: Terminal, what: string, total: number | undefined): Promise<Progress> {
  const { screen } = terminal;
  if (!screen || !total) return { tick() {}, end() {} };
  const { default: ProgressBar } = await import('progress');
  const options = {
    total,
    width: 30,
    stream: screen,
    clear: true,
    complete: '█',
    incomplete: '░',
    renderThrottle: 100,
  };
  const bar = new ProgressBar(`${what} :bar :percent :etas`, options);
  return {
    tick: (amount) => {
      if (!bar.complete) bar.tick(amount);
    },
    end: () => bar.terminate(),
  };
}
