import { describe, expect, it } from 'vitest';
import { Hdf5 } from '../../../src/importers/keras/files/hdf5.js';
import { fromKeras } from '../../../src/importers/keras/index.js';
import { thorough } from '../../support/thorough.js';
import { refusal } from '../support.js';
import { HOSTILE, lstm } from './hostile-files.js';

// `npm run test:slow` reads them in processes of their own, and holds what memory they take.
describe('HDF5 files made to hurt', () => {
  it('a group where a dataset is due', () => {
    expect(refusal(() => new Hdf5(lstm(), 'file').read('model_weights'))).toBe(
      'file, "model_weights": no such dataset; expected an array of weights, got a group',
    );
  });
  it('a path of more groups than any model has', () => {
    const file = new Hdf5(lstm(), 'file');
    expect(refusal(() => file.read('a/'.repeat(101)))).toBe(
      'file: groups nested too deep; expected at most 100, got 101',
    );
  });

  it('the file they are made of is good', () => {
    expect(fromKeras(lstm()).nodes).toHaveLength(2);
  });
  // These take seconds to be refused, or to be made.
  const SLOW = /hundred million zeros|five levels|65,535 messages/;
  it.each(HOSTILE.filter(({ name }) => thorough || !SLOW.test(name)).map((file) => [file.name, file] as const))(
    '%s',
    (_, { files, says }) => {
      const [bytes] = files() as [Uint8Array];
      expect(refusal(() => fromKeras(bytes))).toMatch(says as RegExp);
    },
  );
});
