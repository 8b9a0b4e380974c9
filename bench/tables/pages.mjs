import { withBlock } from './blocks.mjs';
import { recordPage } from './record-page.mjs';
import { MACHINE, SHOWN, shownRecords } from './shown.mjs';
import { speedBlock, withSentence } from './speed.mjs';
import { targetsTable } from './targets.mjs';

/**
 * Every page that has figures of the records, as it should be.
 * @param read `(path) => text`: a page as it is, from the repository's root
 * @returns `{ path: text }`
 */
export function pages(read) {
  const builds = shownRecords();
  return {
    'README.md': withSentence(withBlock(read('README.md'), 'speed', speedBlock(builds[SHOWN])), builds[SHOWN]),
    'bench/README.md': withBlock(read('bench/README.md'), 'targets', targetsTable(builds)),
    [`bench/record/${MACHINE}/README.md`]: recordPage(MACHINE, builds),
  };
}
