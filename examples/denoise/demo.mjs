// A small network that we trained takes the noise out of a clip, 16 ms at a time.
//   npm run demo:denoise [-- folder for what it writes] [a clip of yours: WAV, 16 kHz, 16 bits, one channel]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createModel } from 'gatewise';
import { readWav, writeWav } from '../shared/wav.mjs';
import { makeClip } from './clip.mjs';
import { createDenoiser, denoise } from './denoiser.mjs';
import { RATE } from './filters.mjs';
import { mixture, siSdr } from './mixture.mjs';
import { hyperparameters, reference, report, spec } from './model.mjs';
import { heldOut } from './noises.mjs';
import { spectrograms } from './spectrogram.mjs';

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const [folder = here('out'), yours] = process.argv.slice(2);
const HOP = hyperparameters.window / 2;

const model = await createModel(spec);
const { layers, parameters, weightBytes, stateBytes } = model.summary();
const count = (n) => n.toLocaleString('en-US');
console.log(`${report.format}: ${layers.length} layers, ${count(parameters)} parameters;`);
console.log(`${count(weightBytes)} bytes of weights, ${count(stateBytes)} bytes of state per stream\n`);

// As PyTorch computed it?
const { inputs, outputs } = reference;
const stream = model.createStream();
const bins = outputs.shape[1];
let difference = 0;
for (let at = 0; at < outputs.data.length; at += bins) {
  const mask = stream.step(inputs.data.subarray(at, at + bins));
  mask.forEach((value, k) => {
    difference = Math.max(difference, Math.abs(value - outputs.data[at + k]));
  });
}
stream.dispose();
console.log(
  `Largest difference from PyTorch's own ${count(outputs.data.length)} numbers: ${difference.toExponential(1)}\n`,
);

// A clip, as it would come from a microphone.
const clip = yours ?? here('clip.wav');
const noisy = readWav(readFileSync(clip), RATE);
const denoised = denoise(model, noisy, hyperparameters);
const files = {
  'noisy.wav': writeWav(noisy, RATE),
  'denoised.wav': writeWav(denoised, RATE),
  'spectrograms.svg': spectrograms(
    [
      { title: 'noisy', samples: noisy },
      { title: 'denoised', samples: denoised },
    ],
    RATE,
  ),
};
mkdirSync(folder, { recursive: true });
console.log(`${relative('', clip)}, ${(noisy.length / RATE).toFixed(1)} s:`);
if (yours === undefined) {
  const { clean } = makeClip();
  const [before, after] = [siSdr(noisy, clean), siSdr(denoised, clean)];
  console.log(`  SI-SDR ${before.toFixed(1)} dB before, ${after.toFixed(1)} dB after\n`);
}
for (const [name, content] of Object.entries(files)) {
  const file = join(folder, name);
  writeFileSync(file, content);
  console.log(`  ${relative('', file)}`);
}

// Other voices, and noises of kinds that were in no part of the training.
const SECONDS = 4;
const CLIPS = 3;
const mean = (values) => values.reduce((a, b) => a + b) / values.length;
console.log(`\nheld-out noises, ${CLIPS} clips of ${SECONDS} s each: SI-SDR, dB\n`);
console.log(
  `  ${'noise'.padEnd(10)}${['speech above it', 'before', 'after', 'gain'].map((text) => text.padStart(18)).join('')}`,
);
const gains = [];
for (const [kind, noise] of Object.entries(heldOut)) {
  const clips = Array.from({ length: CLIPS }, (_, index) => mixture(noise, { seed: 1000 + index, seconds: SECONDS }));
  for (const snr of [0, 5]) {
    const scores = clips.map((at) => {
      const { noisy, clean } = at(snr);
      return [siSdr(noisy, clean), siSdr(denoise(model, noisy, hyperparameters), clean)];
    });
    const [before, after] = [0, 1].map((side) => mean(scores.map((score) => score[side])));
    gains.push(after - before);
    const cells = [`${snr} dB`, before.toFixed(1), after.toFixed(1), (after - before).toFixed(1)];
    console.log(`  ${kind.padEnd(10)}${cells.map((text) => text.padStart(18)).join('')}`);
  }
}
console.log(`\n  mean gain ${mean(gains).toFixed(1)} dB, least ${Math.min(...gains).toFixed(1)} dB\n`);

// How long a hop takes: both transforms and the network.
const denoiser = createDenoiser(model, hyperparameters);
const out = new Float32Array(HOP);
const times = [];
for (let at = 0; at + HOP <= noisy.length; at += HOP) {
  const hop = noisy.subarray(at, at + HOP);
  const begin = performance.now();
  denoiser.step(hop, out);
  times.push((performance.now() - begin) * 1000);
}
denoiser.dispose();
times.sort((a, b) => a - b);
const [median, p99] = [times[Math.floor(times.length / 2)], times[Math.floor(times.length * 0.99)]];
const real = (HOP / RATE) * 1e6;
console.log(`median ${median.toFixed(0)} µs per ${real / 1000} ms of sound (99th percentile ${p99.toFixed(0)} µs): ${Math.round(real / median)} × real time
${model.build} kernels on ${cpus()[0]?.model ?? 'this machine'}, Node ${process.versions.node}`);
process.exitCode = Math.min(...gains) > 0 && difference < 1e-5 ? 0 : 1;
