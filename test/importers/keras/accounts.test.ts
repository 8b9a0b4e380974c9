import { readKeras } from '../../../src/importers/keras/index.js';
import { holdAccounts } from '../accounts/account.js';
import { bytesOf, casesOf, FILES } from './cases.js';

const entries = FILES.flatMap((file) =>
  casesOf(file).map((one) => [`${file}: ${one.name}.${one.format}`, () => readKeras(bytesOf(file, one))] as const),
);
holdAccounts('keras', Object.fromEntries(entries));
