import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installed } from '../engines/peer.mjs';
import { assertAgree } from '../support/agree.mjs';
import { lstmSpec, randomLayers, sizeName } from '../support/lstm.mjs';
import { uniform } from '../support/random.mjs';
import { ratios, spread } from '../support/stats.mjs';
import { duration, range, times } from '../support/table.mjs';
import { packed } from '../support/weights.mjs';

const SCRIPT = fileURLToPath(new URL('../support/cold-process.mjs', import.meta.url));
const NAMES = {
  empty: 'an empty process',
  plain: 'plain JS',
  gatewise: 'gatewise',
  simd: 'gatewise/simd',
  core: 'gatewise/core and simd.wasm',
  built: 'gatewise build',
  'built wasm': 'gatewise build --wasm',
};
/** Engines of bench/peers, by the package that must be installed. */
const PEERS = {
  'onnxruntime-web': 'onnxruntime-web',
  'onnxruntime-node': 'onnxruntime-node',
  'tfjs wasm': '@tensorflow/tfjs-backend-wasm',
  'tfjs cpu': '@tensorflow/tfjs',
};
/** A start is over in no time and the machine has moods, so there are more rounds than of other suites. */
const ROUNDS = 3;

export const title =
  'Cold start: from the import to the first timestep of an LSTM, and the whole process, each in fresh processes that take turns';
const peers = Object.keys(PEERS).filter((name) => installed(PEERS[name]));
export const points = [...Object.keys(NAMES).slice(1), ...peers].map((name) => [name, [64, 64, 1]]);
export const pointName = ([name, size]) => `${NAMES[name] ?? name} ${sizeName(size)}`;

/** Where the model is as files of its own. */
async function build(folder, size) {
  const { deploy } = await import('gatewise/deploy');
  for (const weights of ['module', 'wasm']) {
    const { module, beside } = await deploy(lstmSpec(randomLayers(size)), { weights, name: weights });
    writeFileSync(join(folder, `${weights}.mjs`), module);
    if (beside) writeFileSync(join(folder, beside.name), beside.bytes);
  }
}

export async function measure([subject, size], { rounds }) {
  const subjects = [...new Set(['empty', 'plain', subject])];
  const taken = Object.fromEntries(subjects.map((name) => [name, { start: [], processor: [], whole: [] }]));
  const folder = mkdtempSync(join(tmpdir(), 'cold-'));
  const weights = join(folder, 'weights.bin');
  writeFileSync(weights, packed(randomLayers(size), uniform(7, size[0], 1)));
  if (subject.startsWith('built')) await build(folder, size);
  let plain;
  for (let round = 0; round < ROUNDS * rounds; round++) {
    for (const name of round % 2 === 0 ? subjects : subjects.toReversed()) {
      const before = performance.now();
      const printed = execFileSync(process.execPath, [SCRIPT, name, JSON.stringify(size), weights], {
        encoding: 'utf8',
      });
      taken[name].whole.push((performance.now() - before) / 1e3);
      const { milliseconds, processor, y } = JSON.parse(printed.trim().split('\n').at(-1));
      taken[name].start.push(milliseconds / 1e3);
      taken[name].processor.push(processor / 1e3);
      if (name === 'plain') plain = y;
      if (name === subject && plain !== undefined) assertAgree(`cold start of ${name}`, y, plain);
    }
  }
  rmSync(folder, { recursive: true });
  const { start, processor, whole } = taken[subject];
  return {
    subject,
    size,
    start: spread(start),
    processor: spread(processor),
    againstPlain: spread(ratios(start, taken.plain.start)),
    // What the process takes beyond one that does nothing.
    beyondEmpty: spread(whole.map((seconds, round) => seconds - taken.empty.whole[round])),
    whole: spread(whole),
    rounds: taken,
  };
}

const seconds = (key) => (row) => duration(Math.max(row[key].median, 0));
export const columns = [
  { label: '(I, H, layers)', text: ({ subject, size }) => pointName([subject, size]) },
  { label: 'import to result', text: seconds('start') },
  { label: 'rounds', text: ({ start }) => range(duration, start) },
  { label: 'of processors', text: seconds('processor') },
  { label: '/ plain JS', text: ({ againstPlain }) => times(againstPlain) },
  { label: 'process', text: seconds('whole') },
  { label: 'beyond an empty one', text: seconds('beyondEmpty') },
];
