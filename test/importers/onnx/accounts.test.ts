import { readOnnx } from '../../../src/importers/onnx/index.js';
import { holdAccounts } from '../accounts/account.js';
import { bytes, filesOf, recorded } from './recorded.js';

const FILES = [
  'models',
  'exports',
  'around',
  'quantised',
  'graphs',
  'external',
  'lengths',
  'states',
  'time-first',
  'times',
  'torch',
  'keras3',
  'keras2',
];

const entries = FILES.flatMap((file) =>
  recorded(file).map(
    (one) => [`${file}: ${one.name}`, () => readOnnx(bytes(one), { ...filesOf(one), ...one.options })] as const,
  ),
);
holdAccounts('onnx', Object.fromEntries(entries));
