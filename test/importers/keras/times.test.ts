import { describe, expect, it } from 'vitest';
import { fromKeras } from '../../../src/importers/keras/index.js';
import { createModel } from '../../../src/index.js';
import { builds } from '../../support/builds.js';
import { randomFloats } from '../../support/random.js';
import { bytesOf, caseOf } from './cases.js';

const specOf = (name: string) => fromKeras(bytesOf('keras3-operations', caseOf('keras3-operations', name)));
const timesOf = (name: string) => specOf(name).inputs.map((input) => input.time);

describe('times of inputs', () => {
  it.each<[string, (number | string | undefined)[]]>([
    ['two_windows', [undefined, 'b']],
    ['two_open', [undefined, 'b']],
    ['encoder_decoder', [undefined, 'decoder']],
    ['repeated_beside', [5, undefined]],
    ['autoencoder_residual', [6]],
    ['autoencoder_open', [4]],
    ['open_beside_fixed', [undefined, undefined]],
    ['three_of_two_times', [undefined, undefined, 'c']],
    ['strided_beside', [undefined]],
  ])('%s', (name, expected) => {
    expect(timesOf(name)).toEqual(expected);
  });
});

it.each(builds)('times of their own go step by step where no layer needs all of one, %s', async (build) => {
  const spec = specOf('two_open');
  const model = await createModel(spec, { build });
  const inputs = spec.inputs.map(({ name, features }, index) => ({
    name,
    features,
    data: randomFloats(5 * features, index + 1),
  }));
  const whole = model.runNamed(
    Object.fromEntries(inputs.map(({ name, features, data }) => [name, { data, shape: [1, 5, features] }])),
  );
  const stream = model.createStream();
  let last: typeof whole = {};
  for (let t = 0; t < 5; t++)
    last = stream.runNamed(
      Object.fromEntries(
        inputs.map(({ name, features, data }) => [name, data.slice(t * features, (t + 1) * features)]),
      ),
    );
  expect(last).toEqual(whole);
  const encoderDecoder = await createModel(specOf('encoder_decoder'), { build });
  expect(() => encoderDecoder.createStream()).toThrow('has an open time of its own, "decoder"');
});
