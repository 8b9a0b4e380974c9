import { describe, expect, it } from 'vitest';
import { fromTfjs } from '../../../src/importers/tfjs/index.js';
import { bytesOf, casesOf, converted, outputsOf } from '../keras/cases.js';
import { expectClose, floats, refusal } from '../support.js';

// The converter from Keras copies the config and the arrays of an .h5 file: model.json in the words of Keras 3 or 2, with their meaning.

describe.each(['keras3', 'keras2'] as const)('models of %s, converted', (version) => {
  const plain = casesOf(version).filter(
    ({ format, inputs }) =>
      format === 'h5' && inputs.every(({ below, pads }) => below === undefined && pads === undefined),
  );

  it('are many', () => {
    expect(plain.length).toBeGreaterThan(50);
  });

  // Its arrays are called mean, variance and count, with no layer in front; TensorFlow.js has no such layer either.
  const nameless = (name: string): boolean => name === 'normalization_adapted';

  it('arrays whose layer cannot be told are refused', () => {
    for (const one of plain.filter(({ name }) => nameless(name))) {
      const { model, shard } = converted(bytesOf(version, one));
      const read = () => fromTfjs(new TextEncoder().encode(JSON.stringify(model)), [shard]);
      expect(refusal(read)).toMatch(/wrong number of weights/);
    }
  });

  const told = plain.filter(({ name }) => !nameless(name));
  it.each(told.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    const { model: json, shard } = converted(bytesOf(version, one));
    const spec = fromTfjs(new TextEncoder().encode(JSON.stringify(json)), [shard]);
    (await outputsOf(spec, one)).forEach(({ data }, index) => {
      expectClose(data, floats(one.outputs[index]?.data as string));
    });
  });
});
