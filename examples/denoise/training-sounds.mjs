// What `train.py` learns from, as float32 samples, little-endian, to the standard output: clips of speech, then as many of each kind of noise.
//   node training-sounds.mjs SEED CLIPS_OF_SPEECH CLIPS_OF_A_NOISE SECONDS
import { writeSync } from 'node:fs';
import { seeded } from '../shared/random.mjs';
import { RATE } from './filters.mjs';
import { known } from './noises.mjs';
import { speech } from './speech.mjs';

const [seed, clips, clipsOfNoise, seconds] = process.argv.slice(2).map(Number);
const random = seeded(seed);
const give = (make) => {
  const bytes = Buffer.from(make(random, seconds * RATE).buffer);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
};
for (let clip = 0; clip < clips; clip++) give(speech);
for (const noise of Object.values(known)) for (let clip = 0; clip < clipsOfNoise; clip++) give(noise);
