import { defineConfig } from 'vitest/config';

/** Files that change their process, measure it, or begin others: each in one of its own. */
const ALONE = ['test/{cli,docs,examples,many,package}/**/*.test.ts', 'test/engine/{allocation,memory}.test.ts'];
// Guides are tried where their runtimes are: `npm run test:runtimes`.
const ELSEWHERE = ['test/{slow,runtimes,bundlers}/**', 'test/docs/guides.test.ts'];

export default defineConfig({
  test: {
    setupFiles: ['./test/support/setup.ts'],
    reporters: ['default', './test/support/closing-reporter.ts'],
    testTimeout: 60_000,
    // Heap measurements need a collection on demand.
    pool: 'forks',
    // The default leaves one processor of two idle.
    maxWorkers: '100%',
    execArgv: ['--expose-gc'],
    projects: [
      { extends: true, test: { name: 'alone', include: ALONE, exclude: ELSEWHERE } },
      // The others share processes, and so what they import, which takes as long as what they test.
      {
        extends: true,
        test: { name: 'together', isolate: false, include: ['test/**/*.test.ts'], exclude: [...ELSEWHERE, ...ALONE] },
      },
    ],
  },
});
