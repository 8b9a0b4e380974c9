import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { NETS, netName } from '../support/net.mjs';
import { median, ratios, spread } from '../support/stats.mjs';
import { digits, duration, range, times } from '../support/table.mjs';

const FLAG = '--experimental-wasm-revectorize';
const SCRIPT = fileURLToPath(new URL('../support/batch-process.mjs', import.meta.url));
const BATCH = 32;
const TIME = 16;

export const title = `V8's ${FLAG}: model.run over ${BATCH} sequences of ${TIME} timesteps in processes with the flag and without, which take turns (figures per timestep of one sequence)`;
export const missing = spawnSync(process.execPath, [FLAG, '-e', '']).status !== 0 && `this Node has no ${FLAG}`;
export const points = NETS;
export const pointName = netName;

export function measure(net, { build, rounds, seconds }) {
  const taken = { without: [], with: [] };
  const args = [SCRIPT, build, JSON.stringify(net), BATCH, TIME, seconds].map(String);
  let expected;
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? ['without', 'with'] : ['with', 'without']) {
      const flags = name === 'with' ? [FLAG] : [];
      const printed = JSON.parse(execFileSync(process.execPath, [...flags, ...args], { encoding: 'utf8' }));
      taken[name].push(printed.seconds);
      expected ??= `${printed.last}`;
      if (`${printed.last}` !== expected) throw new Error(`revectorize ${netName(net)}: other bits ${name} the flag`);
    }
  }
  return {
    net,
    without: median(taken.without),
    with: median(taken.with),
    ratio: spread(ratios(taken.without, taken.with)),
    rounds: taken,
  };
}

export const columns = [
  { label: 'cell (I, H, layers)', text: ({ net }) => netName(net) },
  { label: 'without', text: ({ without }) => duration(without) },
  { label: 'with', text: (row) => duration(row.with) },
  { label: 'faster', text: ({ ratio }) => times(ratio) },
  { label: 'rounds', text: ({ ratio }) => range((value) => `${digits(value)}x`, ratio) },
];
