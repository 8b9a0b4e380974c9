// Inputs of the accuracy comparison: node bench/accuracy/inputs.mjs MODELS OUT. See bench/README.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { settings } from '../../examples/weather/model.mjs';
import { featurize, loadSeries } from '../../examples/weather/series.mjs';
import { magnitudes, readWav } from './audio.mjs';

const [models, out] = process.argv.slice(2);
mkdirSync(out, { recursive: true });

/** `[frames][width]` float32, as bytes. */
const save = (name, frames) =>
  writeFileSync(`${out}/${name}.f32`, Buffer.concat(frames.map((f) => Buffer.from(f.slice().buffer))));

save('demo', [featurize(loadSeries(), settings.normalisation)]);

const speech = readWav(readFileSync(`${models}/silero-vad/test.wav`));
const window = (index) => {
  // 64 samples of the window before, then 512 new ones.
  const frame = new Float32Array(576);
  for (let i = 0; i < 576; i++) frame[i] = speech[index * 512 - 64 + i] ?? 0;
  return frame;
};
save(
  'silero',
  Array.from({ length: 600 }, (_, index) => window(index)),
);
save(
  'silero.samples',
  Array.from({ length: 600 }, (_, index) => window(600 + index)),
);

const noisy = readWav(readFileSync(`${models}/dtln/mix.wav`));
const spectrum = (block) => {
  const buffer = new Float32Array(512);
  for (let i = 0; i < 512; i++) buffer[i] = noisy[block * 128 - 384 + i] ?? 0;
  return magnitudes(buffer);
};
save(
  'dtln',
  Array.from({ length: 300 }, (_, block) => spectrum(block)),
);
save(
  'dtln.samples',
  Array.from({ length: 600 }, (_, block) => spectrum(300 + block)),
);

// Phonemes of the g2p model, in the order of its scores.
const phonemes =
  '<pad> <unk> <s> </s> AA0 AA1 AA2 AE0 AE1 AE2 AH0 AH1 AH2 AO0 AO1 AO2 AW0 AW1 AW2 AY0 AY1 AY2 B CH D DH EH0 EH1 EH2 ER0 ER1 ER2 ' +
  'EY0 EY1 EY2 F G HH IH0 IH1 IH2 IY0 IY1 IY2 JH K L M N NG OW0 OW1 OW2 OY0 OY1 OY2 P R S SH T TH UH0 UH1 UH2 UW UW0 UW1 UW2 V W Y Z ZH';
writeFileSync(`${out}/phonemes.json`, JSON.stringify(phonemes.split(' ')));
