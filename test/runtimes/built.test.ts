import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { deploy } from '../../src/deploy/index.js';
import { createModel } from '../../src/index.js';
import { expectSameBits } from '../support/bits.js';
import { int8Spec } from '../support/int8.js';
import { randomFloats, stack } from '../support/random.js';
import { bundle, newFolder } from './bundles.js';
import { freePort, needsCommand, post } from './here.js';

// A model built with --wasm, in a Worker: kernels and weights are one module, which is imported.

const WORKER = `import { createModelSync } from './model.mjs';
import kernels from './model.wasm';

const model = createModelSync({ kernels });

export default {
  async fetch(request) {
    const stream = model.createStream();
    const { x, saved } = await request.json();
    if (saved) stream.restore(Uint8Array.from(saved));
    const y = stream.run(Float32Array.from(x));
    return Response.json({ y: [...y], saved: [...stream.save()] });
  },
};
`;

it.each([
  ['float32', stack('lstm', 4, 20, 2)],
  // Kernels of both kinds are in that module.
  ['int8', int8Spec(stack('lstm', 4, 20, 2))],
])('a built model runs in workerd, to the bits that it has here: %s', needsCommand('workerd'), async (_, spec) => {
  const { module, beside } = await deploy(spec, { weights: 'wasm' });
  const folder = newFolder();
  writeFileSync(join(folder, 'model.mjs'), module);
  writeFileSync(join(folder, 'model.wasm'), beside?.bytes as Uint8Array);
  writeFileSync(join(folder, 'worker.mjs'), WORKER);
  const place = join(folder, 'bundled');
  await bundle(join(folder, 'worker.mjs'), place);
  writeFileSync(join(place, 'model.wasm'), beside?.bytes as Uint8Array);
  const port = await freePort();
  writeFileSync(
    join(place, 'worker.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .worker)],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")]
);
const worker :Workerd.Worker = (
  modules = [
    (name = "worker", esModule = embed "worker.mjs"),
    (name = "./model.wasm", wasm = embed "model.wasm"),
  ],
  compatibilityDate = "2025-01-01"
);
`,
  );
  const server = spawn('workerd', ['serve', 'worker.capnp'], { cwd: place, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const model = await createModel(spec, { build: 'simd' });
    const stream = model.createStream();
    const ask = async (x: Float32Array, saved?: Uint8Array): Promise<{ y: number[]; saved: number[] }> => {
      const { status, text } = await post(
        `http://127.0.0.1:${port}`,
        JSON.stringify({ x: [...x], ...(saved && { saved: [...saved] }) }),
      );
      expect(status, text).toBe(200);
      return JSON.parse(text);
    };
    for (const seed of [1, 2]) {
      const x = randomFloats(12, seed);
      const there = await ask(x, seed === 1 ? undefined : stream.save());
      expectSameBits(there.y, stream.run(x));
      expectSameBits(there.saved, stream.save());
    }
    model.dispose();
  } finally {
    server.kill();
  }
});
