import { describe, expect, it } from 'vitest';
import { fromKeras } from '../../../src/importers/keras/index.js';
import { ImportError } from '../../../src/index.js';
import type { ModelSpec } from '../../../src/spec.js';
import { part } from '../../support/thorough.js';
import { bytesOf, casesOf } from './cases.js';
import { hold } from './hold.js';

// Random compositions with attention. In about one of three a MultiHeadAttention takes a mask off a value that something reads later.

/** A product of values whose masks are taken has none, though the file's later calls name it: the one thing that is refused. */
const REFUSED = /called with a mask that its input does not carry; expected no mask/;

describe.each([
  ['keras3-attention-drawn', 45],
  ['keras3.9-attention-drawn', 18],
] as const)('%s', (file, least) => {
  const all = casesOf(file);
  const drawn = part(all, 3);
  it(`${drawn.length} of ${all.length}`, async () => {
    expect(all.length).toBeGreaterThanOrEqual(least);
    let held = 0;
    for (const one of drawn) {
      let spec: ModelSpec;
      try {
        spec = fromKeras(bytesOf(file, one));
      } catch (error) {
        expect(error).toBeInstanceOf(ImportError);
        expect((error as ImportError).message).toMatch(REFUSED);
        continue;
      }
      await hold(one, spec);
      held++;
    }
    expect(held).toBeGreaterThan(0.5 * drawn.length);
  });
});
