import { readFileSync } from 'node:fs';
import { readTensorFlow, type TensorFlowConfig } from '../../../src/importers/tensorflow/index.js';
import { holdAccounts, type Readings } from '../accounts/account.js';

interface Case {
  readonly name: string;
  readonly config: TensorFlowConfig;
  readonly index: string;
  readonly data: string;
}
const readings: Record<string, Readings[string]> = {};
for (const kind of ['checkpoints', 'saved-models', 'checkpoints-1.0', 'checkpoints-0.12']) {
  const file = new URL(`../../golden/tensorflow-files/${kind}.json`, import.meta.url);
  for (const { name, config, index, data } of JSON.parse(readFileSync(file, 'utf8')) as Case[])
    readings[`${kind}: ${name}`] = () =>
      readTensorFlow({ index: Buffer.from(index, 'base64'), data: Buffer.from(data, 'base64') }, config);
}
holdAccounts('tensorflow', readings);
