// What a score is worth when not all changes were made: which ones are drawn, and how far the score may be off.

/** Numbers in [0, 1) from a seed: mulberry32. */
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * @param count how many; `all` for all of them.
 * @returns that many items, each as likely as any other, the same for the same seed, in the order they have in `items`.
 */
export function draw(items, count, seed) {
  if (count === 'all' || Number(count) >= items.length) return [...items];
  const random = randomNumbers(Number(seed));
  const numbers = items.map((_, index) => index);
  for (let at = 0; at < Number(count); at++) {
    const other = at + Math.floor(random() * (numbers.length - at));
    [numbers[at], numbers[other]] = [numbers[other], numbers[at]];
  }
  return numbers
    .slice(0, Number(count))
    .sort((a, b) => a - b)
    .map((index) => items[index]);
}

/**
 * Wilson's interval of 95 % for a share of which a sample was seen, narrower the more of the whole was drawn.
 * @returns [least, most], in 0 … 1; the share itself if all were drawn.
 */
function interval(noticed, drawn, of) {
  if (drawn === 0) return [0, 1];
  const share = noticed / drawn;
  if (drawn >= of) return [share, share];
  // A sample of n from m without putting back tells as much as one of n (m - 1) / (m - n) with it.
  const n = (drawn * (of - 1)) / (of - drawn);
  const z = 1.96;
  const middle = (share + z ** 2 / (2 * n)) / (1 + z ** 2 / n);
  const half = (z / (1 + z ** 2 / n)) * Math.sqrt((share * (1 - share)) / n + z ** 2 / (4 * n ** 2));
  return [Math.max(0, middle - half), Math.min(1, middle + half)];
}

/** How a score is written: the share, and between what the share of all is to be looked for. */
export function scoreOf(noticed, drawn, of) {
  const percent = (share) => (100 * share).toFixed(1);
  const [least, most] = interval(noticed, drawn, of).map(percent);
  return `${percent(noticed / Math.max(1, drawn))} % (${least}–${most})`;
}
