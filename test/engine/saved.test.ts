import { expect, it } from 'vitest';
import { createModel, type ModelSpec } from '../../src/index.js';
import { hex } from '../../src/state/hash.js';
import { fingerprintOf } from '../support/fingerprint.js';
import { randomFloats, SpecBuilder, stack } from '../support/random.js';

// What was saved yesterday is restored tomorrow: neither the bytes nor whose they are may change within a version of the format.

const lstm = stack('lstm', 2, 3);
/** A sum that is carried from step to step, from given numbers on, with fields whose order in the text must not matter. */
const carried = (): ModelSpec => {
  const built = new SpecBuilder(5)
    .dense('d', 'x', 2, 3)
    .add({ type: 'add', name: 's', inputs: ['d', 'before'] })
    .add({ type: 'activation', name: 'y', inputs: ['s'], activation: { type: 'elu', alpha: 0.5 } });
  built.tensor('start', 3);
  return {
    inputs: [
      { name: 'x', features: 2, kind: 'vector' },
      { name: 'before', features: 3, kind: 'vector' },
    ],
    nodes: built.nodes,
    outputs: ['y'],
    carries: [{ input: 'before', output: 's', initial: 'start' }],
    tensors: built.tensors,
  };
};

it.each<[string, ModelSpec, string]>([
  ['an LSTM', lstm, '3ddde56148f8c803'],
  ['a carried value', carried(), '39decfc40eee4f43'],
])('%s: the fingerprint of version 2', (_, spec, expected) => {
  expect(fingerprintOf(spec)).toBe(expected);
});

it('a hash is written in 16 digits', () => {
  expect(hex([0x1, 0xabcdef])).toBe('0000000100abcdef');
});

it('a changed bit is told', async () => {
  const model = await createModel(lstm, { build: 'simd' });
  const stream = model.createStream();
  const bytes = stream.save();
  bytes[30] = (bytes[30] as number) ^ 1;
  expect(() => stream.restore(bytes)).toThrow(
    expect.objectContaining({ message: 'saved state: corrupted; expected the bytes as they were saved' }),
  );
  model.dispose();
});

it('the bytes of version 2', async () => {
  // GWST, version, model, batch, numbers; h, c and the last output of both rows; a hash of all that.
  const bytes = [
    '475753540200000061e5dd3d03c8f8480200000012000000',
    'd3b414bee4766d3dbfde903d4ecc29be91605cbdcc838bbd',
    'aa0aa3bed8d5d13dfc5b4f3e020289be956e0bbe700550be',
    'd3b414bee4766d3dbfde903d4ecc29be91605cbdcc838bbd',
    '60db2e9881d89e31',
  ].join('');
  const model = await createModel(lstm, { build: 'simd' });
  const stream = model.createStream({ batch: 2 });
  stream.step(randomFloats(4, 1));
  expect(Buffer.from(stream.save()).toString('hex')).toBe(bytes);
  const restored = model.createStream({ batch: 2 });
  restored.restore(new Uint8Array(Buffer.from(bytes, 'hex')));
  expect(restored.getState()).toEqual(stream.getState());
  model.dispose();
});

it('whose they are is told by the weights that the model was made of, whatever becomes of the array', async () => {
  const own = {
    ...lstm,
    tensors: Object.fromEntries(
      Object.entries(lstm.tensors).map(([name, { shape, data }]) => [name, { shape, data: data.slice() }]),
    ),
  };
  const [model, same] = [await createModel(own, { build: 'simd' }), await createModel(lstm, { build: 'simd' })];
  for (const { data } of Object.values(own.tensors)) data.fill(0);
  const zeros = await createModel(own, { build: 'simd' });
  const bytes = model.createStream().save();
  expect(() => same.createStream().restore(bytes)).not.toThrow();
  expect(() => zeros.createStream().restore(bytes)).toThrow('saved state: of another model');
  for (const made of [model, same, zeros]) made.dispose();
});
