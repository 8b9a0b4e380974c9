// node bench/against.mjs <folder of another checkout, built> [--rounds 9] [--build simd|relaxed]
// Before and after a change: stream.step and model.run of two checkouts, in processes of their own that take turns.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { SIZES, sizeName } from './support/lstm.mjs';
import { median, ratios, spread } from './support/stats.mjs';
import { duration, range, table, times } from './support/table.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '9' }, build: { type: 'string' } },
});
const [other] = positionals;
if (other === undefined) {
  console.error(
    'usage: node bench/against.mjs <folder of another checkout, built> [--rounds 9] [--build simd|relaxed]',
  );
  process.exit(2);
}
const HERE = fileURLToPath(new URL('..', import.meta.url));
const entries = [resolve(other), HERE].map((folder) => pathToFileURL(resolve(folder, 'dist/index.js')).href);

/** Seconds per timestep, by case, of one checkout in a process of its own. */
function run(entry, size) {
  const script = fileURLToPath(new URL('support/against-point.mjs', import.meta.url));
  const task = JSON.stringify({ entry, size, build: values.build });
  return JSON.parse(execFileSync(process.execPath, [script, task], { encoding: 'utf8' }));
}

const rows = [];
for (const size of SIZES) {
  const rounds = Array.from({ length: Number(values.rounds) }, (_, round) => {
    // Every other round the other way round: the machine's speed drifts.
    const order = round % 2 === 0 ? [0, 1] : [1, 0];
    const taken = [];
    for (const which of order) taken[which] = run(entries[which], size);
    return taken;
  });
  for (const name of Object.keys(rounds[0][0])) {
    const [before, after] = [0, 1].map((which) => rounds.map((taken) => taken[which][name]));
    rows.push({ size, name, before: median(before), after: median(after), ratio: spread(ratios(after, before)) });
  }
}
console.log(
  table(
    [
      { label: '(I, H, layers)', text: ({ size }) => sizeName(size) },
      { label: 'per timestep', text: ({ name }) => name },
      { label: 'there', text: ({ before }) => duration(before) },
      { label: 'here', text: ({ after }) => duration(after) },
      { label: 'here / there', text: ({ ratio }) => times(ratio) },
      { label: 'rounds', text: ({ ratio }) => range((value) => `${value.toFixed(2)}x`, ratio) },
    ],
    rows,
  ),
);
