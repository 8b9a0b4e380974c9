import type { Model, ModelSpec } from '../../src/index.js';
import { randomFloats, SpecBuilder, stack } from './random.js';

/** Models that between them reach every panel width and every cell: name, spec, features. */
export const STACKS: readonly [string, ModelSpec, number][] = [
  ['lstm 1→1', stack('lstm', 1, 1), 1],
  ['lstm 1→8', stack('lstm', 1, 8), 1],
  ['lstm 5→31, two layers', stack('lstm', 5, 31, 2), 5],
  ['lstm 20→40', stack('lstm', 20, 40), 20],
  ['lstm 64→64', stack('lstm', 64, 64), 64],
  ['lstm 9→20 projected to 7', new SpecBuilder(5).recurrent('lstm', 'a', 'x', 9, 20, { projection: 7 }).spec(9), 9],
  [
    'lstm with everything',
    new SpecBuilder(6)
      .recurrent('lstm', 'a', 'x', 6, 13, { peephole: true, coupled: true, clip: 2, cellClip: 1 })
      .spec(6),
    6,
  ],
  ['gru 5→31, two layers', stack('gru', 5, 31, 2), 5],
  ['gru reset before', stack('gru', 4, 18, 1, 1, { resetAfter: false }), 4],
  ['rnn 3→37, three layers', stack('rnn', 3, 37, 3), 3],
];

/** The outputs of every stack, batch 3, 17 timesteps. */
export async function stackBytes(make: (spec: ModelSpec) => Promise<Model>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: number[] = [];
  for (const [, spec, features] of STACKS) {
    const model = await make(spec);
    const y = model.run(randomFloats(3 * 17 * features, 21), { batch: 3 });
    parts.push(...new Uint8Array(y.buffer, y.byteOffset, y.byteLength));
    model.dispose();
  }
  return Uint8Array.from(parts);
}

/** SHA-256 of `stackBytes` on the `simd` build: what every engine and processor must give. Changes only when the kernels' arithmetic does. */
export const SIMD_HASH = '71771f702ced6cc1fed4ef2b11ce135795d72f06f7a50f2e114623c2e719584e';
