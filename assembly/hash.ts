/**
 * FNV-1a over 32-bit words, in two lanes, as `hashWords` of `src/state/hash.ts` computes it: weights are hashed when a model is made,
 * by JavaScript that has just been loaded and would take longer than for all the rest.
 *
 * @param count of words.
 * @param lanes address of the two lanes, which are continued.
 */
export function hash(words: usize, count: i32, lanes: usize): void {
  let a = load<u32>(lanes);
  let b = load<u32>(lanes, 4);
  const end = words + (<usize>count << 2);
  while (words < end) {
    const word = load<u32>(words);
    a = (a ^ word) * 0x01000193;
    b = (b ^ word) * 0x85ebca6b;
    a ^= a >>> 15;
    b ^= b >>> 13;
    words += 4;
  }
  store<u32>(lanes, a);
  store<u32>(lanes, b, 4);
}
