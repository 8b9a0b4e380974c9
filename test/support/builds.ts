import { acceptsBuild, type Build } from '../../src/index.js';

const ALL: readonly Build[] = ['simd', 'relaxed'];

/** The kernel builds that this runtime accepts; suites run on each. */
export const builds: readonly Build[] = ALL.filter(acceptsBuild);
