import { readFileSync } from 'node:fs';
import { type PyTorchConfig, readPyTorch } from '../../../src/importers/pytorch/index.js';
import { holdAccounts, type Readings } from '../accounts/account.js';

interface Network {
  readonly files: readonly string[];
  readonly config: PyTorchConfig;
}
const bytesOf = (file: string) => readFileSync(new URL(`../../golden/pytorch-files/${file}`, import.meta.url));
const { networks, proven }: { networks: Network[]; proven: Network[] } = JSON.parse(
  bytesOf('networks.json').toString(),
);

const readings: Record<string, Readings[string]> = {};
for (const { files, config } of networks) {
  for (const file of files) readings[file] = () => readPyTorch(bytesOf(file), config);
}
for (const { files } of proven) {
  for (const file of files) readings[`proven: ${file}`] = () => readPyTorch(bytesOf(file), { assume: 'chain' });
}
holdAccounts('pytorch', readings);
