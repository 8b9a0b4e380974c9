import { describe, expect, it } from 'vitest';
import { fromKeras, readKeras } from '../../../src/importers/keras/index.js';
import { builds } from '../../support/builds.js';
import { part } from '../../support/thorough.js';
import { expectClose, floats } from '../support.js';
import { bytesOf, casesOf, FILES, outputsOf } from './cases.js';

describe.each(FILES)('files of %s', (file) => {
  it.each(part(casesOf(file), 2).map((one) => [`${one.name} (.${one.format})`, one] as const))('%s', async (_, one) => {
    const { spec, report } = readKeras(bytesOf(file, one));
    for (const build of builds) {
      const got = await outputsOf(spec, one, { build });
      expect(got.map(({ shape }) => shape)).toEqual(one.outputs.map(({ shape }) => shape));
      got.forEach(({ data }, index) => {
        expectClose(data, floats(one.outputs[index]?.data as string));
      });
    }
    // Every tensor of the spec came out of the file, and is accounted for.
    expect(new Set(report.tensors.map(({ becomes }) => becomes))).toEqual(new Set(Object.keys(spec.tensors)));
  });
});

it('one reading is as good as another', () => {
  const [one] = casesOf('keras3');
  const bytes = bytesOf('keras3', one as NonNullable<typeof one>);
  expect(fromKeras(bytes)).toEqual(readKeras(bytes).spec);
});
