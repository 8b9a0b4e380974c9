import { expect, it } from 'vitest';
import { elementsOf, toFloats } from '../../../src/importers/formats/elements.js';
import { fromBrain, fromHalf } from '../../../src/importers/formats/half.js';

/** IEEE 754-2019, 3.4, word for word, in float64. */
function textbook(bits: number, exponentBits: number, fractionBits: number): number {
  const sign = bits >> (exponentBits + fractionBits) ? -1 : 1;
  const biased = (bits >> fractionBits) & (2 ** exponentBits - 1);
  const fraction = (bits & (2 ** fractionBits - 1)) / 2 ** fractionBits;
  const bias = 2 ** (exponentBits - 1) - 1;
  if (biased === 2 ** exponentBits - 1) return fraction === 0 ? sign * Infinity : Number.NaN;
  return biased === 0 ? sign * fraction * 2 ** (1 - bias) : sign * (1 + fraction) * 2 ** (biased - bias);
}

it.each([
  ['F16', fromHalf, 5, 10],
  ['BF16', fromBrain, 8, 7],
] as const)('all 65,536 patterns of %s, one by one and as an array', (dtype, one, exponentBits, fractionBits) => {
  const all = Uint16Array.from({ length: 65_536 }, (_, bits) => bits);
  const array = toFloats(elementsOf(new Uint8Array(all.buffer), dtype, 'here'), dtype, 'here');
  for (const bits of all) {
    const wanted = textbook(bits, exponentBits, fractionBits);
    // Object.is tells the zeros apart.
    if (!Object.is(one(bits), wanted) || !Object.is(array[bits], wanted))
      expect.fail(`${dtype} ${bits.toString(16)}: ${one(bits)}, ${array[bits]}, wanted ${wanted}`);
  }
});
