import { readRNNoise } from '../../../src/importers/rnnoise/index.js';
import { holdAccounts } from '../accounts/account.js';
import { fileOf, goldenCases } from './golden.js';

holdAccounts('rnnoise', Object.fromEntries(goldenCases.map(([name, one]) => [name, () => readRNNoise(fileOf(one))])));
