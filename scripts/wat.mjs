// Prints the WAT of one kernel function: node scripts/wat.mjs <function> [simd|relaxed]
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const [name, build = 'simd'] = process.argv.slice(2);
const file = fileURLToPath(new URL(`../assembly/wat/${build}.wat`, import.meta.url));

/** [path, text] of every function; each starts at ` (func $assembly/file/name` and ends at the next line that is ` )`. */
function functions(wat) {
  return [...wat.matchAll(/^ \(func \$assembly\/(\S+)[\s\S]*?^ \)$/gm)].map(([text, path]) => [path, text]);
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}

if (!existsSync(file)) {
  fail(`no build ${build}; expected simd or relaxed`);
} else {
  const all = functions(readFileSync(file, 'utf8'));
  const found = all.filter(([path]) => path === name || path.endsWith(`/${name}`));
  if (found.length > 0) console.log(found.map(([, text]) => text).join('\n'));
  else fail(`usage: npm run wat <function> [build]; functions of ${build}: ${all.map(([path]) => path).join(', ')}`);
}
