// Prints the WAT of one kernel function: node scripts/inspect.mjs <function> [simd|relaxed]
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [name, build = 'simd'] = process.argv.slice(2);
const file = fileURLToPath(new URL(`../assembly/wat/${build}.wat`, import.meta.url));

/** Functions by short name; each starts at ` (func $file/name` and ends at the next line that is ` )`. */
function functions(wat) {
  const found = new Map();
  for (const [text, path] of wat.matchAll(/^ \(func \$(\S+)[^]*?^ \)$/gm)) found.set(path.split('/').at(-1), text);
  return found;
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

if (!existsSync(file)) {
  fail(`no build ${build}; expected simd or relaxed`);
} else {
  const all = functions(readFileSync(file, 'utf8'));
  const text = all.get(name);
  if (text === undefined)
    fail(`usage: npm run inspect <function> [build]; functions of ${build}: ${[...all.keys()].join(', ')}`);
  else console.log(text);
}
