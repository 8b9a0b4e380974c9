import type { Model } from '../index.js';
import { Host } from './host.js';
import type { Watched } from './observer.js';
import type { ModelEntry } from './options.js';
import { asRefusal, Refusal, refuse } from './refusal.js';
import type { Versions } from './sequences/kept.js';
import { afterwards } from './timer.js';

/** What a model is to the repository's index. */
export interface ModelState {
  readonly name: string;
  readonly version?: string;
  readonly state: 'READY' | 'LOADING' | 'UNAVAILABLE';
  readonly reason: string;
}

/** A model by its name, in all the versions that are still needed. */
export class Served {
  readonly name: string;
  current: Host | undefined;
  /** The latest first. */
  former: Host[] = [];
  /** Requests that have not been answered. */
  pending = 0;
  /** Of their bodies. */
  pendingBytes = 0;
  #entry: ModelEntry;
  #loading: Promise<Host> | undefined;
  #versions = 0;
  #fault = 'not loaded';
  #unloaded = false;
  readonly #setting: Setting;

  constructor(name: string, entry: ModelEntry, setting: Setting) {
    this.name = name;
    this.#entry = entry;
    this.#setting = setting;
    this.set(entry);
  }

  /** Serves another model from now on; live sequences go on with theirs. */
  set(entry: ModelEntry): void {
    this.#entry = entry;
    if (!isLoader(entry)) {
      this.replace(entry, false);
      return;
    }
    this.unload();
    this.#unloaded = false;
    this.#fault = 'not loaded';
  }

  get state(): ModelState {
    const { name, current } = this;
    if (current) return { name, version: current.version, state: 'READY', reason: '' };
    return this.#loading ? { name, state: 'LOADING', reason: '' } : { name, state: 'UNAVAILABLE', reason: this.#fault };
  }

  /** The version that is served, loaded if it is not yet. @throws {Refusal} it cannot be, or was unloaded. */
  async host(): Promise<Host> {
    if (this.current) return this.current;
    if (this.#unloaded) refuse('loading', 'model', 'was unloaded', undefined, this.name);
    return this.load();
  }

  /** Loads it, anew if it is there. @throws {Refusal} it cannot be; what was there goes on. */
  load(): Promise<Host> {
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** @param owned whether to dispose of it in the end. */
  replace(model: Model, owned: boolean): Host {
    const host = new Host(this.name, `${++this.#versions}`, model, owned, this.#setting);
    this.unload();
    this.current = host;
    this.#unloaded = false;
    return host;
  }

  /** Serves none; live sequences go on. */
  unload(): void {
    const { current } = this;
    this.current = undefined;
    this.#unloaded = true;
    this.#fault = 'unloaded';
    if (!current) return;
    this.former.unshift(current);
    // What a store keeps of it is not counted here: it is asked for again within that time, or not at all.
    const seconds = this.#setting.graceSeconds;
    if (seconds > 0) {
      current.hold();
      afterwards(seconds * 1000, () => current.release());
    }
    current.retire();
  }

  /** The version that is served, and those of sequences that are live. @throws {Refusal} there is none, and none can be loaded. */
  async versions(): Promise<Versions> {
    this.former = this.former.filter(({ closed }) => !closed);
    const current = this.current ?? this.former[0] ?? (await this.host());
    return { current, former: this.former };
  }

  async #load(): Promise<Host> {
    const entry = this.#entry;
    if (!isLoader(entry)) return this.current ?? this.replace(entry, false);
    try {
      return this.replace(await entry.load(), true);
    } catch (error) {
      this.#fault = error instanceof Error ? error.message : 'cannot be loaded';
      const reason = asRefusal(error).reason === 'memory' ? 'memory' : 'loading';
      const details = { where: 'model', got: this.name, cause: error };
      throw new Refusal(reason, 'cannot be loaded', details);
    }
  }
}

export interface Setting {
  readonly window: number;
  readonly replyBytes: number;
  readonly watched: Watched;
  /** Seconds that a version is kept which is not served any longer, beside what needs it. */
  readonly graceSeconds: number;
}

const isLoader = (entry: ModelEntry): entry is { load(): Promise<Model> } => !('createStream' in entry);

/** Models by name. */
export class Models {
  readonly #served = new Map<string, Served>();
  readonly #setting: Setting;

  constructor(entries: Readonly<Record<string, ModelEntry>>, setting: Setting) {
    this.#setting = setting;
    for (const [name, entry] of Object.entries(entries)) this.set(name, entry);
  }

  get all(): readonly Served[] {
    return [...this.#served.values()];
  }

  /** @throws {Refusal} */
  get(name: string): Served {
    return this.#served.get(name) ?? refuse('unknown', 'model', 'no such model', this.#names(), JSON.stringify(name));
  }

  set(name: string, entry: ModelEntry): void {
    const served = this.#served.get(name);
    if (served) served.set(entry);
    else this.#served.set(name, new Served(name, entry, this.#setting));
  }

  remove(name: string): void {
    this.#served.get(name)?.unload();
    this.#served.delete(name);
  }

  #names(): string {
    return [...this.#served.keys()].join(', ') || 'none';
  }
}
