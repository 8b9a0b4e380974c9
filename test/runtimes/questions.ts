import { FRAMEWORKS, type Framework } from '../golden/case.js';
import { readIndex } from '../golden/cases.js';
import { oneOfEach } from './files.js';
import type { Questions } from './suite.js';

/** Of the golden cases every so many: some hundreds, all of which `test/engine/golden.test.ts` asks of this Node. */
const EVERY = 3;

/** What is asked of every runtime, but for states that were saved elsewhere. */
export function questions(): Questions {
  const golden = (framework: Framework) => {
    const { cases, values } = readIndex(framework);
    const some = cases.filter((_, index) => index % EVERY === 0);
    return { cases: some, values: Buffer.from(values.buffer).toString('base64') };
  };
  return {
    golden: Object.fromEntries(FRAMEWORKS.map((name) => [name, golden(name)])) as Questions['golden'],
    files: oneOfEach(),
    saved: {},
  };
}
