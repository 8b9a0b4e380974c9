// Whether the tests notice wrong code. `npm run test:mutants -- known` for the wrong changes that once passed, `-- kernels` for small
// changes all over assembly/, `-- src/FOLDER` for a folder by StrykerJS, `-- src/FOLDER --sample N --seed S` for some of its changes.
import { parseArgs } from 'node:util';
import { testKernels } from './mutants/kernels.mjs';
import { testKnown } from './mutants/known.mjs';
import { testSample } from './mutants/sample.mjs';
import { testFolder } from './mutants/stryker.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { sample: { type: 'string' }, seed: { type: 'string' }, kept: { type: 'string' } },
});
const [what, part] = positionals;
if (!what) {
  console.error(
    'npm run test:mutants -- known [PART OF A PATH] | kernels [FILE] | src/FOLDER [--sample N|all] [--seed S] [--kept FILE]',
  );
  process.exit(2);
}
const tests = {
  known: () => testKnown(part),
  kernels: () => testKernels(part, values),
};
const folder = () => (values.sample ? testSample(what, values) : testFolder(what));
process.exitCode = (await (Object.hasOwn(tests, what) ? tests[what] : folder)()) > 0 ? 1 : 0;
