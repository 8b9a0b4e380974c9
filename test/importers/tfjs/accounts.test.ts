import { readFileSync } from 'node:fs';
import { readTfjs } from '../../../src/importers/tfjs/index.js';
import { holdAccounts } from '../accounts/account.js';

interface Case {
  readonly name: string;
  readonly model: object;
  readonly shards: string[];
}
const cases: Case[] = JSON.parse(readFileSync(new URL('../../golden/tfjs-files/models.json', import.meta.url), 'utf8'));
const entries = cases.map(({ name, model, shards }) => {
  const read = () =>
    readTfjs(
      Buffer.from(JSON.stringify(model)),
      shards.map((text) => Buffer.from(text, 'base64')),
    );
  return [name, read] as const;
});
holdAccounts('tfjs', Object.fromEntries(entries));
