import type { Embedded } from './module.js';
import { fromText } from './text.js';

/** Both builds, each fetched when it is the one chosen; `relaxed` first, which is faster. */
export const ON_DEMAND: Embedded = {
  relaxed: async () => fromText((await import('./embedded/relaxed.js')).default),
  simd: async () => fromText((await import('./embedded/simd.js')).default),
};
