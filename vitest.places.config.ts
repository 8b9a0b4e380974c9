import { defineConfig } from 'vitest/config';

/** The installed package elsewhere: `npm run test:runtimes`, `npm run test:bundlers`. One after another, since some are timed. */
export default defineConfig({
  test: {
    include: ['test/{runtimes,bundlers}/**/*.test.ts'],
    setupFiles: ['./test/support/setup.ts'],
    reporters: ['default', './test/support/closing-reporter.ts'],
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
