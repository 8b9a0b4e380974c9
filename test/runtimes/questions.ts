import { FRAMEWORKS } from '../golden/case.js';
import { readIndex } from '../golden/cases.js';
import { oneOfEach } from './files.js';
import type { Questions } from './suite.js';

/** Of the golden cases every so many: some hundreds, all of which `test/engine/golden.test.ts` asks of this Node. */
const EVERY = 3;

/** What is asked of every runtime, but for states that were saved elsewhere. */
export function questions(): Questions {
  const golden = FRAMEWORKS.map((framework) => {
    const { cases, values } = readIndex(framework);
    const some = cases.filter((_, index) => index % EVERY === 0);
    return [framework, { cases: some, values: Buffer.from(values.buffer).toString('base64') }] as const;
  });
  return { golden: Object.fromEntries(golden) as Questions['golden'], files: oneOfEach(), saved: {} };
}
