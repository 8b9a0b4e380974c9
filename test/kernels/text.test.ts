import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import relaxed from '../../src/wasm/embedded/relaxed.js';
import simd from '../../src/wasm/embedded/simd.js';
import { fromText } from '../../src/wasm/text.js';

it.each(Object.entries({ simd, relaxed }))('the embedded %s kernels are those of the file', (build, text) => {
  expect(Buffer.from(fromText(text))).toEqual(
    readFileSync(new URL(`../../dist/kernels/${build}.wasm`, import.meta.url)),
  );
  // Letters that stand as they are in a script, whatever the page's encoding.
  expect(text).toMatch(/^[0-z]*$/);
});
