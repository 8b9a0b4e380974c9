import { describe, it } from 'vitest';
import { allLayers } from '../../src/layers/all.js';
import { seeds } from '../importers/corpus.js';
import { builds } from '../support/builds.js';
import { modelOf } from '../support/every-layer.js';
import { INT8_STACKS } from '../support/int8-stacks.js';
import { STACKS } from '../support/stacks.js';
import { expectSameWhenBuilt } from './same.js';

// A built file gives the bits of `createModel`, and states that are exchanged with it.

describe.each(builds)('built for %s', (build) => {
  it.each(STACKS)('%s', (_, spec) => expectSameWhenBuilt(spec, { build }));
  it.each(STACKS)('%s, in a .wasm', (_, spec) => expectSameWhenBuilt(spec, { build, weights: 'wasm' }));
  it.each(INT8_STACKS)('%s, int8', (_, spec) => expectSameWhenBuilt(spec, { build }));
  it.each(INT8_STACKS)('%s, int8, split', (_, spec) => expectSameWhenBuilt(spec, { build, weights: 'split' }));
});

describe('every type of layer', () => {
  it.each(Object.keys(allLayers))('%s', (type) => expectSameWhenBuilt(modelOf(type), { weights: 'wasm' }));
});

describe('files', () => {
  it.each(seeds().map((seed) => [seed.name, seed] as const))('%s', (_, { bytes, read }) =>
    expectSameWhenBuilt(read(bytes)),
  );
});
