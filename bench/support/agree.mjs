/**
 * Largest |a - b|. A comparison of speed says nothing unless both sides compute the same, so each is checked before it is timed.
 * @throws {Error} beyond `tolerance`: float32 sums in another order differ by a few 1e-7 over a hundred timesteps.
 */
export function assertAgree(what, a, b, tolerance = 1e-5) {
  if (a.length !== b.length) throw new Error(`${what}: ${a.length} and ${b.length} outputs`);
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i] - b[i]);
    if (!(difference <= tolerance))
      throw new Error(`${what}: ${a[i]} and ${b[i]} at ${i}, further apart than ${tolerance}`);
    worst = Math.max(worst, difference);
  }
  return worst;
}
