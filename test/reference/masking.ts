import type { MaskingNode } from '../../src/spec.js';
import { both, type Mask, mapRows, row, type Value } from './value.js';
import { zeros } from './vector.js';

/**
 * Masks and zeroes the timesteps whose features ALL equal a value. As in Keras, the new mask takes the place
 * of one that an earlier layer made; one given with the run holds beside it.
 */
export function masking(node: MaskingNode, x: Value, runMask: Mask | undefined): Value {
  // The engine compares float32 with float32.
  const value = Math.fround(node.maskValue);
  const mask = new Uint8Array(x.batch * x.time);
  for (let b = 0; b < x.batch; b++) {
    for (let t = 0; t < x.time; t++) mask[b * x.time + t] = row(x, b, t).some((v) => v !== value) ? 1 : 0;
  }
  const y = mapRows(x, x.features, (v, b, t) => (mask[b * x.time + t] ? v : zeros(v.length)));
  return { ...y, mask: both(mask, runMask) };
}
