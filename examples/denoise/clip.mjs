import { mixture } from './mixture.mjs';
import { heldOut } from './noises.mjs';

/** `clip.wav` before it was rounded to 16 bits, and the speech in it alone: surf is a noise that the model has never heard. */
export const makeClip = () => mixture(heldOut.surf, { seed: 20, seconds: 6 })(2);
