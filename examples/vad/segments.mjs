/**
 * Speech segments from the probability of speech in each frame, with the hysteresis of Silero's own reference: speech begins
 * where the probability reaches `threshold`, and ends where it has been below `threshold - 0.15` for `minSilence`; what is shorter
 * than `minSpeech` is dropped, and what is left is widened by `pad` on either side, neighbours sharing the gap between them.
 *
 * @param probabilities one per frame.
 * @param options seconds, but for the threshold. `frame`: seconds per frame.
 * @returns `{ start, end }` in seconds, in order.
 */
export function segments(probabilities, { frame, threshold = 0.5, minSpeech = 0.25, minSilence = 0.1, pad = 0.03 }) {
  const low = Math.max(threshold - 0.15, 0.01);
  const total = probabilities.length * frame;
  const found = [];
  let start;
  let silence;
  const close = (end) => {
    if (end - start > minSpeech) found.push({ start, end });
    start = undefined;
    silence = undefined;
  };
  probabilities.forEach((p, index) => {
    const at = index * frame;
    if (p >= threshold) {
      silence = undefined;
      start ??= at;
    } else if (start !== undefined && p < low) {
      silence ??= at;
      if (at - silence >= minSilence) close(silence);
    }
  });
  if (start !== undefined) close(total);
  return found.map(({ start: from, end }, index) => {
    const before = index === 0 ? from : from - found[index - 1].end;
    const after = index === found.length - 1 ? total - end : found[index + 1].start - end;
    const widen = (room, outer) => (outer ? Math.min(pad, room) : Math.min(pad, room / 2));
    return { start: from - widen(before, index === 0), end: end + widen(after, index === found.length - 1) };
  });
}

/** The share of frames whose middle is in speech by both or by neither. */
export function agreement(found, known, frames, frame) {
  const within = (all, at) => all.some(({ start, end }) => at >= start && at < end);
  let same = 0;
  for (let index = 0; index < frames; index++) {
    const at = (index + 0.5) * frame;
    if (within(found, at) === within(known, at)) same++;
  }
  return same / frames;
}
