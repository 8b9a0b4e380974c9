import type { TestOptions } from 'vitest';
import { needs } from './needs.js';

/**
 * Whether everything is tried. `npm test` is to take two minutes, so it takes a part of the longest lists and leaves out the slowest tests;
 * `npm run test:newer`, which `.ci/run` calls too, and `GATEWISE_THOROUGH=1 npm test` leave nothing out.
 */
export const thorough = process.env.GATEWISE_THOROUGH === '1';

/** One in so many of a list, the first among them. */
export const part = <T>(all: readonly T[], every: number): readonly T[] =>
  thorough ? all : all.filter((_, index) => index % every === 0);

/** Options of a test that costs seconds. */
export const whenThorough: TestOptions = needs(thorough, 'GATEWISE_THOROUGH is not 1: npm run test:newer');
