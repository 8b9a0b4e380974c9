// node bench/table.mjs: writes the pages' tables out of the records. No figure on them is typed by hand.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { pages } from './tables/pages.mjs';

const ROOT = new URL('../', import.meta.url);
const read = (path) => readFileSync(new URL(path, ROOT), 'utf8');
for (const [path, text] of Object.entries(pages(read))) {
  writeFileSync(fileURLToPath(new URL(path, ROOT)), text);
  console.log(path);
}
