/**
 * Goes on with a wave: the encoder reads it, and the state of its last layer is where the decoder begins, which is fed its own points.
 *
 * @param encoder @param decoder models.
 * @param wave the points that are known, at least one.
 * @param count how many are wanted.
 * @returns `points`, the state that was handed over, and what the decoder was fed.
 */
export function goOn(encoder, decoder, wave, count) {
  const reading = encoder.createStream();
  reading.run(wave);
  const { layer } = decoder.createStream().getState()[0];
  const state = [{ ...reading.getState().at(-1), layer }];
  const writing = decoder.createStream();
  writing.setState(state);
  const fed = [wave.at(-1)];
  const points = [];
  for (let n = 0; n < count; n++) {
    points.push(writing.step([fed[n]])[0]);
    fed.push(points[n]);
  }
  return { points, state, fed: fed.slice(0, count) };
}
