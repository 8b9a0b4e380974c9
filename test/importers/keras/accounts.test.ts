import { readKeras } from '../../../src/importers/keras/index.js';
import { holdAccounts } from '../accounts/account.js';
import { bytesOf, casesOf, FILES } from './cases.js';
import { byArchitecture, sourceOf, weightCases } from './weight-files.js';

const entries = FILES.flatMap((file) =>
  casesOf(file).map((one) => [`${file}: ${one.name}.${one.format}`, () => readKeras(bytesOf(file, one))] as const),
);
const weights = weightCases.map(
  (one) => [`weights: ${one.name}, ${one.version}`, () => readKeras(sourceOf(one), byArchitecture(one))] as const,
);
holdAccounts('keras', Object.fromEntries([...entries, ...weights]));
