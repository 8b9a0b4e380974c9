import { readRecords } from '../support/record.mjs';

/** Whose figures the pages show, and the build of those in the README. */
export const MACHINE = 'intel-xeon-processor-2-cores';
export const SHOWN = 'relaxed';

/** `{ build: { suite: record } }` of that machine. */
export const shownRecords = () =>
  Object.fromEntries(['simd', 'relaxed'].map((build) => [build, readRecords(MACHINE, build)]));
