import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { peerVersions } from '../engines/peer.mjs';

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
    peers: peerVersions(),
    ...commit(),
  };
}

/**
 * One file per machine, suite and build: a later run on such a machine shows as a diff.
 * @param record what the suite measured and where; `table` is what was printed of it
 * @returns where it is saved, from the repository's root
 */
export function saveRecord(suite, record) {
  const path = `${machineName(record)}/${suite}.${record.build}.json`;
  const file = new URL(path, FOLDER);
  mkdirSync(new URL('.', file), { recursive: true });
  writeFileSync(file, `${compact(JSON.stringify(record, rounded, 2))}\n`);
  return `bench/record/${path}`;
}

/** What there is of a machine and a build: `{ suite: record }`. */
export function readRecords(machine, build) {
  const folder = new URL(`${machine}/`, FOLDER);
  const ending = `.${build}.json`;
  const names = readdirSync(folder).filter((name) => name.endsWith(ending));
  return Object.fromEntries(
    names.map((name) => [name.slice(0, -ending.length), JSON.parse(readFileSync(new URL(name, folder), 'utf8'))]),
  );
}

/** A folder's name that says what processor, and nothing about whose. */
const machineName = ({ cpu, cores }) =>
  `${cpu.replace(/\((?:r|tm)\)/gi, '')} ${cores} cores`
    .toLowerCase()
    .match(/[a-z0-9]+/g)
    .join('-');

/** `modified`: the code that was measured has changes that the commit does not have. */
function commit() {
  const git = (...args) =>
    execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    return {
      commit: git('rev-parse', 'HEAD').trim(),
      modified: git('status', '--porcelain', '--', 'src', 'assembly', 'bench/plain-js', 'bench/engines').trim() !== '',
    };
  } catch {
    return { commit: 'unknown', modified: true };
  }
}

/** Lists of numbers and texts on one line. */
const compact = (json) =>
  json.replace(/\[(?:\s*(?:"(?:[^"\\]|\\.)*"|[\d.e+-]+),?)*\s*\]/g, (list) => list.replace(/\n\s*/g, ' '));

function rounded(key, value) {
  if (typeof value !== 'number') return value;
  if (!Number.isFinite(value)) throw new Error(`record: ${key} is ${value}`);
  return Number(value.toPrecision(5));
}
