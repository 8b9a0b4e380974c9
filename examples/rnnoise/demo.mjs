// A network of RNNoise's topology, read from RNNoise's own format, says frame by frame how loud each band of a noisy voice should be.
//   npm run example:rnnoise [-- another .rnnn file]
import { readFileSync } from 'node:fs';
import { createModel } from 'gatewise';
import { readRNNoise } from 'gatewise/rnnoise';
import { BANDS } from './bands.mjs';
import { gainChart } from './chart.mjs';
import { createFeatures } from './features.mjs';
import { analyse, energiesOf, framesOf, speaks } from './frames.mjs';
import { heldOut, mixture, RATE, trainingClip } from './sounds.mjs';
import { FRAME } from './spectrum.mjs';

const here = (name) => new URL(name, import.meta.url);
const [yours] = process.argv.slice(2);
const { spec, report } = readRNNoise(readFileSync(yours ?? here('model.rnnn')));
const model = await createModel(spec);
const { layers, parameters } = model.summary();
console.log(`${report.format}: ${layers.length} layers, ${parameters.toLocaleString('en-US')} parameters\n`);

// A voice and a noise of a kind that was in no part of the training, frame by frame as from a microphone.
const { noisy, clean } = mixture(heldOut.surf, { seed: 7, seconds: 4, snr: 5 });
const spoken = energiesOf(clean);
const noise = energiesOf(noisy.map((x, t) => x - clean[t]));
const features = createFeatures();
const stream = model.createStream();
const times = [];
const frames = framesOf(noisy).map((samples, t) => {
  const frame = features.step(samples);
  if (frame.silent) return { gains: new Float32Array(BANDS.length), vad: 0, speaks: false };
  const begin = performance.now();
  const { gains, vad } = stream.runNamed({ features: frame.features });
  times.push(1000 * (performance.now() - begin));
  return { gains: gains.data, vad: vad.data[0], speaks: speaks(spoken[t]) };
});
stream.dispose();
console.log(`gain of each band, from nothing to all, over ${noisy.length / RATE} s:\n\n${gainChart(frames)}\n`);

/** The energy of all bands, with the gains or without, dB. */
const loudness = (energies, gain) =>
  10 *
  Math.log10(
    energies.reduce((sum, bands, t) => sum + bands.reduce((all, one, band) => all + one * gain(t, band) ** 2, 0), 0),
  );
const change = (energies) => loudness(energies, (t, band) => frames[t].gains[band]) - loudness(energies, () => 1);
const [voice, rest] = [change(spoken), change(noise)];
const heard = frames.filter(({ vad, speaks }) => vad > 0.5 === speaks).length / frames.length;
console.log(
  `the voice by ${voice.toFixed(1)} dB, the noise by ${rest.toFixed(1)} dB: ${(voice - rest).toFixed(1)} dB between them`,
);
console.log(`a voice told from none in ${(100 * heard).toFixed(0)} % of the frames`);
times.sort((a, b) => a - b);
const median = times[times.length >> 1];
console.log(`median ${median.toFixed(0)} µs for a frame of ${(1000 * FRAME) / RATE} ms\n`);

if (yours === undefined) {
  // As PyTorch computed it, of the first clip of the training.
  const { hyperparameters, reference } = JSON.parse(readFileSync(here('settings.json'), 'utf8'));
  const clip = analyse(trainingClip(0, hyperparameters.seconds).noisy);
  const all = model.runNamed({ features: Float32Array.from(clip.flatMap(({ features }) => Array.from(features))) });
  const off = reference.gains.flatMap((row, n) => [
    ...row.map((gain, band) => Math.abs(gain - all.gains.data[n * reference.every * BANDS.length + band])),
    Math.abs(reference.vad[n] - all.vad.data[n * reference.every]),
  ]);
  const difference = Math.max(...off);
  console.log(`Largest difference from PyTorch's own ${off.length} numbers: ${difference.toExponential(1)}`);
  if (!(difference < 1e-4 && voice - rest > 3)) process.exitCode = 1;
}
