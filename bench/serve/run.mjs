// node bench/serve/run.mjs [--stream] [--quick] [--seconds 60] [--sequences 200] [--timesteps 1] [--size 128,128] [--rounds 1]
//
// Many conversations at once with `gatewise serve` over loopback, every reply compared with the offline run of its sequence, bit for bit; then the
// same with onnxruntime-node behind the same adapter and protocol, if bench/peers is installed. Servers are processes of their own.
//
// With `--replicas 2 --store redis` (or valkey, whose server must be on the PATH) several servers share a store, and one of them fails.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createModel } from 'gatewise';
import { toSafetensors } from 'gatewise/safetensors';
import { build as bundle } from 'rolldown';
import { installed } from '../engines/peer.mjs';
import { makeNet } from '../support/net.mjs';
import { uniform } from '../support/random.mjs';
import { circumstances } from '../support/record.mjs';
import { median } from '../support/stats.mjs';
import { duration, table } from '../support/table.mjs';
import { load } from './load.mjs';
import { loadStreams } from './load-streams.mjs';
import { residentOf, startServer, workOf } from './process.mjs';
import { measureReplicas } from './replicas.mjs';

/** Requests of a sequence before it ends and another begins: fewer of HTTP, which need no connection of their own. */
const LENGTH = { http: 100, stream: 2000 };
/** Sequences that are computed offline; where there are more at once, several are the same. */
const DIFFERENT = { http: 200, stream: 20 };
/** A server that answers without computing. */
const NOTHING = 'nothing computed';
/** onnxruntime sums in another order. */
const CLOSE = 2e-5;

const { values } = parseArgs({
  options: {
    stream: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    seconds: { type: 'string' },
    sequences: { type: 'string', default: '200' },
    timesteps: { type: 'string', default: '1' },
    size: { type: 'string', default: '128,128' },
    rounds: { type: 'string', default: '1' },
    replicas: { type: 'string' },
    store: { type: 'string', default: 'redis' },
  },
});
const [count, timesteps, rounds] = [values.sequences, values.timesteps, values.rounds].map(Number);
const replicas = values.replicas === undefined ? undefined : Number(values.replicas);
const seconds = Number(values.seconds ?? (values.quick ? 3 : 60));
const [inputs, units] = values.size.split(',').map(Number);
const how = values.stream ? 'stream' : 'http';
const length = LENGTH[how];
const net = makeNet({ cell: 'lstm', size: [inputs, units, 1] });

const folder = mkdtempSync(join(tmpdir(), 'gatewise-bench-serve-'));
try {
  const file = join(folder, 'model.gatewise.safetensors');
  writeFileSync(file, toSafetensors(net.spec));
  const sequences = await offline();
  const { cpu, cores, node, commit } = circumstances('');
  console.log(`${cpu}, ${cores} cores; node ${node}; commit ${commit.slice(0, 7)}`);
  console.log(
    `LSTM (${inputs}, ${units}), ${count} sequences at once, ${timesteps} timesteps a request, ${seconds} s\n`,
  );
  if (replicas === undefined) {
    report(await takeTurns(await subjects(file), sequences));
  } else await replicated(file, sequences);
} finally {
  rmSync(folder, { recursive: true });
}

