// What every store is held to.
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { StateStore, StoredState } from '../../../src/server/store.js';

/** Every byte there is, so that nothing takes them for text. */
const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);
let keys = 0;
/** Printable ASCII, whatever else it may mean to a store. */
const newKey = (): string => `model {a}:*?[b] "${keys++}" \\`;
const at = (step: number, epoch = 'one'): StoredState => ({
  epoch,
  step,
  bytes: ALL_BYTES,
  reply: new Uint8Array([0, step]),
});

/**
 * @param make a store; `wait` lets that much of its time pass.
 */
export function expectStore(
  make: () => Promise<{ store: StateStore; wait: (milliseconds: number) => Promise<void> }>,
): void {
  let store: StateStore;
  let wait: (milliseconds: number) => Promise<void>;
  beforeAll(async () => {
    ({ store, wait } = await make());
  });
  afterAll(() => store.ping());

  it('keeps every byte, and knows nothing of other keys', async () => {
    const key = newKey();
    expect(await store.read(key)).toBeUndefined();
    expect(await store.replace(key, undefined, at(3), 60)).toBe(true);
    expect(await store.read(key)).toEqual(at(3));
    expect(await store.read(`${key} `)).toBeUndefined();
    expect(await store.read(key.slice(0, -1))).toBeUndefined();
  });

  it('replaces what is expected alone', async () => {
    const key = newKey();
    expect(await store.replace(key, { epoch: 'one', step: 0 }, at(1), 60)).toBe(false);
    expect(await store.read(key)).toBeUndefined();
    await store.replace(key, undefined, at(1), 60);
    for (const expected of [
      undefined,
      { epoch: 'one', step: 0 },
      { epoch: 'one', step: 2 },
      { epoch: 'two', step: 1 },
    ]) {
      expect(await store.replace(key, expected, at(2), 60)).toBe(false);
    }
    expect(await store.read(key)).toEqual(at(1));
    // More than an expected version is ignored: callers pass what they have read.
    expect(await store.replace(key, at(1), at(2), 60)).toBe(true);
    expect(await store.read(key)).toEqual(at(2));
    // Begun anew, at a step that was there before.
    expect(await store.replace(key, at(2), at(1, 'two'), 60)).toBe(true);
    expect(await store.replace(key, at(1), at(2), 60)).toBe(false);
    expect(await store.read(key)).toEqual(at(1, 'two'));
  });

  it('keeps that a sequence is over, and none of its state', async () => {
    const key = newKey();
    await store.replace(key, undefined, at(1), 60);
    const over: StoredState = { epoch: 'one', step: 2, reply: new Uint8Array([7]) };
    expect(await store.replace(key, at(1), over, 60)).toBe(true);
    expect(await store.read(key)).toEqual({ ...over, bytes: undefined });
    expect(await store.replace(key, undefined, at(0, 'two'), 60)).toBe(false);
    const silent: StoredState = { epoch: 'one', step: 3 };
    expect(await store.replace(key, over, silent, 60)).toBe(true);
    expect(await store.read(key)).toEqual({ ...silent, bytes: undefined, reply: undefined });
  });

  it('keeps empty bytes apart from none', async () => {
    const key = newKey();
    const empty: StoredState = { epoch: 'one', step: 0, bytes: new Uint8Array(0), reply: new Uint8Array(0) };
    await store.replace(key, undefined, empty, 60);
    expect(await store.read(key)).toEqual(empty);
  });

  it('of writers at the same time lets one through', async () => {
    const key = newKey();
    for (let step = 0; step < 20; step++) {
      const before = await store.read(key);
      const tries = Array.from({ length: 8 }, (_, writer) => store.replace(key, before, at(step, `${writer}`), 60));
      const through = (await Promise.all(tries)).flatMap((done, writer) => (done ? [writer] : []));
      expect(through).toHaveLength(1);
      expect(await store.read(key)).toEqual(at(step, `${through[0]}`));
    }
  });

  it('forgets in time, and begins to count again with every write', async () => {
    const key = newKey();
    await store.replace(key, undefined, at(0), 1.2);
    await wait(700);
    expect(await store.replace(key, at(0), at(1), 1.2)).toBe(true);
    await wait(700);
    expect(await store.read(key)).toEqual(at(1));
    await wait(700);
    expect(await store.read(key)).toBeUndefined();
    expect(await store.replace(key, at(1), at(2), 60)).toBe(false);
    expect(await store.replace(key, undefined, at(0, 'two'), 60)).toBe(true);
  });

  it('gives and takes copies', async () => {
    const key = newKey();
    const bytes = new Uint8Array([1, 2, 3, 4]);
    // A part of a buffer, as a caller may have it.
    await store.replace(key, undefined, { epoch: 'one', step: 0, bytes: bytes.subarray(1, 3) }, 60);
    bytes.fill(9);
    const first = await store.read(key);
    expect(first?.bytes).toEqual(new Uint8Array([2, 3]));
    first?.bytes?.fill(9);
    expect((await store.read(key))?.bytes).toEqual(new Uint8Array([2, 3]));
  });
}
