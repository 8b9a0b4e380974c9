import type { WriteStream } from 'node:tty';
import type { WatchedLayer } from '../../view/live.js';
import type { Terminal } from '../terminal.js';
import { History } from './history.js';
import { picture } from './picture.js';
import { Stage } from './stage.js';
import type { Step, Steps } from './steps.js';

export interface LiveOptions {
  readonly window: WriteStream;
  /** Timesteps a second. */
  readonly rate: number;
  /** Whether the standard input is free for keys. */
  readonly keys: boolean;
}

/** Frames a second, at most. */
const FRAMES = 30;
const KEYS = 'space pause  ← → step  ↑ ↓ unit  tab gate  + − speed  w words  q quit';

/** Shows a layer while its model runs, until somebody quits; without keys until the input ends. @throws {InputError} the input. @throws {Closed} */
export async function watchLive(
  layer: WatchedLayer,
  steps: Steps,
  { window, rate, keys }: LiveOptions,
  terminal: Terminal,
): Promise<void> {
  const player = new Player(steps, rate);
  const stage = new Stage(window, keys, {
    key: (name) => player.press(name),
    resized: () => player.changed(),
  });
  try {
    stage.enter();
    while (!player.quits) {
      await player.turn();
      if (player.ended && !stage.hasKeys) break;
      if (player.mayDraw()) await terminal.write(stage.frame(frame()));
    }
  } finally {
    stage.close();
  }
  // What was seen last stays where nobody could have gone on looking.
  if (!stage.hasKeys) await terminal.write(`${frame().join('\n')}\n`);

  function frame(): readonly string[] {
    const { columns, rows } = stage.size;
    const { timestep, part, unit, words, status, history } = player;
    if (timestep < 0) return [status];
    const view = { timestep, part, unit, words, status, ...(stage.hasKeys && { keys: KEYS }) };
    const look = { columns, rows, depth: terminal.colourDepth, dark: isDark(process.env) };
    return picture(layer, steps.parts, history, view, look).slice(0, rows);
  }
}

/** Terminals say what their colours are in `COLORFGBG`, if at all: most are dark. */
const isDark = ({ COLORFGBG }: NodeJS.ProcessEnv): boolean => !/;(?:7|15)$/.test(COLORFGBG ?? '');

/** What is shown, and when it goes on. */
class Player {
  readonly history = new History();
  timestep = -1;
  part = 0;
  unit = 0;
  words = false;
  ended = false;
  quits = false;
  #rate: number;
  readonly #steps: Steps;
  #paused = false;
  /** Timesteps that somebody asked for, or the time. */
  #wanted = 1;
  #due: number;
  #drawn = 0;
  #stale = true;
  #coming: Promise<void> | undefined;
  #failed: { readonly error: unknown } | undefined;
  #wake: () => void = () => {};

  constructor(steps: Steps, rate: number) {
    this.#steps = steps;
    this.#rate = rate;
    this.#due = performance.now() + 1000 / rate;
  }

  get status(): string {
    if (this.timestep < 0) return this.ended ? 'no timesteps' : 'waiting for the first timestep';
    if (this.#paused) return 'paused';
    return this.#isOver ? 'the end' : `${Number(this.#rate.toPrecision(3))}/s`;
  }

  /** There is nothing after the timestep that is shown. */
  get #isOver(): boolean {
    return this.ended && this.timestep + 1 === this.history.end;
  }

  press(name: string): void {
    const { parts } = this.#steps;
    const units = Math.max(1, ...parts.map(({ rows }) => rows));
    switch (name) {
      case 'q':
      case 'escape':
        this.quits = true;
        break;
      case 'space':
        this.#paused = !this.#paused;
        this.#due = performance.now();
        break;
      case 'right':
        this.#paused = true;
        this.#wanted++;
        break;
      case 'left':
        this.#paused = true;
        this.#wanted = 0;
        this.timestep = Math.max(this.timestep - 1, Math.min(this.timestep, this.history.begin));
        break;
      case 'up':
        this.unit = Math.max(0, this.unit - 1);
        break;
      case 'down':
        this.unit = Math.min(units - 1, this.unit + 1);
        break;
      case 'tab':
        this.part = (this.part + 1) % Math.max(1, parts.length);
        break;
      case '+':
        this.#rate *= 2;
        break;
      case '-':
        this.#rate /= 2;
        break;
      case 'w':
        this.words = !this.words;
        break;
      default:
        return;
    }
    this.changed();
  }

  /** There is something else to draw. */
  changed(): void {
    this.#stale = true;
    this.#wake();
  }

  /** Waits for whatever is next: a key, the time, a timestep. @throws {InputError} the input. */
  async turn(): Promise<void> {
    const now = performance.now();
    const goesOn = !this.#paused && !this.#isOver;
    if (goesOn && now >= this.#due && this.#wanted === 0) {
      // A terminal that takes its time misses frames, not timesteps; but no more than a second is made up for.
      const late = Math.min(now - this.#due, 1000);
      this.#wanted = 1 + Math.floor((late * this.#rate) / 1000);
      this.#due = now - late + (this.#wanted * 1000) / this.#rate;
    }
    while (this.#wanted > 0 && this.timestep + 1 < this.history.end) {
      this.timestep++;
      this.#wanted--;
      this.#stale = true;
    }
    if (this.#wanted > 0) this.#fetch();
    const times = [
      ...(this.#stale ? [this.#drawn + 1000 / FRAMES] : []),
      ...(goesOn && this.#wanted === 0 ? [this.#due] : []),
    ];
    const wait = times.length > 0 ? Math.min(...times) - now : undefined;
    if (wait === undefined || wait > 0) await this.#sleep(wait);
    if (this.#failed) throw this.#failed.error;
  }

  /** Whether there is something new, and it is time; then it counts as drawn. */
  mayDraw(): boolean {
    const now = performance.now();
    if (!this.#stale || now < this.#drawn + 1000 / FRAMES) return false;
    this.#stale = false;
    this.#drawn = now;
    return true;
  }

  #fetch(): void {
    if (this.ended) this.#wanted = 0;
    else
      this.#coming ??= this.#steps.next().then(
        (step) => this.#take(step),
        (error) => this.#fail(error),
      );
  }

  #take(step: Step | undefined): void {
    this.#coming = undefined;
    if (step) this.history.add(step);
    else this.ended = true;
    // What was shown may have been the oldest.
    this.timestep = Math.max(this.timestep, this.history.begin > 0 ? this.history.begin : -1);
    this.changed();
  }

  #fail(error: unknown): void {
    this.#failed = { error };
    this.changed();
  }

  async #sleep(milliseconds: number | undefined): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => {};
  }
}
