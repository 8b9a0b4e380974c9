// Fails when a regular expression of the package can take longer than in proportion to the text that it is given, or when a record that is
// looked up by text has a prototype.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSlowPatterns } from './patterns/find.mjs';
import { findPlainTables, typesWithAnyKey } from './tables/find.mjs';

const sources = readdirSync('src', { recursive: true })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => [join('src', name), readFileSync(join('src', name), 'utf8')]);
const aliases = typesWithAnyKey(sources.map(([, text]) => text));
const found = sources.flatMap(([path, text]) => [
  ...findSlowPatterns(path, text),
  ...findPlainTables(path, text, aliases),
]);
for (const line of found) console.error(line);
process.exitCode = found.length > 0 ? 1 : 0;
