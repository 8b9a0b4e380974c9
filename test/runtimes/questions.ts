import type { Framework } from '../golden/case.js';
import { readIndex } from '../golden/cases.js';
import { oneOfEach } from './files.js';
import type { Questions } from './suite.js';

/**
 * What is asked of every runtime, but for states that were saved elsewhere.
 * @param every of the golden cases one in so many; `test/engine/golden.test.ts` asks this Node all.
 */
export function questions(every: number): Questions {
  const golden = (framework: Framework) => {
    const { cases, values } = readIndex(framework);
    const some = cases.filter((_, index) => index % every === 0);
    return { cases: some, values: Buffer.from(values.buffer).toString('base64') };
  };
  return {
    golden: {
      pytorch: golden('pytorch'),
      keras: golden('keras'),
      tensorflow: golden('tensorflow'),
      onnxruntime: golden('onnxruntime'),
    },
    files: oneOfEach(),
    saved: {},
  };
}
