// Fails when an importer can refuse a file in words that no test has ever seen: runs the importers' tests with every branch
// counted, and lists each refusal in src/importers that was never reached, or whose words stand in no test. Tests of damaged
// files do not count: they look at no message.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { findRefusals } from './refusals/find.mjs';
import { runsAt } from './refusals/runs.mjs';

const NOT_COUNTED = ['fuzz', 'bombs'];

const textsIn = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter(
      (name) => name.endsWith('.ts') && !name.endsWith('.d.ts') && !NOT_COUNTED.some((part) => name.includes(part)),
    )
    .sort()
    .map((name) => [join(folder, name), readFileSync(join(folder, name), 'utf8')]);

const folder = mkdtempSync(join(tmpdir(), 'refusals-'));
const vitest = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    'test/importers',
    ...NOT_COUNTED.map((name) => `--exclude=**/*${name}*`),
    '--coverage.enabled',
    '--coverage.provider=istanbul',
    '--coverage.include=src/importers/**/*.ts',
    '--coverage.reporter=json',
    `--coverage.reportsDirectory=${folder}`,
  ],
  { encoding: 'utf8', env: { ...process.env, GATEWISE_THOROUGH: '1' } },
);
if (vitest.status !== 0) {
  console.error(vitest.stdout, vitest.stderr);
  process.exit(1);
}
const counted = JSON.parse(readFileSync(join(folder, 'coverage-final.json'), 'utf8'));
const coverage = new Map(Object.entries(counted).map(([path, counts]) => [relative('.', path), counts]));
rmSync(folder, { recursive: true });

/** As regular expressions and as texts. */
const plain = (text) => text.replaceAll('\\', '');
const tests = textsIn('test/importers')
  .map(([, text]) => plain(text))
  .join('\n');

const sources = new Map(textsIn('src/importers'));
const refusals = findRefusals(sources);
const problems = refusals.flatMap(({ path, line, column, words }) => {
  const unseen = runsAt(coverage.get(path), line, column) === 0;
  const unsaid = words.find((part) => part.length > 0 && !tests.includes(plain(part)));
  if (!unseen && unsaid === undefined) return [];
  const text = sources.get(path).split('\n')[line - 1].trim().slice(0, 120);
  return [`${path}:${line}  ${unseen ? 'never reached' : `no test says "${unsaid}"`}: ${text}`];
});
console.log(problems.join('\n'));
console.log(`${refusals.length} refusals in src/importers, ${problems.length} that no test has seen`);
process.exitCode = problems.length > 0 ? 1 : 0;
