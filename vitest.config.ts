import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/{slow,runtimes,bundlers}/**'],
    setupFiles: ['./test/support/setup.ts'],
    reporters: ['default', './test/support/closing-reporter.ts'],
    testTimeout: 60_000,
    // Heap measurements need a collection on demand.
    pool: 'forks',
    // The default leaves one processor of two idle.
    maxWorkers: '100%',
    execArgv: ['--expose-gc'],
  },
});
