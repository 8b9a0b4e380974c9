import { readFileSync } from 'node:fs';
import { type Framework, type GoldenCase, makeCase, type StoredCase } from './case.js';

export { FRAMEWORKS, type GoldenCase, type Kept } from './case.js';

/** The cases of a framework; tensors and inputs are made when a case is reached. */
export function* goldenCases(framework: Framework): Generator<GoldenCase> {
  const { cases, values } = readIndex(framework);
  for (const stored of cases) yield makeCase(framework, stored, values);
}

/** One case by its id. */
export function goldenCase(framework: Framework, id: string): GoldenCase {
  const { cases, values } = readIndex(framework);
  const stored = cases.find((one) => one.id === id);
  if (!stored) throw new RangeError(`expected a case of ${framework}, got ${JSON.stringify(id)}`);
  return makeCase(framework, stored, values);
}

/** The ids alone, to name tests by. */
export function goldenIds(framework: Framework): string[] {
  return readIndex(framework).cases.map(({ id }) => id);
}

interface Index {
  readonly cases: readonly StoredCase[];
  readonly values: Float32Array;
}

const indexes = new Map<Framework, Index>();

/** What is stored of a framework's cases. */
export function readIndex(framework: Framework): Index {
  const known = indexes.get(framework);
  if (known) return known;
  const { cases, values: file } = JSON.parse(read(`${framework}.json`).toString('utf8'));
  const bytes = read(file);
  // Copied, so that the floats are aligned.
  const index = { cases, values: new Float32Array(new Uint8Array(bytes).buffer) };
  indexes.set(framework, index);
  return index;
}

const read = (name: string): Buffer => readFileSync(new URL(name, import.meta.url));
