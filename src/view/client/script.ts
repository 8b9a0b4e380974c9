// What a page runs: tracePage of ../page.ts.
import { decode } from '../codes.js';
import type { Contents } from '../contents.js';
import type { CodedBins } from '../page.js';
import { mountContents } from './view.js';

const { sections, ...contents }: Contents<CodedBins> = JSON.parse(
  document.getElementById('contents')?.textContent ?? '',
);
mountContents(document.body, {
  ...contents,
  sections: sections.map((section) => ({
    ...section,
    pictures: section.pictures.map(({ bins, ...picture }) => ({ ...picture, bins: { ...bins, ...decode(bins) } })),
  })),
});
