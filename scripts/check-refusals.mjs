// Fails when an importer can refuse a file in words that no test has ever seen: runs the importers' tests with every branch
// counted, and lists each refusal in src/importers that was never reached. Tests of damaged files do not count: they look
// at no message.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const REFUSAL = /\b(?:refuse\w*|undetermined|new ImportError)\(/g;
/** The helpers themselves. */
const DEFINITION =
  /\b(?:function|const|#?refuse\w*\s*=)\s*#?(?:refuse\w*|undetermined)\b|#refuse\w*\([^)]*\): never \{|^\s+refuse\w*\([^)]*\): (?:never|void) \{/;

const folder = mkdtempSync(join(tmpdir(), 'refusals-'));
const vitest = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    'test/importers',
    ...['fuzz', 'bombs'].map((name) => `--exclude=**/*${name}*`),
    '--coverage.enabled',
    '--coverage.provider=istanbul',
    '--coverage.include=src/importers/**/*.ts',
    '--coverage.reporter=json',
    `--coverage.reportsDirectory=${folder}`,
  ],
  { encoding: 'utf8' },
);
if (vitest.status !== 0) {
  console.error(vitest.stdout, vitest.stderr);
  process.exit(1);
}
const coverage = JSON.parse(readFileSync(join(folder, 'coverage-final.json'), 'utf8'));
rmSync(folder, { recursive: true });

/** How often the innermost statement, branch or function around a place ran. */
function runs({ statementMap, branchMap, fnMap, s, b, f }, line, column) {
  const around = [
    ...Object.entries(statementMap).map(([id, loc]) => [loc, s[id]]),
    ...Object.entries(branchMap).flatMap(([id, { locations }]) => locations.map((loc, at) => [loc, b[id][at]])),
    ...Object.entries(fnMap).map(([id, { loc }]) => [loc, f[id]]),
  ].filter(([{ start, end }]) => {
    if (start.line === undefined || end.line === undefined) return false;
    const after = line > start.line || (line === start.line && column >= start.column);
    return after && (line < end.line || (line === end.line && column <= (end.column ?? Infinity)));
  });
  const size = ({ start, end }) => (end.line - start.line) * 1e4 + (end.column ?? 1e4) - (start.column ?? 0);
  return around.sort(([one], [other]) => size(one) - size(other))[0]?.[1] ?? 0;
}

let all = 0;
const unseen = [];
for (const [path, counts] of Object.entries(coverage).sort()) {
  readFileSync(path, 'utf8')
    .split('\n')
    .forEach((text, index) => {
      if (DEFINITION.test(text) || text.trimStart().startsWith('*')) return;
      for (const { index: column } of text.matchAll(REFUSAL)) {
        all++;
        if (runs(counts, index + 1, column) === 0)
          unseen.push(`${relative('.', path)}:${index + 1}  ${text.trim().slice(0, 120)}`);
      }
    });
}
console.log(unseen.join('\n'));
console.log(`${all} refusals in src/importers, ${unseen.length} that no test has seen`);
process.exitCode = unseen.length > 0 ? 1 : 0;
