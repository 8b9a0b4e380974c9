import { expect } from 'vitest';
import { createModel, type Model, type ModelSpec, UnsupportedError } from '../../src/index.js';
import { runReference } from '../reference/run.js';
import { expectNear, expectSameBits } from './bits.js';

const TOO_SHORT = /too short|no frequency is left|wrong time|more timesteps|reaches beyond|not a size/;

/** @returns the outputs of a stream that is given the frames of each row in pieces of these sizes. */
function inPieces(model: Model, data: Float32Array, batch: number, time: number, sizes: readonly number[]): number[][] {
  const features = data.length / batch / time;
  const stream = model.createStream({ batch });
  const rows: number[][] = Array.from({ length: batch }, () => []);
  for (let from = 0, i = 0; from < time; i++) {
    const count = Math.min(sizes[i % sizes.length] as number, time - from);
    const piece = Float32Array.from({ length: batch * count * features }, (_, at) => {
      const b = Math.floor(at / features / count);
      return data[(b * time + from) * features + (at % (count * features))] as number;
    });
    const y = count === 1 ? stream.step(piece) : stream.run(piece);
    for (let b = 0; b < batch; b++) rows[b]?.push(...y.subarray((b * y.length) / batch, ((b + 1) * y.length) / batch));
    from += count;
  }
  stream.dispose();
  return rows;
}

/** Holds a model to its twin, its streams and batches to the whole. @returns what became of it. */
export async function hold(
  spec: ModelSpec,
  build: 'simd' | 'relaxed',
  data: Float32Array,
  batch: number,
  time: number,
  cuts: readonly number[],
) {
  let model: Model;
  let got: { readonly data: Float32Array; readonly shape: readonly number[] };
  const features = data.length / batch / time;
  try {
    model = await createModel(spec, { build });
    got = model.runNamed({ x: { data, shape: [batch, time, features] } })[spec.outputs[0] as string] as typeof got;
  } catch (error) {
    expect((error as Error).message).toMatch(TOO_SHORT);
    return 'refused';
  }
  const words = JSON.stringify(spec.nodes);
  const wanted = runReference(spec, { x: { data, batch, time } }).outputs[spec.outputs[0] as string];
  expect(got.shape, words).toEqual(wanted?.dims);
  expectNear(got.data, wanted?.data as Float64Array, 5e-6, words);
  const size = got.data.length / batch;
  const alone = model.run(data.subarray((batch - 1) * time * features), { batch: 1 });
  expectSameBits(alone, got.data.subarray((batch - 1) * size));
  let streamed = 'whole';
  try {
    for (const sizes of [[1], cuts]) {
      const rows = inPieces(model, data, batch, time, sizes);
      for (const [b, row] of rows.entries()) expectSameBits(row, got.data.subarray(b * size, (b + 1) * size));
    }
    streamed = 'streamed';
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    expect(error.message).toMatch(/layer ".*" /);
  }
  model.dispose();
  return streamed;
}