/** What is sent, and what comes of it offline: the bytes of each request's tensor and of its reply's. */
async function offline() {
  const model = await createModel(net.spec);
  const cut = (numbers, width) => {
    const bytes = Buffer.from(numbers.buffer, numbers.byteOffset, numbers.byteLength);
    const size = 4 * timesteps * width;
    return Array.from({ length }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
  };
  const different = Array.from({ length: Math.min(count, DIFFERENT[how]) }, (_, seed) => {
    const x = uniform(seed + 1, length * timesteps * inputs, 1);
    return { frames: cut(x, inputs), expected: cut(model.run(x), units) };
  });
  model.dispose();
  return Array.from({ length: count }, (_, number) => different[number % different.length]);
}

/** `gatewise serve` of the model. */
function serveArgs(file) {
  const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
  return [cli, 'serve', `lstm=${file}`, '--json', '--log-level', 'error'];
}

/** Servers to start, and what their replies are held to. */
async function subjects(file) {
  const own = {
    name: 'gatewise serve',
    args: [...serveArgs(file), '--port', '0'],
    agrees: (got, expected) => got.equals(expected),
  };
  if (!installed('onnxruntime-node')) {
    console.log('onnxruntime-node is not installed (npm ci --prefix bench/peers --ignore-scripts): left out\n');
    return [own];
  }
  const here = (path) => fileURLToPath(new URL(path, import.meta.url));
  await bundle({
    input: here('inside.ts'),
    platform: 'node',
    output: { file: here('../../build/serve-inside.mjs'), codeSplitting: false },
    logLevel: 'silent',
  });
  const peer = [here('peer.mjs'), `${inputs}`, `${units}`];
  return [
    own,
    { name: 'onnxruntime-node', args: peer, agrees: areClose },
    // What the protocol and Node take by themselves, of which nobody is faster.
    { name: NOTHING, args: [...peer, 'nothing'], agrees: (got, expected) => got.length === expected.length },
  ];
}

function areClose(got, expected) {
  if (got.length !== expected.length) return false;
  for (let at = 0; at < got.length; at += 4)
    if (!(Math.abs(got.readFloatLE(at) - expected.readFloatLE(at)) <= CLOSE)) return false;
  return true;
}

/** All servers, which take turns: each runs on from one round to the next, so that what a busy machine does to one it does to all. */
async function takeTurns(subjects, sequences) {
  const rows = [];
  const running = [];
  try {
    for (const { name, args, agrees } of subjects) {
      const server = await startServer(name, args);
      const where = values.stream ? { origin: server.url } : { origins: [server.url] };
      running.push({ name, server, about: { ...asked(sequences, agrees), ...where } });
    }
    // What is compiled, and what grows once, has happened after that.
    for (const one of running) await measure(one, Math.min(5, seconds / 3));
    for (let round = 0; round < rounds; round++) for (const one of running) rows.push(await measure(one, seconds));
    return rows;
  } finally {
    await Promise.all(running.map(({ server }) => server.end()));
  }
}

async function measure({ name, server: { pid }, about }, seconds) {
  const before = residentOf(pid);
  const worked = workOf(pid);
  const half = new Promise((resolve) => setTimeout(() => resolve(residentOf(pid)), 500 * seconds));
  const {
    requests,
    wrong,
    faults,
    seconds: taken,
    latency,
  } = await (values.stream ? loadStreams : load)({ ...about, seconds });
  for (const fault of faults) console.error(`${name}: ${fault}`);
  if (wrong > 0) process.exitCode = 1;
  return {
    name,
    requests,
    wrong,
    perSecond: requests / taken,
    work: (workOf(pid) - worked) / requests,
    p50: latency.percentile(50) / 1e9,
    p99: latency.percentile(99) / 1e9,
    memory: [before, await half, residentOf(pid)],
  };
}

/** What is asked of every server. */
function asked(sequences, agrees) {
  return { model: 'lstm', input: net.spec.inputs[0].name, sequences, shape: [1, timesteps, inputs], agrees };
}

/** Several servers on one store, one of which fails in the middle. */
async function replicated(file, sequences) {
  const store = `${values.store}-server`;
  const agrees = (got, expected) => got.equals(expected);
  const about = asked(sequences, agrees);
  const result = await measureReplicas({ args: serveArgs(file), count: replicas, store, seconds, about });
  const { requests, again, wrong, faults, seconds: taken, latency, work, storeWork, memory } = result;
  for (const fault of faults) console.error(fault);
  if (wrong > 0) process.exitCode = 1;
  const times = [50, 99].map((percent) => duration(latency.percentile(percent) / 1e9));
  console.log(`${replicas} servers on one ${store}, asked in turn; the first killed (-9) and started again in the middle
${requests} requests, ${Math.round(requests / taken)} a second; ${wrong} replies wrong; ${again} asked again
p50 ${times[0]}, p99 ${times[1]}; processors ${duration(work)} a request in the servers, ${duration(storeWork)} in the store
MB of the servers at first ${memory.before.join(', ')}, at last ${memory.after.join(', ')}`);
}

function report(rows) {
  const columns = [
    { label: 'server', text: ({ name }) => name },
    { label: 'requests', text: ({ requests }) => `${requests}` },
    { label: 'wrong', text: ({ wrong }) => `${wrong}` },
    { label: 'a second', text: ({ perSecond }) => `${Math.round(perSecond)}` },
    { label: 'processor, each', text: ({ work }) => duration(work) },
    { label: 'p50', text: ({ p50 }) => duration(p50) },
    { label: 'p99', text: ({ p99 }) => duration(p99) },
    { label: 'MB at first, half-way, at last', text: ({ memory }) => memory.join(', ') },
  ];
  console.log(table(columns, rows));
  const [own] = rows;
  const peers = rows.filter(({ name }) => name !== own.name && name !== NOTHING);
  if (peers.length === 0) return;
  const of = (figure, some) => median(some.map(figure));
  const ratio = (figure) =>
    of(
      figure,
      rows.filter(({ name }) => name === own.name),
    ) / of(figure, peers);
  const [more, less] = [ratio(({ perSecond }) => perSecond), 1 / ratio(({ work }) => work)].map(
    (x) => `${x.toFixed(2)}x`,
  );
  console.log(`\n${more} the requests a second of ${peers[0].name}; ${less} by what processors worked for each`);
}
