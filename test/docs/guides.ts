import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fromPyTorch } from '../../src/importers/pytorch/index.js';
import { toSafetensors } from '../../src/importers/safetensors/index.js';
import { seeds } from '../importers/corpus.js';
import { newFolder } from '../runtimes/bundles.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const { GATEWISE_PROJECT } = process.env;

/** The package: as it is installed from the tarball where tests have that (`npm run test:runtimes`), else this tree. */
export const PACKAGE = GATEWISE_PROJECT === undefined ? ROOT : join(GATEWISE_PROJECT, 'node_modules/gatewise');

/** The model that the guides begin from, as the one of Node makes it. */
export const spec = fromPyTorch(readFileSync(join(ROOT, 'examples/weather/model.safetensors')), {
  inputSize: 4,
  layers: [
    { type: 'lstm', prefix: 'lstm', hiddenSize: 64, numLayers: 2 },
    { type: 'linear', prefix: 'head' },
  ],
});

/** The samples of a guide that have the name of a file, by that name. */
export function filesOf(guide: string): Record<string, string> {
  const text = readFileSync(join(ROOT, 'docs', guide), 'utf8');
  return Object.fromEntries(
    [...text.matchAll(/```\w+ (\S+)\n(.*?)```/gs)].map(([, name = '', code = '']) => [name, code]),
  );
}

/** A project that has installed Gatewise. */
export function emptyProject(): string {
  const folder = newFolder();
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(PACKAGE, join(folder, 'node_modules/gatewise'), 'junction');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module", "dependencies": { "gatewise": "*" } }');
  return folder;
}

/** One with a guide's files word for word, the model beside them. */
export function projectOf(guide: string): string {
  const folder = emptyProject();
  for (const [name, code] of Object.entries(filesOf(guide))) writeFileSync(join(folder, name), code);
  writeFileSync(join(folder, 'model.gatewise'), toSafetensors(spec));
  const nam = seeds().find(({ name }) => name === '.nam');
  writeFileSync(join(folder, 'amp.nam'), nam?.bytes as Uint8Array);
  return folder;
}

/** What the README's first sample takes for given: where a model is, and what it is run on. */
export const readmeGiven = `const url = 'data:application/octet-stream;base64,${Buffer.from(toSafetensors(spec)).toString('base64')}';
const x = [[0.3, -0.1, 0, 0.5]];
`;

/** The README's first sample. */
export function readmeFirst(): string {
  const [, code = ''] = /```js\n(.*?)```/s.exec(readFileSync(join(ROOT, 'README.md'), 'utf8')) ?? [];
  return code;
}

/** The same, with what it takes for given and what says its result. */
export const readmeSample = (say: string): string => `${readmeGiven}${readmeFirst()}${say}`;
