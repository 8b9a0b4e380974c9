import { defineConfig } from 'vitest/config';

/** The package as it is installed from the tarball, elsewhere: `npm run test:runtimes`, `npm run test:bundlers`. One after another, since some are timed. */
export default defineConfig({
  test: {
    include: ['test/{runtimes,bundlers}/**/*.test.ts', 'test/docs/{guides,readme}.test.ts'],
    globalSetup: ['./test/runtimes/project.ts'],
    setupFiles: ['./test/support/setup.ts'],
    reporters: ['default', './test/support/closing-reporter.ts'],
    testTimeout: 300_000,
    hookTimeout: 180_000,
    pool: 'forks',
    fileParallelism: false,
  },
});
