import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Guides are tried where their runtimes are: `npm run test:runtimes`.
    exclude: ['test/{slow,runtimes,bundlers}/**', 'test/docs/guides.test.ts'],
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
