import { readFileSync } from 'node:fs';
import { readRTNeural } from '../../../src/importers/rtneural/index.js';
import { holdAccounts, type Readings } from '../accounts/account.js';

interface Case {
  readonly name: string;
  readonly file: object;
}
const readings: Record<string, Readings[string]> = {};
for (const style of ['keras', 'torch', 'guitarml']) {
  const file = new URL(`../../golden/rtneural-files/${style}.json`, import.meta.url);
  for (const one of JSON.parse(readFileSync(file, 'utf8')) as Case[])
    readings[one.name] = () => readRTNeural(Buffer.from(JSON.stringify(one.file)));
}
holdAccounts('rtneural', readings);
