import { checkSpec } from '../../src/graph/check-spec.js';
import { allLayers } from '../../src/layers/all.js';
import type { ModelSpec } from '../../src/spec.js';
import { digest, fingerprint } from '../../src/state/fingerprint.js';
import { type Hash, hashWords, hex } from '../../src/state/hash.js';

/** What the kernels do when a model is made; test/kernels/survey.test.ts holds them against each other. */
const hashData = ({ buffer, byteOffset, length }: Float32Array, from?: Hash): Hash =>
  hashWords(new Int32Array(buffer, byteOffset, length), from);

/** 16 digits that tell this model from others. */
export const fingerprintOf = (spec: ModelSpec): string =>
  hex(fingerprint(checkSpec(spec, allLayers), digest(spec.tensors, hashData), allLayers));
