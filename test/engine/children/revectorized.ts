// Prints the bits of every stack, by every build that this runtime accepts; run with and without V8's revectoriser.
import { createHash } from 'node:crypto';
import { createModel } from '../../../src/index.js';
import { builds } from '../../support/builds.js';
import { int8Bytes } from '../../support/int8-stacks.js';
import { stackBytes } from '../../support/stacks.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const hashes: Record<string, string> = {};
for (const build of builds) {
  hashes[build] = sha256(await stackBytes(async (spec) => createModel(spec, { build })));
  hashes[`int8 ${build}`] = sha256(await int8Bytes(async (spec) => createModel(spec, { build })));
}
console.log(JSON.stringify(hashes));
