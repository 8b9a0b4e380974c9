import { assertAgree } from '../support/agree.mjs';
import { compare, comparisonColumns } from '../support/compare.mjs';
import { lstmSpec, randomLayers, SIZES, sizeName } from '../support/lstm.mjs';
import { uniform } from '../support/random.mjs';
import { createModel, packedLstm, plainLstm } from '../support/subjects.mjs';

/** Timesteps per timed call: enough that the call itself costs nothing, few enough that the largest size takes milliseconds. */
const BLOCK = 8;

export const title = 'Streaming: one timestep, stream.step(frame, out), against plain JS';
export const columns = comparisonColumns;
export const points = SIZES;
export const pointName = sizeName;

/** At least this many times plain JS. */
const target = ([inputs, units]) => (units >= 1024 ? 8 : inputs === 1 && units < 40 ? undefined : 10);

export async function measure(size, options) {
  const [inputs, units] = size;
  const layers = randomLayers(size);
  const model = await createModel(lstmSpec(layers), { build: options.build });
  const stream = model.createStream();
  const plain = plainLstm(layers);
  const packed = packedLstm(layers);
  const frames = Array.from({ length: BLOCK }, (_, t) => uniform(t, inputs, 1));
  const out = new Float32Array(units);
  const plainOut = new Float32Array(units);
  for (let t = 0; t < 128; t++) {
    stream.step(frames[t % BLOCK], out);
    for (const other of [plain, packed]) {
      other.step(frames[t % BLOCK], plainOut);
      assertAgree(`streaming ${sizeName(size)}, timestep ${t}`, out, plainOut);
    }
  }
  return compare(
    `streaming ${sizeName(size)}`,
    {
      wasm: () => {
        for (let t = 0; t < BLOCK; t++) stream.step(frames[t], out);
      },
      plain: () => {
        for (let t = 0; t < BLOCK; t++) plain.step(frames[t], plainOut);
      },
      packed: () => {
        for (let t = 0; t < BLOCK; t++) packed.step(frames[t], plainOut);
      },
    },
    { ...options, timesteps: BLOCK, size, target: target(size) },
  );
}
