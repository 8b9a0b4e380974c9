import { readTflite } from '../../../src/importers/tflite/index.js';
import { holdAccounts } from '../accounts/account.js';
import { bytesOf, cases, FLAVOURS } from './golden.js';

/** Of Keras 3's, whose loops have long accounts, a few. */
const KERAS3 = ['gru_sequence', 'plane', 'step'];

const entries = FLAVOURS.flatMap((flavour) =>
  cases(flavour)
    .filter(({ name }) => flavour !== 'keras3' || KERAS3.includes(name))
    .map((one) => [`${flavour} ${one.name}`, () => readTflite(bytesOf(one))] as const),
);
holdAccounts('tflite', Object.fromEntries(entries));
