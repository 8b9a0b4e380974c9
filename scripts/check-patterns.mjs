// Fails when a regular expression of the package can take longer than in proportion to the text that it is given.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findSlowPatterns } from './patterns/find.mjs';

const paths = readdirSync('src', { recursive: true })
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
  .map((name) => join('src', name));
const slow = paths.flatMap((path) => findSlowPatterns(path, readFileSync(path, 'utf8')));
for (const line of slow) console.error(line);
process.exitCode = slow.length > 0 ? 1 : 0;
