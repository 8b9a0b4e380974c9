/**
 * What is looked at in weights, number by number, when a model is made: JavaScript that has just been loaded would take longer for it
 * than for all the rest.
 */

/**
 * FNV-1a over 32-bit words, in two lanes, as `hashWords` of `src/state/hash.ts` computes it.
 * @param count of words.
 * @param lanes address of the two lanes, which are continued.
 * @returns 0: there is more to be hashed.
 */
export function hash(words: usize, count: i32, lanes: usize): i32 {
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
  return 0;
}

/** Whether the magnitude of any of `count` floats has bits from `low` to `high`, which are in the order of the magnitudes. */
export function anyBetween(floats: usize, count: i32, low: u32, high: u32): i32 {
  const end = floats + (<usize>count << 2);
  while (floats < end) {
    const bits = load<u32>(floats) & 0x7fffffff;
    if (bits >= low && bits <= high) return 1;
    floats += 4;
  }
  return 0;
}
