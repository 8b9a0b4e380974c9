import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { subjects } from '../engines/all.mjs';
import { netName } from '../support/net.mjs';
import { median } from '../support/stats.mjs';
import { duration } from '../support/table.mjs';

const SCRIPT = fileURLToPath(new URL('../support/steady-process.mjs', import.meta.url));
const NET = { cell: 'lstm', size: [64, 64, 1] };
const STEPS = 1_000_000;
/** Of the others, which are slower: they show what they do in fewer. */
const OTHERS = STEPS / 20;

export const title = `Steady state: a million timesteps of ${netName(NET)} in a process of its own under --trace-gc; what a step takes in the middle, and in the worst hundredth and thousandth of them; collections in a million`;
const OTHER_KINDS = /^(?:bare read|mul\+add|packed JS)$/;
export const points = subjects({ kind: 'step', cell: 'lstm', int8: false }).filter((name) => !OTHER_KINDS.test(name));
export const pointName = (name) => name;

export function measure(subject, { build, rounds }) {
  const full = subject === 'gatewise' ? STEPS : OTHERS;
  // A glance is one in fifty.
  const steps = rounds < 3 ? full / 50 : full;
  const runs = Array.from({ length: Math.min(rounds, 3) }, () => run(subject, build, steps));
  const middle = (of) => median(runs.map(of));
  return {
    subject,
    steps,
    p50: middle(({ p50 }) => p50),
    p99: middle(({ p99 }) => p99),
    p999: middle(({ p999 }) => p999),
    worst: middle(({ worst }) => worst),
    scavenges: middle(({ scavenges }) => scavenges) * (STEPS / steps),
    markSweeps: middle(({ markSweeps }) => markSweeps) * (STEPS / steps),
    // What is asked: that no step makes anything collect.
    met: subject === 'gatewise' ? runs.every((one) => one.scavenges + one.markSweeps === 0) : undefined,
    rounds: runs,
  };
}

function run(subject, build, steps) {
  const flags = ['--trace-gc', '--expose-gc'];
  const printed = execFileSync(
    process.execPath,
    [...flags, SCRIPT, subject, build, JSON.stringify(NET), String(steps)],
    {
      encoding: 'utf8',
      maxBuffer: 2 ** 28,
    },
  );
  const [answer] = printed.match(/^\{"subject".*$/m) ?? [];
  if (!answer) throw new Error(`steady: ${subject} printed no result`);
  const { begin, end, ...figures } = JSON.parse(answer);
  const collections = [
    ...printed.matchAll(/^\[\d+:0x[0-9a-f]+\]\s+([\d.]+) ms: (Scavenge|Mark-Compact|Mark-sweep)/gim),
  ];
  const within = collections.filter(([, at]) => Number(at) > begin && Number(at) < end);
  // The collection that the script asks for: were the log in another form, nothing would be found, and nothing shown.
  if (collections.length === 0)
    throw new Error('steady: no collection in the log, not even the one that was asked for');
  const count = (kind) => within.filter(([, , name]) => (name === 'Scavenge') === kind).length;
  return { ...figures, scavenges: count(true), markSweeps: count(false) };
}

const time = (key) => (row) => duration(row[key]);
const count = (key) => (row) => String(row[key]);
export const columns = [
  { label: 'engine', text: ({ subject }) => subject },
  { label: 'p50', text: time('p50') },
  { label: 'p99', text: time('p99') },
  { label: 'p99.9', text: time('p999') },
  { label: 'worst', text: time('worst') },
  { label: 'scavenges', text: count('scavenges') },
  { label: 'mark-sweeps', text: count('markSweeps') },
  { label: 'target', text: ({ met }) => (met === undefined ? '' : `none ${met ? 'met' : 'MISSED'}`) },
];
