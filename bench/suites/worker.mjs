import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { assertAgree } from '../support/agree.mjs';
import { randomLayers } from '../support/lstm.mjs';
import { processorSeconds } from '../support/processor.mjs';
import { uniform } from '../support/random.mjs';
import { spread } from '../support/stats.mjs';
import { plainLstm } from '../support/subjects.mjs';
import { duration, range } from '../support/table.mjs';
import { packed } from '../support/weights.mjs';

const WORKER = fileURLToPath(new URL('../support/worker.mjs', import.meta.url));
const KERNELS = fileURLToPath(new URL('../../dist/kernels/simd.wasm', import.meta.url));
/** The answer of a Worker that does nothing, which is as long. */
const NOTHING = 'export default { fetch: () => Response.json([0.25, 0.5, 0.75, 1]) };';
const ROUNDS = 3;

export const title =
  'Worker: the first request of a Worker that runs an LSTM, against one that does nothing, in fresh workerd processes that take turns';
/** What there must be, and is not. */
export const missing = spawnSync('workerd', ['--version']).error && 'no workerd on the PATH (npx --package=workerd@1)';
export const points = [[64, 64, 1]];
export const pointName = () => '(64, 64, 1)';

export async function measure(size, { rounds }) {
  const folder = mkdtempSync(join(tmpdir(), 'worker-'));
  try {
    writeFileSync(join(folder, 'nothing.mjs'), NOTHING);
    copyFileSync(KERNELS, join(folder, 'simd.wasm'));
    await bundle(join(folder, 'model.mjs'));
    const [layer] = randomLayers(size);
    const x = uniform(7, layer.inputs, 1);
    writeFileSync(join(folder, 'weights.bin'), packed([layer], x));
    for (const name of ['nothing', 'model']) writeFileSync(join(folder, `${name}.capnp`), config(name));
    const taken = { nothing: [], model: [] };
    const again = { nothing: [], model: [] };
    const processor = { nothing: [], model: [] };
    const expected = plainLstm([layer]).step(x, new Float32Array(layer.units));
    for (let round = 0; round < ROUNDS * rounds; round++) {
      for (const name of round % 2 === 0 ? ['nothing', 'model'] : ['model', 'nothing']) {
        const { first, second, processor: own, answer } = await start(folder, name);
        taken[name].push(first);
        again[name].push(second);
        processor[name].push(own);
        if (name === 'model') assertAgree('the Worker', answer, [...expected.subarray(0, 4)]);
      }
    }
    const beyondNothing = (of) => spread(of.model.map((seconds, round) => seconds - of.nothing[round]));
    return {
      size,
      nothing: spread(taken.nothing),
      model: spread(taken.model),
      beyond: beyondNothing(taken),
      // Of a busy machine this is what is still true: the request, and nobody else's work.
      processor: beyondNothing(processor),
      rounds: taken,
      again,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** One file, as a Worker is deployed; the kernels stay a module that the runtime compiles. */
async function bundle(file) {
  await build({
    input: WORKER,
    platform: 'browser',
    external: [/\.(?:wasm|bin)$/],
    output: { file, minify: true, paths: { 'gatewise/kernels/simd.wasm': 'simd.wasm' } },
    logLevel: 'silent',
  });
}

const config = (name) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker", esModule = embed "${name}.mjs"),${
      name === 'model'
        ? `\n    (name = "simd.wasm", wasm = embed "simd.wasm"),
    (name = "weights.bin", data = embed "weights.bin"),`
        : ''
    }
  ],
  compatibilityDate = "2025-01-01"
);
`;

/** Seconds of the first and the second request of a new process, and what processors worked for the first. */
async function start(folder, name) {
  const server = spawn('workerd', ['serve', '--control-fd=3', `${name}.capnp`], {
    cwd: folder,
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  try {
    const port = await new Promise((resolve, reject) => {
      server.once('error', reject);
      server.once('exit', (code) => reject(new Error(`workerd ended with ${code}`)));
      server.stdio[3].on('data', (line) => resolve(JSON.parse(line).port));
    });
    const request = async () => {
      const before = performance.now();
      const answer = await (await fetch(`http://127.0.0.1:${port}`)).json();
      return { seconds: (performance.now() - before) / 1e3, answer };
    };
    const before = processorSeconds(server.pid);
    const first = await request();
    const processor = processorSeconds(server.pid) - before;
    const second = await request();
    return { first: first.seconds, second: second.seconds, processor, answer: first.answer };
  } finally {
    server.kill();
  }
}

const seconds = (key) => (row) => duration(Math.max(row[key].median, 0));
export const columns = [
  { label: '(I, H, layers)', text: pointName },
  { label: 'nothing', text: seconds('nothing') },
  { label: 'model', text: seconds('model') },
  { label: 'beyond', text: seconds('beyond') },
  { label: 'of processors', text: seconds('processor') },
  { label: 'rounds', text: ({ beyond }) => range((value) => `${(1e3 * value).toFixed(1)} ms`, beyond) },
];
