// Writes clip.wav.
//   node examples/denoise/make-clip.mjs
import { writeFileSync } from 'node:fs';
import { writeWav } from '../shared/wav.mjs';
import { makeClip } from './clip.mjs';
import { RATE } from './filters.mjs';

writeFileSync(new URL('clip.wav', import.meta.url), writeWav(makeClip().noisy, RATE));
