import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FOLDER = new URL('../record/', import.meta.url);

/** Where and on what the figures were taken. */
export function circumstances(build) {
  const [cpu] = cpus();
  return {
    build,
    date: new Date().toISOString(),
    cpu: cpu?.model.trim() ?? 'unknown',
    cores: cpus().length,
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    v8: process.versions.v8,
    ...commit(),
  };
}

/** One file per suite and build: a later run on the same kind of machine shows as a diff. */
export function saveRecord(suite, build, record) {
  mkdirSync(FOLDER, { recursive: true });
  const name = `${suite}.${build}.json`;
  writeFileSync(new URL(name, FOLDER), `${compact(JSON.stringify(record, rounded, 2))}\n`);
  return `bench/record/${name}`;
}

/** `modified`: the code that was measured has changes that the commit does not have. */
function commit() {
  const git = (...args) =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    return {
      commit: git('rev-parse', 'HEAD').trim(),
      modified: git('status', '--porcelain', '--', 'src', 'assembly', 'bench/plain-js').trim() !== '',
    };
  } catch {
    return { commit: 'unknown', modified: true };
  }
}

/** Lists of numbers on one line. */
const compact = (json) => json.replace(/\[[\s\d.,e+-]*\]/g, (list) => list.replace(/\s+/g, ' '));

function rounded(key, value) {
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) throw new Error(`record: ${key} is ${value}`);
  return Number(value.toPrecision(5));
}
