// The conformance suite in this Node, and what its answers elsewhere are held to.
import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { load } from '../../src/importers/load/index.js';
import { acceptsBuild, createModel } from '../../src/index.js';
import { INT8_HASH } from '../support/int8-stacks.js';
import { SIMD_HASH } from '../support/stacks.js';
import { questions } from './questions.js';
import { type Answers, conform, type Questions, resumeAll } from './suite.js';

/** Frameworks compute in float32 with sums of their own order, for weights of trained scale. */
const FRAMEWORK_TOLERANCE = 1e-5;

export interface Conformance {
  /** With the states that this Node saved. */
  readonly asked: Questions;
  readonly here: Answers;
}

/** @param every of the golden cases one in so many: by default some hundreds are asked. */
export async function conformHere(every = 3): Promise<Conformance> {
  const asked = questions(every);
  const here = await conform({ createModel, acceptsBuild, load, int8: {} }, asked);
  expect(Object.keys(here.golden).length).toBeGreaterThan(1000 / every);
  expect(Object.keys(here.opened)).toHaveLength(13);
  expect(Object.keys(here.streams)).toHaveLength(8);
  return { asked: { ...asked, saved: savedBy(here) }, here };
}

const savedBy = ({ streams }: Answers): Questions['saved'] =>
  Object.fromEntries(Object.entries(streams).map(([name, { saved }]) => [name, saved]));

const unbroken = ({ streams }: Answers): Record<string, string> =>
  Object.fromEntries(Object.entries(streams).map(([name, stream]) => [name, stream.unbroken]));

const sha256 = (bytes: readonly number[]): string => createHash('sha256').update(Uint8Array.from(bytes)).digest('hex');

/**
 * The committed bits, every golden case near its framework's numbers and with the bits of this Node, in every gate; streams
 * that began there go on here, and the other way round, as if they had never moved.
 * @param int8 whether integer kernels are there.
 */
export async function expectConforms({ here }: Conformance, there: Answers, int8 = true): Promise<void> {
  expect(sha256(there.stacks)).toBe(SIMD_HASH);
  if (int8) expect(sha256(there.int8 ?? [])).toBe(INT8_HASH);
  expect(there.chosen.difference).toBeLessThan(2e-6);
  const far = Object.entries(there.golden).filter(([, { off }]) => !(off < FRAMEWORK_TOLERANCE));
  expect(far).toEqual([]);
  expect(there.golden).toEqual(here.golden);
  expect(there.streams).toEqual(here.streams);
  for (const { unbroken: bits, fromJson } of Object.values(there.streams)) expect(fromJson).toBe(bits);
  expect(there.resumed).toEqual(unbroken(here));
  const back = await resumeAll(async (spec) => createModel(spec, { build: 'simd' }), savedBy(there));
  expect(back).toEqual(unbroken(here));
}
