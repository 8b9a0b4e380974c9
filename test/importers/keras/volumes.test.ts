import { describe, expect, it } from 'vitest';
import { fromKeras } from '../../../src/importers/keras/index.js';
import { createModel, type ModelSpec } from '../../../src/index.js';
import { part } from '../../support/thorough.js';
import { bytesOf, type Case, casesOf } from './cases.js';
import { hold, streams } from './hold.js';

// Values whose timesteps are images: what Keras computed, and the same in streams, image by image.

describe.each(['keras3-volumes', 'keras2-volumes'] as const)('%s', (file) => {
  const cases = casesOf(file);
  const isRandom = ({ name }: Case): boolean => name.startsWith('composition_');
  const specOf = (one: Case): ModelSpec => fromKeras(bytesOf(file, one));

  it.each(
    part(
      cases.filter((one) => !isRandom(one)),
      file === 'keras2-volumes' ? 2 : 1,
    ).map((one) => [one.name, one] as const),
  )('%s', async (name, one) => {
    const spec = specOf(one);
    await hold(one, spec);
    // All of them are image by image but what must see all at once.
    if (!/_all$|group_norm_direct|_backwards|_states|reshape_(row_fixed|vector)/.test(name))
      expect(await streams(spec)).toBe(true);
  });

  it('compositions', async () => {
    const random = cases.filter(isRandom);
    expect(random.length).toBeGreaterThanOrEqual(40);
    for (const one of part(random, 4)) {
      const spec = specOf(one);
      await hold(one, spec);
      expect(await streams(spec), one.name).toBe(true);
    }
  });

  it('inputs and outputs have the axes of the file', async () => {
    const model = await createModel(specOf(cases.find(({ name }) => name === 'conv_valid') as Case));
    expect(model.inputs[0]?.axes).toEqual(['batch', 'time', 5, 4, 3]);
    expect(model.outputs[0]?.axes).toEqual(['batch', 'time', 3, 2, 4]);
  });
});

describe('channels first', () => {
  const file = 'keras3-first';
  it.each(casesOf(file).map((one) => [one.name, one] as const))('%s', async (name, one) => {
    const spec = fromKeras(bytesOf(file, one));
    await hold(one, spec);
    // Where the channels stand behind the time, the time is none of what moves.
    if (/^first_(images|frequencies|conv_lstm1?d?$)/.test(name)) expect(await streams(spec)).toBe(true);
  });

  it('what one layer turns back and the next turns again is not turned', () => {
    const one = casesOf(file).find(({ name }) => name === 'first_images') as Case;
    const { nodes } = fromKeras(bytesOf(file, one));
    expect(nodes.filter(({ type }) => type === 'rearrange')).toHaveLength(1);
  });
});
