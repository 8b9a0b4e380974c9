// npm run bench:compare -- A [B] [--rounds 9] [--build simd|relaxed] [--quick]
// Two commits, or folders that are built (B is this one unless given), in processes of their own that take turns. Says what became over 5 % slower
// from A to B, and then ends with 1.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { checkout } from './support/checkout.mjs';
import { judge } from './support/judge.mjs';
import { NETS, netName } from './support/net.mjs';
import { median } from './support/stats.mjs';
import { duration, range, table, times } from './support/table.mjs';

const SCRIPT = fileURLToPath(new URL('support/compare-point.mjs', import.meta.url));
const HERE = fileURLToPath(new URL('..', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string' }, build: { type: 'string' }, quick: { type: 'boolean', default: false } },
});
const [a, b = HERE] = positionals;
const rounds = Number(values.rounds ?? (values.quick ? 3 : 9));
if (a === undefined || positionals.length > 2 || !(rounds >= 1)) {
  console.error(
    'usage: npm run bench:compare -- A [B] [--rounds 9] [--build simd|relaxed] [--quick]: commits, or folders that are built',
  );
  process.exit(2);
}

/** Of so many more rounds, every other the other way round: the machine's speed drifts. `{ case: [seconds of A, of B] }`. */
function measure(dists, which, count, taken = {}) {
  for (let round = 0; round < count; round++) {
    for (const side of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const task = JSON.stringify({ dist: dists[side], which, build: values.build });
      const seconds = JSON.parse(execFileSync(process.execPath, [SCRIPT, task], { encoding: 'utf8' }));
      for (const [name, value] of Object.entries(seconds)) {
        taken[name] ??= [[], []];
        taken[name][side].push(value);
      }
    }
  }
  return taken;
}

/** What both have, judged. */
const judged = (which, taken) =>
  Object.entries(taken)
    .filter(([, [before, after]]) => before.length > 0 && after.length > 0)
    .map(([name, [before, after]]) => ({ which, name, before, after, ...judge(before, after) }));

const sides = [];
try {
  for (const what of [a, b]) sides.push(checkout(what));
  const dists = sides.map(({ dist }) => dist);
  const rows = (values.quick ? NETS.slice(0, NETS.length / 2) : NETS).flatMap((which) => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${netName(which)}`);
    const taken = measure(dists, which, rounds);
    // What looks slower has to look so in as many rounds again.
    if (judged(which, taken).some(({ slower }) => slower)) measure(dists, which, rounds, taken);
    return judged(which, taken);
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  console.log(
    table(
      [
        { label: 'network', text: ({ which }) => netName(which) },
        { label: 'a timestep', text: ({ name }) => name },
        { label: 'A', text: ({ before }) => duration(median(before)) },
        { label: 'B', text: ({ after }) => duration(median(after)) },
        { label: 'B / A', text: ({ ratio }) => times(ratio) },
        { label: 'rounds', text: ({ ratio }) => range((value) => `${value.toFixed(2)}x`, ratio) },
        { label: 'of the fastest', text: ({ fastest }) => `${fastest.toFixed(2)}x` },
        { label: '', text: ({ slower, faster }) => (slower ? 'SLOWER' : faster ? 'faster' : '') },
      ],
      rows,
    ),
  );
  const slower = rows.filter((row) => row.slower);
  console.log(`\n${slower.length === 0 ? 'nothing' : slower.length} of ${rows.length} became over 5 % slower`);
  if (slower.length > 0) process.exitCode = 1;
} finally {
  for (const { remove } of sides) remove();
}
