import type { Embedded } from './module.js';

/** Both builds, each fetched when it is the one chosen; `relaxed` first, which is faster. */
export const ON_DEMAND: Embedded = {
  relaxed: async () => (await import('./embedded/relaxed.js')).default,
  simd: async () => (await import('./embedded/simd.js')).default,
};
