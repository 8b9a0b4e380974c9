// node bench/run.mjs [suite…] [--build simd|relaxed] [--quick] [--record]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { acceptsBuild } from 'gatewise';
import { build as bundle } from 'rolldown';
import { circumstances, saveRecord } from './support/record.mjs';
import { cells, table } from './support/table.mjs';

const SUITES = [
  'cold',
  'worker',
  'conversation',
  'gemm',
  'step',
  'streaming',
  'sequence',
  'batch',
  'denormals',
  'int8',
  'many',
  'run-many',
  'revectorize',
  'steady',
  'gtcrn',
  'shipped',
];
const EFFORT = { rounds: 7, seconds: 0.06 };
/** Shows that every suite runs, and roughly what it finds: few rounds of the smaller half of the sizes, which stand first. */
const QUICK = { rounds: 2, seconds: 0.02 };
const quickPoints = (points) => points.slice(0, Math.ceil(points.length / 2));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    build: { type: 'string' },
    quick: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
});
const build = values.build ?? (acceptsBuild('relaxed') ? 'relaxed' : 'simd');
const effort = values.quick ? QUICK : EFFORT;
if (values.quick && values.record) {
  console.error('a glance (--quick) is no record');
  process.exit(2);
}
const wrong = positionals.find((name) => !SUITES.includes(name));
if (wrong !== undefined || !['simd', 'relaxed'].includes(build) || !acceptsBuild(build)) {
  console.error(
    wrong === undefined ? `this runtime does not take the build ${build}` : `no suite ${wrong}: ${SUITES.join(', ')}`,
  );
  process.exit(2);
}

await bundle({
  input: fileURLToPath(new URL('support/inside.ts', import.meta.url)),
  output: { file: fileURLToPath(new URL('../build/inside.mjs', import.meta.url)), codeSplitting: false },
  logLevel: 'silent',
});
const machine = circumstances(build);
console.log(
  `${machine.cpu}, ${machine.cores} cores; node ${machine.node}; build ${build}; commit ${machine.commit.slice(0, 7)}`,
);
for (const name of positionals.length > 0 ? positionals : SUITES) {
  const suite = await import(`./suites/${name}.mjs`);
  console.log(`\n${suite.title}\n`);
  if (suite.missing) {
    console.log(`skipped: ${suite.missing}`);
    continue;
  }
  const rows = [];
  const points = values.quick ? quickPoints(suite.points) : suite.points;
  for (const [index, point] of points.entries()) {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${suite.pointName(point)}`);
    rows.push(await measure(name, index));
  }
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const lines = suite.lines ? rows.flatMap(suite.lines) : rows;
  console.log(table(suite.columns, lines));
  if (values.record) {
    const shown = cells(suite.columns, lines);
    const file = saveRecord(name, { suite: name, title: suite.title, ...machine, effort, table: shown, rows });
    console.log(`\nsaved as ${file}`);
  }
}

/** One row, measured in a worker; its standard output, where benny announces every round, is left unread. */
function measure(suite, point) {
  const worker = new Worker(new URL('support/point.mjs', import.meta.url), {
    workerData: { suite, point, options: { build, ...effort } },
    stdout: true,
  });
  return new Promise((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error(`${suite}: the worker ended without a result`)));
  });
}
