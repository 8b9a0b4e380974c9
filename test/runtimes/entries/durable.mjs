// A conversation a Durable Object, as its users write it, but for the count of objects that were made.
import { createWorker } from 'gatewise/cloudflare';
import { createModelSync } from 'gatewise/core';
import kernels from 'gatewise/kernels/simd.wasm';
import { fromSafetensors } from 'gatewise/safetensors';
import bytes from './model.gatewise';

const { Conversation: Counted, worker } = createWorker((environment) => ({
  models: { shared: { load: async () => createModelSync(fromSafetensors(bytes), { kernels }) } },
  ...(environment.AUTHORISE && { authorise: ({ headers }) => headers.get('authorization') ?? undefined }),
}));
let made = 0;

export class Conversation extends Counted {
  constructor(...given) {
    super(...given);
    made++;
  }
}
export default {
  fetch(request, environment) {
    return new URL(request.url).pathname === '/made' ? Response.json(made) : worker.fetch(request, environment);
  },
};
