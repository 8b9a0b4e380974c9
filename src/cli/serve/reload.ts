import { type Stats, unwatchFile, watchFile } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';

/** How often files are looked at, in milliseconds. */
const EVERY = 500;

/**
 * Calls back when a file has become another: written anew, or replaced by a rename or a link, on any file system that tells sizes and times.
 * A file that is still being written is waited for.
 * @param changed must not throw; not called again before it has settled.
 * @returns ends it.
 */
export function watching(file: string, changed: () => Promise<void>): () => void {
  let state: 'still' | 'busy' | 'busy, and changed since' | 'ended' = 'still';
  const look = async (): Promise<void> => {
    if (state !== 'still') {
      if (state === 'busy') state = 'busy, and changed since';
      return;
    }
    do {
      state = 'busy';
      await settled(file, () => state === 'ended');
      if (!isEnded()) await changed();
    } while (state === ('busy, and changed since' as string));
    if (!isEnded()) state = 'still';
  };
  const isEnded = (): boolean => state === 'ended';
  // By its numbers, not by events: those are not told of networks' disks, nor of what a link leads to.
  watchFile(file, { interval: EVERY, persistent: false }, () => void look());
  return () => {
    state = 'ended';
    unwatchFile(file);
  };
}

/** Waits until the file is there, and looks the same twice. */
async function settled(file: string, ended: () => boolean): Promise<void> {
  let last: Stats | undefined;
  while (!ended()) {
    const now = await stat(file).catch(() => undefined);
    if (now && last && now.size === last.size && now.mtimeMs === last.mtimeMs && now.ino === last.ino) return;
    last = now;
    await setTimeout(EVERY, undefined, { ref: false });
  }
}
