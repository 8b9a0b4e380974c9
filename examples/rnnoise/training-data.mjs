// Writes what train.py reads: frames of features, best gains and whether somebody speaks, float32, clip after clip.
//   node training-data.mjs FILE CLIPS SECONDS
import { closeSync, openSync, writeSync } from 'node:fs';
import { analyse, bestGains, energiesOf, speaks } from './frames.mjs';
import { trainingClip } from './sounds.mjs';

const [name, clips, seconds] = process.argv.slice(2);
const file = openSync(name, 'w');
for (let clip = 0; clip < Number(clips); clip++) {
  const { noisy, clean, loud } = trainingClip(clip, Number(seconds));
  const wanted = energiesOf(clean);
  const rows = analyse(noisy).flatMap(({ features, energy }, t) => [
    ...features,
    ...bestGains(energy, wanted[t]),
    speaks(wanted[t].map((one) => one / loud ** 2)) ? 1 : 0,
  ]);
  writeSync(file, new Uint8Array(Float32Array.from(rows).buffer));
}
closeSync(file);
