// Every wrong change of test/mutants/known.mjs must be noticed by the tests named beside it: run by `npm run test:mutants -- known`,
// with a part of a file's path to look at those alone.
import { KNOWN } from '../../test/mutants/known.mjs';
import { Copy, changed } from './copy.mjs';

/** @returns how many were not noticed. */
export async function testKnown(part = '') {
  const copy = new Copy();
  const sound = new Set();
  let survivors = 0;
  for (const { file, from, to, what, test, name } of KNOWN.filter((known) => known.file.includes(part))) {
    const kernels = file.startsWith('assembly/');
    // Of a whole file: a name that no test has would let the change pass.
    if (!sound.has(test) && copy.test([test]) !== 'passed') throw new Error(`${test}: fails without any change`);
    sound.add(test);
    const text = copy.read(file);
    const wrong = changed(text, from, to);
    if (wrong === undefined) {
      survivors++;
      console.log(`GONE      ${file}: ${what}: not one place of ${JSON.stringify(from)}`);
      continue;
    }
    copy.write(file, wrong);
    const noticed = (kernels && !(await copy.compileSimd())) || copy.test([test], name) !== 'passed';
    copy.write(file, text);
    if (kernels) await copy.compileSimd();
    if (!noticed) survivors++;
    console.log(`${noticed ? 'noticed ' : 'SURVIVED'}  ${file}: ${what}`);
  }
  copy.remove();
  return survivors;
}
