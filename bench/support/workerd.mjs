// Workers in fresh workerd processes, and how long their first request takes beyond that of one that does nothing.
import { spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';
import { assertAgree } from './agree.mjs';
import { randomLayers } from './lstm.mjs';
import { processorSeconds } from './processor.mjs';
import { uniform } from './random.mjs';
import { spread } from './stats.mjs';
import { plainLstm } from './subjects.mjs';
import { duration, range } from './table.mjs';
import { packed } from './weights.mjs';

const KERNELS = fileURLToPath(new URL('../../dist/kernels/simd.wasm', import.meta.url));
/** The answer of a Worker that does nothing, which is as long. */
const NOTHING = 'export default { fetch: () => Response.json([0.25, 0.5, 0.75, 1]) };';
const ROUNDS = 3;

/** What there must be, and is not. */
export const missing = spawnSync('workerd', ['--version']).error && 'no workerd on the PATH (npx --package=workerd@1)';
export const points = [[64, 64, 1]];
export const pointName = () => '(64, 64, 1)';

/**
 * An LSTM of this size in a Worker, against nothing.
 * @param given the Worker's script, in this folder, and whether it has Durable Objects; its weights are there as bytes, as they would be in a
 *   Worker that is deployed.
 * @param ask sends it a request, and gives its first numbers.
 */
export async function firstRequests({ worker, objects = false }, size, { rounds }, ask) {
  const folder = mkdtempSync(join(tmpdir(), 'worker-'));
  try {
    writeFileSync(join(folder, 'nothing.mjs'), NOTHING);
    copyFileSync(KERNELS, join(folder, 'simd.wasm'));
    mkdirSync(join(folder, 'objects'));
    await bundle(fileURLToPath(new URL(worker, import.meta.url)), join(folder, 'model.mjs'));
    const [layer] = randomLayers(size);
    const x = uniform(7, layer.inputs, 1);
    writeFileSync(join(folder, 'weights.bin'), packed([layer], x));
    writeFileSync(join(folder, 'nothing.capnp'), config('nothing', '', ''));
    writeFileSync(join(folder, 'model.capnp'), config('model', FILES, objects ? OBJECTS : ''));
    const taken = { nothing: [], model: [] };
    const again = { nothing: [], model: [] };
    const processor = { nothing: [], model: [] };
    const expected = plainLstm([layer]).step(x, new Float32Array(layer.units));
    for (let round = 0; round < ROUNDS * rounds; round++) {
      for (const name of round % 2 === 0 ? ['nothing', 'model'] : ['model', 'nothing']) {
        const { first, second, processor: own, answer } = await start(folder, name, (site) => ask(site, name, x));
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
async function bundle(input, file) {
  await build({
    input,
    platform: 'browser',
    external: [/\.(?:wasm|bin)$/],
    output: { file, minify: true, paths: { 'gatewise/kernels/simd.wasm': 'simd.wasm' } },
    logLevel: 'silent',
  });
}

const config = (name, files, objects) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker), (name = "objects", disk = (path = "objects", writable = true))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "${name}.mjs"),${files}],
  ${objects}compatibilityDate = "2026-01-01"
);
`;
const FILES = `
    (name = "simd.wasm", wasm = embed "simd.wasm"),
    (name = "weights.bin", data = embed "weights.bin"),
  `;
const OBJECTS = `durableObjectNamespaces = [(className = "Conversation", uniqueKey = "conversations", enableSql = true)],
  durableObjectStorage = (localDisk = "objects"),
  bindings = [(name = "CONVERSATIONS", durableObjectNamespace = "Conversation")],
  `;

/** Seconds of the first and the second request of a new process, and what processors worked for the first. */
async function start(folder, name, ask) {
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
      const answer = await ask(`http://127.0.0.1:${port}`);
      return { seconds: (performance.now() - before) / 1e3, answer };
    };
    const before = processorSeconds(server.pid);
    const first = await request();
    const processor = processorSeconds(server.pid) - before;
    const second = await request();
    return { first: first.seconds, second: second.seconds, processor, answer: first.answer };
  } finally {
    // The next one has the same objects on disk.
    if (server.kill()) await new Promise((resolve) => server.once('exit', resolve));
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
