// A Worker whose conversations are in Durable Objects: what `suites/conversation.mjs` bundles for workerd.
import { createWorker } from 'gatewise/cloudflare';
import { createModelSync } from 'gatewise/core';
import kernels from 'gatewise/kernels/simd.wasm';
import weights from 'weights.bin';
import { lstmSpec } from './lstm.mjs';
import { unpacked } from './weights.mjs';

// When the isolate starts, as docs/cloudflare.md has it.
const lstm = createModelSync(lstmSpec(unpacked([64, 64, 1], weights).layers), { kernels });
const { Conversation, worker } = createWorker(() => ({ models: { lstm } }));

export { Conversation };
export default worker;
