import type { StateStore, StoredState } from '../../src/server/index.js';

/** A store that answers after a while, and not at all if it is told so. */
export class SlowStore implements StateStore {
  readonly kept = new Map<string, StoredState>();
  /** Called before each; what it throws is what the store says. */
  fault: (what: 'read' | 'replace' | 'written') => void = () => {};
  writes = 0;

  async read(key: string): Promise<StoredState | undefined> {
    await new Promise((resolve) => setImmediate(resolve));
    this.fault('read');
    return this.kept.get(key);
  }

  async replace(key: string, expected: StoredState | undefined, next: StoredState): Promise<boolean> {
    await new Promise((resolve) => setImmediate(resolve));
    this.fault('replace');
    const { epoch, step } = this.kept.get(key) ?? {};
    if (epoch !== expected?.epoch || step !== expected?.step) return false;
    this.kept.set(key, structuredClone(next));
    this.writes++;
    this.fault('written');
    return true;
  }

  async ping(): Promise<void> {
    this.fault('read');
  }
}
