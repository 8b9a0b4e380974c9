// Silero VAD, as it comes from npm, listens to a clip frame by frame.
//   npm run demo:vad
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createModel } from 'gatewise';
import { readOnnx } from 'gatewise/onnx';
import { readWav } from '../shared/wav.mjs';
import { speechChart } from './chart.mjs';
import { agreement, segments } from './segments.mjs';

const here = new URL('.', import.meta.url);
const file = new URL('silero/node_modules/@ricky0123/vad-web/dist/silero_vad_v5.onnx', here);
if (!existsSync(file)) {
  console.log('Fetching the model: npm ci in examples/vad/silero …\n');
  try {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: fileURLToPath(new URL('silero', here)),
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
  } catch {
    console.error(
      'The model comes from npm (@ricky0123/vad-web), which could not be reached. With a network: npm ci --prefix examples/vad/silero',
    );
    process.exit(1);
  }
}

const RATE = 16000;
const NEW = 512; // samples per frame: 32 ms
const CONTEXT = 64; // samples of the frame before
const FRAME = NEW / RATE;

// The file holds two networks, for 16 and 8 kHz, behind a condition; with the rate known, one is left.
const bytes = readFileSync(file);
const begin = performance.now();
const { spec, report } = readOnnx(bytes, { inputs: { sr: RATE }, shapes: { input: [null, CONTEXT + NEW] } });
const opened = performance.now() - begin;
const model = await createModel(spec);
console.log(
  `${report.format}: opened in ${opened.toFixed(0)} ms\n${report.notes.map((note) => `  ${note}`).join('\n')}\n`,
);
const { layers, parameters, weightBytes, stateBytes } = model.summary();
const count = (n) => n.toLocaleString('en-US');
console.log(
  `${layers.length} layers, ${count(parameters)} parameters; ${count(weightBytes)} bytes of weights, ${count(stateBytes)} bytes of state per stream\n`,
);

const samples = readWav(readFileSync(new URL('clip.wav', here)), RATE);
const known = JSON.parse(readFileSync(new URL('clip.json', here), 'utf8'));
const frames = Math.floor(samples.length / NEW);

/** Listens to the clip once, from silence. @returns probabilities, and the microseconds of each frame. */
function listen() {
  const stream = model.createStream();
  const frame = new Float32Array(CONTEXT + NEW);
  const out = new Float32Array(1);
  const probabilities = new Float32Array(frames);
  const times = new Float64Array(frames);
  for (let index = 0; index < frames; index++) {
    frame.copyWithin(0, NEW);
    frame.set(samples.subarray(index * NEW, (index + 1) * NEW), CONTEXT);
    const start = performance.now();
    stream.step(frame, out);
    times[index] = (performance.now() - start) * 1000;
    probabilities[index] = out[0];
  }
  stream.dispose();
  return { probabilities, times };
}
listen(); // the engine's compiler warms up
const { probabilities, times } = listen();

const found = segments([...probabilities], { frame: FRAME });
const clock = (seconds) => `${seconds.toFixed(2).padStart(6)} s`;
console.log('what was said when, by the script that made the clip, and where the model hears speech');
for (const { start, end, text } of known.speech) {
  const heard = found.filter((one) => one.start < end && one.end > start);
  console.log(`  ${`${clock(start)} – ${clock(end)}`.padEnd(25)}${text}`);
  for (const one of heard) console.log(`${' '.repeat(27)}${clock(one.start)} – ${clock(one.end)}`);
}
const alone = found.filter((one) => !known.speech.some(({ start, end }) => one.start < end && one.end > start));
for (const one of alone) console.log(`  (nobody)${' '.repeat(17)}${clock(one.start)} – ${clock(one.end)}`);
const share = agreement(found, known.speech, frames, FRAME);
console.log(`\n${(100 * share).toFixed(1)} % of ${frames} frames agree\n`);

console.log(speechChart([...probabilities], FRAME));

const sorted = times.sort();
const [median, p99] = [sorted[Math.floor(frames / 2)], sorted[Math.floor(frames * 0.99)]];
const kernels = statSync(new URL(import.meta.resolve(`gatewise/kernels/${model.build}.wasm`))).size;
console.log(`
median ${median.toFixed(0)} µs per frame of 32 ms (99th percentile ${p99.toFixed(0)} µs): ${Math.round((FRAME * 1e6) / median)} × real time
${model.build} kernels (${count(kernels)} bytes) on ${cpus()[0]?.model ?? 'this machine'}, Node ${process.versions.node}`);
