// Whether the tests notice wrong code. `npm run test:mutants -- known` for the wrong changes that once passed, `-- kernels` for small
// changes all over assembly/, `-- src/FOLDER` for a folder by StrykerJS.
import { testKernels } from './mutants/kernels.mjs';
import { testKnown } from './mutants/known.mjs';
import { testFolder } from './mutants/stryker.mjs';

const [what, ...rest] = process.argv.slice(2);
if (!what) {
  console.error('npm run test:mutants -- known [PART OF A PATH] | kernels [FILE] [EVERY] | src/FOLDER');
  process.exit(2);
}
const tests = { known: testKnown, kernels: testKernels };
process.exitCode = (Object.hasOwn(tests, what) ? tests[what](...rest) : testFolder(what)) > 0 ? 1 : 0;
