import { frame, next } from './series.mjs';

/**
 * Many steps ahead with a model that knows one: each forecast is taken for what was measured, and fed back in.
 *
 * @param stream of the model, from its start; it has read all of `past` afterwards, and nothing that is not measured.
 * @param past ppm by month, from which the stream warms up.
 * @returns ppm of the next `months`.
 */
export function feedBack(stream, past, months) {
  const ppm = [...past];
  const x = new Float32Array(2);
  const y = new Float32Array(1);
  for (let t = 120; t < past.length; t++) stream.step(frame(ppm, t, x), y);

  // What is only supposed happens in a fork: the stream itself stays where the measurements end, for the next of them to come.
  const ahead = stream.fork();
  for (let t = past.length; t < past.length + months; t++) {
    ppm.push(next(ppm, t - 1, y[0]));
    ahead.step(frame(ppm, t, x), y);
  }
  ahead.dispose();
  return ppm.slice(past.length);
}
