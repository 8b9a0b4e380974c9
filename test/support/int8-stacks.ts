import type { Model, ModelSpec } from '../../src/index.js';
import { int8Spec } from './int8.js';
import { randomFloats, SpecBuilder, stack } from './random.js';

/** As `STACKS`, with int8 weights; some of them -128. */
export const INT8_STACKS: readonly [string, ModelSpec, number][] = (
  [
    ['lstm 1→1', stack('lstm', 1, 1), 1],
    ['lstm 5→31, two layers', stack('lstm', 5, 31, 2), 5],
    ['lstm 20→40', stack('lstm', 20, 40), 20],
    ['lstm 9→20 projected to 7', new SpecBuilder(5).recurrent('lstm', 'a', 'x', 9, 20, { projection: 7 }).spec(9), 9],
    [
      'lstm with everything',
      new SpecBuilder(6)
        .recurrent('lstm', 'a', 'x', 6, 13, { peephole: true, coupled: true, clip: 2, cellClip: 1 })
        .spec(6),
      6,
    ],
    [
      'lstm that leaves ±1',
      new SpecBuilder(7).recurrent('lstm', 'a', 'x', 3, 9, { activations: { output: 'relu', g: 'relu' } }).spec(3),
      3,
    ],
    ['gru 5→31, two layers', stack('gru', 5, 31, 2), 5],
    ['gru reset before', stack('gru', 4, 18, 1, 1, { resetAfter: false }), 4],
    ['rnn 3→37, three layers', stack('rnn', 3, 37, 3), 3],
    ['bidirectional', new SpecBuilder(8).bidirectional('gru', 'a', 'x', 5, 12).spec(5), 5],
  ] as [string, ModelSpec, number][]
).map(([name, spec, features]) => {
  const int8 = int8Spec(spec);
  for (const { data } of Object.values(int8.int8 ?? {})) {
    data.forEach((w, i) => {
      if (w === -127) data[i] = -128;
    });
  }
  return [name, int8, features];
});

/** The outputs of every stack, batch 3, 17 timesteps, inputs small and large. */
export async function int8Bytes(make: (spec: ModelSpec) => Promise<Model>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: number[] = [];
  for (const [, spec, features] of INT8_STACKS) {
    const model = await make(spec);
    for (const scale of [1e-25, 1, 1e20]) {
      const y = model.run(randomFloats(3 * 17 * features, 21, scale), { batch: 3 });
      parts.push(...new Uint8Array(y.buffer, y.byteOffset, y.byteLength));
    }
    model.dispose();
  }
  return Uint8Array.from(parts);
}

/** SHA-256 of `int8Bytes`: what both builds must give on every engine and processor. Changes only when the arithmetic does. */
export const INT8_HASH = '5f33a65c63e39c41dc5ff1a1bc75be2d98b04e19f407837ae01c0a112879a7a7';
