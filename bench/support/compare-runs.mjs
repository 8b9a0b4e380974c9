import { assertAgree } from './agree.mjs';
import { compare } from './compare.mjs';
import { lstmSpec, randomLayers, sizeName } from './lstm.mjs';
import { uniform } from './random.mjs';
import { createModel, packedLstm, plainLstm } from './subjects.mjs';

/** `model.run` on `[batch, time, inputs]` from a fresh state against plain JS that walks the same sequences one after the other. */
export async function compareRuns(suite, size, { batch, time }, options) {
  const [inputs, units] = size;
  const layers = randomLayers(size);
  const model = await createModel(lstmSpec(layers), { build: options.build });
  const x = uniform(7, batch * time * inputs, 1);
  const frames = Array.from({ length: batch * time }, (_, row) => x.subarray(row * inputs, (row + 1) * inputs));
  const out = new Float32Array(batch * time * units);
  const plainOut = new Float32Array(batch * time * units);
  const plainRows = frames.map((_, row) => plainOut.subarray(row * units, (row + 1) * units));
  const walk = (lstm) => () => {
    for (let row = 0; row < frames.length; row++) {
      if (row % time === 0) lstm.reset();
      lstm.step(frames[row], plainRows[row]);
    }
  };
  const cases = {
    wasm: () => {
      model.run(x, { batch, out });
    },
    plain: walk(plainLstm(layers)),
    packed: walk(packedLstm(layers)),
  };
  cases.wasm();
  for (const other of [cases.plain, cases.packed]) {
    plainOut.fill(0);
    other();
    assertAgree(`${suite} ${sizeName(size)}`, out, plainOut);
  }
  return compare(`${suite} ${sizeName(size)}`, cases, { ...options, timesteps: batch * time, size });
}
