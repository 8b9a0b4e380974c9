import { readFileSync } from 'node:fs';
import { readNam } from '../../../src/importers/nam/index.js';
import { holdAccounts } from '../accounts/account.js';

interface Case {
  readonly name: string;
  readonly file: object;
}
const cases: Case[] = JSON.parse(readFileSync(new URL('../../golden/nam-files/models.json', import.meta.url), 'utf8'));
const entries = cases.map(({ name, file }) => [name, () => readNam(Buffer.from(JSON.stringify(file)))] as const);
holdAccounts('nam', Object.fromEntries(entries));
